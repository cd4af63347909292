"""What is asked before every call is found by an index on SQLite, however many rows there are."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CompoundSelect, Select, select

from app.storage.among import among
from app.storage.database import Database, open_database
from app.storage.pasts import AGREED, ATTEMPTS, INBOUND
from app.storage.tables import attempts, contacts


@pytest.fixture
async def on_sqlite(tmp_path: Path) -> AsyncIterator[Database]:
    opened = open_database(f"sqlite:///{tmp_path}/test.db")
    await opened.migrate()
    yield opened
    await opened.close()


async def plan(database: Database, query: Select[Any] | CompoundSelect[Any]) -> list[str]:
    async with database.reading() as connection:
        asked = str(query.compile(dialect=connection.dialect))
        values = ("[]",) * asked.count("?")
        rows = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", values)
        return [row.detail for row in rows]


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (select(attempts).where(among(attempts.c.number_hash, "numbers")), "ix_attempts_number"),
        (
            select(attempts).where(
                among(attempts.c.number_hash, "numbers") | among(attempts.c.customer_id, "people")
            ),
            "ix_attempts_customer",
        ),
        (select(contacts).where(among(contacts.c.number_hash, "numbers")), "ix_contacts_number_hash"),
    ],
)
async def test_a_column_among_given_values_is_found_by_its_index(
    on_sqlite: Database, query: Select[Any], index: str
) -> None:
    steps = await plan(on_sqlite, query)

    assert any(index in step for step in steps)
    assert not any(step in {"SCAN attempts", "SCAN contacts"} for step in steps)


async def test_what_there_was_with_people_before_is_found_by_indexes(on_sqlite: Database) -> None:
    tried, rang, agreed = [await plan(on_sqlite, query) for query in (ATTEMPTS, INBOUND, AGREED)]

    for steps, indexes in (
        (tried, ("ix_attempts_number (number_hash=?)", "ix_attempts_customer (customer_id=?)")),
        (agreed, ("ix_contacts_number_hash (number_hash=?)", "ix_contacts_agreed (customer_id=?)")),
        (rang, ("ix_calls_cli (cli=?)", "ix_calls_contact (contact_id=?)")),
    ):
        assert all(any(step.endswith(index) for step in steps) for index in indexes), steps
        assert not any(step in {"SCAN attempts", "SCAN calls", "SCAN contacts"} for step in steps)
