"""Adding so many rows to a table at once that each database has a faster way than row by row.

SQLite builds the table's indexes afterwards. An index that gets a million rows in no order of its own is changed in a million
places; built anew it is sorted once. Nobody else notices: there is one writer, and who reads sees the table as it was until the
end of the transaction. PostgreSQL would keep everybody from the table meanwhile, so there the indexes stay.

PostgreSQL, where the role is a superuser, looks up what the rows refer to in one question for each foreign key at the end, and not row by
row: a quarter of the time (`benchmarks/README.md`). The rows that are referred to were stored, or locked, by the same
transaction, so nobody can have taken them away in between.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import Table, bindparam, column, exists, func, select, table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

WORTH_IT = 10_000
_OBJECTS = table("sqlite_master", column("type"), column("name"), column("tbl_name"), column("sql"))
_INDEXES = select(_OBJECTS.c.name, _OBJECTS.c.sql).where(
    # One that belongs to the table's own definition has no text.
    *(_OBJECTS.c.type == "index", _OBJECTS.c.tbl_name == bindparam("table"), _OBJECTS.c.sql.is_not(None))
)


@asynccontextmanager
async def many_rows(connection: AsyncConnection, into: Table, count: int) -> AsyncIterator[None]:
    """A block that adds so many rows, and that asks nothing of the table that needs an index.

    What the rows refer to must be there, stored or locked in this transaction. Raises IntegrityError, at the end of the block
    too, when it is not, or what was added breaks a unique index; when anything fails the transaction must be undone, which brings back all as it was.
    Nothing is different for few rows.
    """
    if count < WORTH_IT:
        yield
    elif connection.dialect.name == "sqlite":
        async with _late_indexes(connection, into, count):
            yield
    else:
        async with _looked_up_at_once(connection, into):
            yield


@asynccontextmanager
async def _late_indexes(connection: AsyncConnection, into: Table, count: int) -> AsyncIterator[None]:
    """Take the indexes away, and build them at the end; not where most rows are there already."""
    [number] = into.primary_key
    there = (await connection.execute(select(func.max(number)))).scalar_one() or 0
    found = (await connection.execute(_INDEXES, {"table": into.name})).all() if count >= there else []
    for index in found:
        await connection.exec_driver_sql(f'DROP INDEX "{index.name}"')
    yield
    for index in found:
        await connection.exec_driver_sql(index.sql)


@asynccontextmanager
async def _looked_up_at_once(connection: AsyncConnection, into: Table) -> AsyncIterator[None]:
    """Let foreign keys rest, if this role may say so, and look at all of them at the end."""
    asked = await connection.exec_driver_sql("SELECT current_setting('is_superuser') = 'on'")
    if not asked.scalar_one():
        yield
        return
    [number] = into.primary_key
    there = (await connection.execute(select(func.max(number)))).scalar_one() or 0
    await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    yield
    await connection.exec_driver_sql("SET LOCAL session_replication_role = origin")
    for key in into.foreign_keys:
        named = ~exists().where(key.column == key.parent).correlate(into)
        query = select(number).where(number > there, key.parent.is_not(None), named).limit(1)
        if (found := (await connection.execute(query)).scalar_one_or_none()) is not None:
            what = f"{into.name} {found} refers to nothing by {key.parent.name}"
            raise IntegrityError(str(query), None, ValueError(what))
