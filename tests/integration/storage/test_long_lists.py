"""Lists so long that they are stored in another way than a few contacts."""

import pytest
from sqlalchemy import func, insert, inspect, select
from sqlalchemy.exc import IntegrityError

from app.storage import tables
from app.storage.among import among
from app.storage.consent_tables import consents
from app.storage.contact_list import add_contacts
from app.storage.database import Database, open_database
from app.storage.errors import AlreadyThere
from app.storage.many_rows import WORTH_IT, many_rows
from app.storage.tables import contacts, customers
from tests.integration.postgresql import PostgresqlServer
from tests.integration.storage.builders import (
    CAMPAIGN,
    NOW,
    call_ids,
    campaign_with,
    contact,
    contact_ids,
    other,
    store_for,
)


async def index_names(database: Database) -> set[str]:
    async with database.reading() as connection:
        return await connection.run_sync(
            lambda sync: {
                str(index["name"])
                for table in ("contacts", "consents", "customers")
                for index in inspect(sync).get_indexes(table)
            }
        )


async def test_a_long_list_is_stored_whole_in_its_order_and_every_index_is_there_afterwards(
    database: Database,
) -> None:
    before = await index_names(database)

    await campaign_with(database, (contact(number, consent=True) for number in range(WORTH_IT + 5)))

    async with database.reading() as connection:
        names = (
            await connection.execute(select(contacts.c.display_name).order_by(contacts.c.contact_id))
        ).scalars()
        agreed = (await connection.execute(select(func.count()).select_from(consents))).scalar_one()
        astray = (
            select(func.count())
            .join_from(contacts, customers)
            .where(contacts.c.display_name != customers.c.name)
        )
        assert list(names) == [f"Mevrouw Proef {number}" for number in range(WORTH_IT + 5)]
        assert (await connection.execute(astray)).scalar_one() == 0
    assert agreed == WORTH_IT + 5
    assert await index_names(database) == before


async def test_the_ready_contacts_of_a_list_are_counted_as_long_as_they_are_not_many(
    database: Database,
) -> None:
    await campaign_with(database, map(contact, range(1001)))
    short = await campaign_with(database, map(contact, range(30)), other("banden"))
    store = await store_for(database)

    many, few = [await store.abandon_window(each.campaign_id, NOW) for each in (CAMPAIGN, short)]
    await store.commit_attempts(short, call_ids(2), NOW, "x")
    fewer = await store.abandon_window(short.campaign_id, NOW)

    assert (many.contacts_left, few.contacts_left, fewer.contacts_left) == (None, 30, 28)


async def test_a_long_list_with_a_number_that_is_there_by_now_is_not_stored_at_all(
    database: Database,
) -> None:
    before = await index_names(database)
    campaign = await campaign_with(database, [contact(7)])
    await campaign_with(database, [contact(8)], other("banden"))

    with pytest.raises(AlreadyThere):
        await add_contacts(database, campaign, map(contact, range(WORTH_IT + 5)), "test.csv", NOW)

    assert len(await contact_ids(database, CAMPAIGN)) == 1
    assert await index_names(database) == before


async def test_a_long_list_of_people_who_are_not_there_is_refused(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1)])
    row = {
        **dict.fromkeys(("number", "number_kind", "timezone", "display_name"), "x"),
        "campaign_id": campaign.campaign_id,
        "state": "ready",
        "list_rank": 1,
    }

    async def add(customer_id: int, into: Database) -> None:
        async with into.writing() as connection, many_rows(connection, contacts, WORTH_IT):
            values = {**row, "number_hash": f"{customer_id}", "customer_id": customer_id}
            await connection.execute(insert(contacts).values(values))

    await add(1, database)
    with pytest.raises(IntegrityError):
        await add(999_999, database)

    assert len(await contact_ids(database, campaign)) == 2


async def test_a_role_that_may_do_nothing_special_stores_a_long_list_too(server: PostgresqlServer) -> None:
    owner = open_database(server.empty_database())
    await owner.migrate()
    campaign = await campaign_with(owner, [])
    async with owner.writing() as connection:
        for right in (
            "DO $$ BEGIN CREATE ROLE plain LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
            "GRANT ALL ON SCHEMA public TO plain",
            "GRANT ALL ON ALL TABLES IN SCHEMA public TO plain",
            "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO plain",
        ):
            await connection.exec_driver_sql(right)
    plain = open_database(server.url("postgres").replace("dealerlijn@", "plain@"))

    await add_contacts(plain, campaign, map(contact, range(WORTH_IT + 5)), "test.csv", NOW)

    assert len(await contact_ids(owner, campaign)) == WORTH_IT + 5
    await plain.close()
    await owner.close()


@pytest.mark.parametrize("wanted", [[], ["de \"'[Vries]'\"\\"], ["Jansen", "x", 'é,"', "de \"'[Vries]'\"\\"]])
async def test_a_column_is_compared_with_any_number_of_values(database: Database, wanted: list[str]) -> None:
    people = ("Jansen", 'é,"', "de \"'[Vries]'\"\\", "Bos")
    await campaign_with(database, [contact(at, name=name) for at, name in enumerate(people)])
    query = select(tables.customers.c.name).where(among(tables.customers.c.name, "names"))

    async with database.reading() as connection:
        found = set((await connection.execute(query, {"names": wanted})).scalars())

    assert found == set(wanted) & set(people)
