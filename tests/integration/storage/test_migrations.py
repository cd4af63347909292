"""What the migrations make of rows that are there already."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, insert, select

from app.storage import tables
from app.storage.consent_tables import objections
from app.storage.conversation_tables import wrong_numbers
from app.storage.database import open_database
from dialer.list_order import AGREED
from tests.integration.storage.builders import NOW

LIMIT_SECONDS = 120.0
_STEPS = Path(__file__).parents[3] / "app" / "storage" / "migrations"


def migrate(connection: Connection, version: str) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_STEPS))
    config.set_main_option("path_separator", "os")
    command.upgrade(config, version)


def fill(connection: Connection) -> None:
    """Two people with number `a`, one of whom also has `b`, and one of whom it was said that `a` is not his."""
    campaign = {"dealer": "demo", "kind": "apk", "basis": "consent", "profile": "nl-consumer", "pacing": "{}"}
    rest = {"shown_number": "+31401234567", "state": "draft", "ring_seconds": 22, "wrap_up_seconds": 30}
    for name in ("x", "y"):
        connection.execute(insert(tables.campaigns).values(campaign_id=name, name=name, **campaign, **rest))
    for person in (1, 2):
        row = {"customer_id": person, "dealer": "demo", "person_key": f"ref:{person}", "name": "Proef"}
        connection.execute(insert(tables.customers).values(row))
    for campaign_id, person, hashed, rank in (
        ("x", 1, "a", 7 * 10**13 - 2 * AGREED),
        ("y", 1, "b", 7 * 10**13 - AGREED),
        ("y", 2, "a", 7 * 10**13),
    ):
        connection.execute(
            insert(tables.contacts).values(
                campaign_id=campaign_id,
                customer_id=person,
                number="+31610000001",
                number_hash=hashed,
                number_kind="mobile",
                display_name="Proef",
                timezone="Europe/Amsterdam",
                list_rank=rank,
                state="ready",
            )
        )
    connection.execute(
        insert(wrong_numbers).values(number_hash="a", customer_id=2, at=NOW, call_id="n1" + "0" * 26)
    )
    connection.execute(insert(objections).values(number_hash="a", at=NOW))


async def test_objections_become_those_of_the_people_and_an_agreement_counts_once(empty_url: str) -> None:
    database = open_database(empty_url)
    async with database.writing(LIMIT_SECONDS) as connection:
        await connection.run_sync(migrate, "0005")
        await connection.run_sync(fill)

    async with database.writing(LIMIT_SECONDS) as connection:
        await connection.run_sync(migrate, "head")

    contacts = tables.contacts
    async with database.reading() as connection:
        people = (await connection.execute(select(objections.c.customer_id, objections.c.at))).all()
        ranks = (
            await connection.execute(select(contacts.c.list_rank).order_by(contacts.c.contact_id))
        ).scalars()
        assert list(ranks) == [7 * 10**13 - AGREED, 7 * 10**13 - AGREED, 7 * 10**13]
    await database.close()
    assert sorted((row.customer_id or 0, row.at) for row in people) == [(0, NOW), (1, NOW)]
