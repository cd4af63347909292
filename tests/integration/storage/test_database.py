from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from app.storage.database import Database
from app.storage.tables import metadata


async def test_the_migrations_make_exactly_the_tables_of_the_program(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.reading() as connection:
        found = await connection.run_sync(differences)

    assert found == []
