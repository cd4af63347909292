from datetime import UTC, datetime, timedelta

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from app.storage.database import Database, open_database, other_clock
from app.storage.tables import metadata
from tests.integration.postgresql import PostgresqlServer


async def test_the_migrations_make_exactly_the_tables_of_the_program(database: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with database.reading() as connection:
        found = await connection.run_sync(differences)

    assert found == []


async def test_the_clock_of_this_machine_is_no_other_clock(database: Database) -> None:
    assert await other_clock(database) is None


async def test_the_clock_of_a_server_at_another_address_is_told(server: PostgresqlServer) -> None:
    database = open_database(server.url("postgres", host="127.0.0.2"))

    told = await other_clock(database)
    await database.close()

    assert told is not None
    assert abs(told - datetime.now(UTC)) < timedelta(seconds=30)
