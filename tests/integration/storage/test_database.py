import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database import Database, open_database, other_clock
from app.storage.tables import audit, metadata
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


async def _audited(connection: AsyncConnection) -> int:
    count: int = (await connection.execute(select(func.count()).select_from(audit))).scalar_one()
    return count


async def _store(connection: AsyncConnection) -> None:
    row = {"at": datetime.now(UTC), "who": "test", "action": "x", "subject": "y", "before": "", "after": ""}
    await connection.execute(insert(audit).values(row))


async def test_a_transaction_at_once_is_stored_when_its_work_returns(database: Database) -> None:
    await database.write_at_once(_store)

    assert await database.read_at_once(_audited) == 1


async def test_a_transaction_at_once_is_undone_when_its_work_raises(database: Database) -> None:
    async def fails(connection: AsyncConnection) -> None:
        await _store(connection)
        raise LookupError

    with pytest.raises(LookupError):
        await database.write_at_once(fails)

    assert await database.read_at_once(_audited) == 0


async def test_a_transaction_at_once_that_waits_for_anything_else_is_refused_on_sqlite(
    tmp_path: Path,
) -> None:
    async def waits(connection: AsyncConnection) -> None:
        await _store(connection)
        await asyncio.sleep(0)

    database = open_database(f"sqlite:///{tmp_path}/at-once.db")
    await database.migrate()
    with pytest.raises(RuntimeError, match="something else"):
        await database.write_at_once(waits)

    assert await database.read_at_once(_audited) == 0
    await database.close()
