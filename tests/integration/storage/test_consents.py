import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError

from app.storage.consent_tables import consents
from app.storage.consents import entries_of, people_at, record_entry
from app.storage.contact_list import NewContact, add_contacts, load_hash_key
from app.storage.database import Database
from app.storage.due_lists import set_due_window
from app.storage.histories import Candidate, next_candidates
from app.storage.tables import contacts
from app.storage.vehicle_tables import vehicles
from calls.ids import CampaignId, DealerId
from customers.consent import ConsentAction, ConsentEntry, consent_in_force
from customers.person import number_hash
from dialer.campaign import Campaign, CampaignKind, LegalBasis
from dialer.due import DueWindow
from tests.integration.storage.builders import (
    CAMPAIGN,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    other,
    refused,
    store_for,
)

ON_CONSENT = replace(CAMPAIGN, basis=LegalBasis.CONSENT)


def entry(person: int, action: ConsentAction = ConsentAction.GIVEN, *, days_ago: float = 1) -> ConsentEntry:
    at = NOW - timedelta(days=days_ago)
    return ConsentEntry(person, CAMPAIGN.kind, action, "consent", at, "telefoon", "Ja, bel mij", NOW, "anna")


async def listed(database: Database) -> tuple[Campaign, int]:
    """A campaign on consent with one person, who has given none, on its list."""
    campaign = await campaign_with(database, [contact(1)], ON_CONSENT)
    async with database.reading() as connection:
        [candidate] = await next_candidates(connection, campaign.campaign_id, 1)
    return campaign, candidate.customer_id


@pytest.mark.parametrize("statement", [delete(consents), update(consents).values(wording="Nooit gezegd")])
async def test_the_database_itself_keeps_every_entry(database: Database, statement: object) -> None:
    _, person = await listed(database)
    await record_entry(database, entry(person))

    with pytest.raises(DBAPIError, match="only grows"):
        async with database.writing() as connection:
            await connection.execute(statement)  # type: ignore[call-overload]

    assert await entries_of(database, person) == [entry(person)]


async def test_no_entry_takes_the_place_of_another(database: Database) -> None:
    _, person = await listed(database)
    await record_entry(database, entry(person))
    async with database.reading() as connection:
        row = dict((await connection.execute(select(consents))).mappings().one())
    forged = database.insert(consents).values(**row | {"wording": "Nooit gezegd"})
    if isinstance(forged, sqlite.Insert):
        forged = forged.prefix_with("OR REPLACE")

    with pytest.raises(DBAPIError):
        async with database.writing() as connection:
            await connection.execute(forged)

    assert await entries_of(database, person) == [entry(person)]


async def test_a_withdrawal_keeps_the_person_from_being_dialled_and_a_new_consent_lets_it_again(
    database: Database,
) -> None:
    campaign, person = await listed(database)
    store = await store_for(database)
    await record_entry(database, entry(person, days_ago=3))
    await record_entry(database, entry(person, ConsentAction.WITHDRAWN, days_ago=2))

    without = await store.commit_attempts(campaign, call_ids(1), NOW, "x")
    await record_entry(database, entry(person, days_ago=1))
    again = await store.commit_attempts(campaign, call_ids(1), NOW, "x")

    assert [each.rule for each in refused(without)] == ["no_basis"]
    assert len(committed(again)) == 1


@pytest.mark.parametrize("way", ["ledger", "list"])
@pytest.mark.parametrize(("due_on", "dialled"), [(date(2026, 6, 20), 1), (date(2027, 6, 20), 0), (None, 1)])
async def test_a_consent_opens_only_who_is_due(
    database: Database, way: str, due_on: date | None, dialled: int
) -> None:
    campaign, person = await listed(database)
    store = await store_for(database)
    await store.commit_attempts(campaign, call_ids(1), NOW, "x")
    await set_due_window(database, campaign.campaign_id, DueWindow(days_before=42, days_after=14))
    async with database.writing() as connection:
        await connection.execute(update(contacts).values(plate="AB123C", due_on=due_on))

    if way == "ledger":
        await record_entry(database, entry(person))
    else:
        second = await campaign_with(database, [], replace(ON_CONSENT, campaign_id=CampaignId("apk-juni")))
        await add_contacts(database, second, [contact(1, consent=True)], "test.csv", NOW)
    outcome = await store.commit_attempts(campaign, call_ids(1), NOW, "x")

    assert len(committed(outcome)) == dialled


async def test_the_register_says_who_is_due_where_it_has_been_asked(database: Database) -> None:
    campaign, person = await listed(database)
    store = await store_for(database)
    await store.commit_attempts(campaign, call_ids(1), NOW, "x")
    await set_due_window(database, campaign.campaign_id, DueWindow(days_before=42, days_after=14))
    moved = {"plate": "AB123C", "registered": True, "apk_expiry": date(2027, 6, 20), "fetched_at": NOW}
    async with database.writing() as connection:
        await connection.execute(update(contacts).values(plate="AB123C", due_on=date(2026, 6, 20)))
        await connection.execute(insert(vehicles).values(moved))

    await record_entry(database, entry(person))

    assert await store.commit_attempts(campaign, call_ids(1), NOW, "x") == []


async def test_a_contract_on_record_is_no_consent(database: Database) -> None:
    campaign, person = await listed(database)
    await record_entry(database, replace(entry(person), basis="existing_contract"))

    outcome = await (await store_for(database)).commit_attempts(campaign, call_ids(1), NOW, "x")

    assert [each.rule for each in refused(outcome)] == ["no_basis"]


async def test_the_dialler_sees_what_the_ledger_says_after_any_history(database: Database) -> None:
    campaign, person = await listed(database)
    rng = random.Random(4)
    for _ in range(25):
        await record_entry(
            database, entry(person, rng.choice(list(ConsentAction)), days_ago=rng.randrange(1, 40) / 2)
        )
        proof = consent_in_force(await entries_of(database, person), CAMPAIGN.kind, "consent", NOW)

        async with database.reading() as connection:
            [seen] = await next_candidates(connection, campaign.campaign_id, 1)

        assert seen.history.consent_at == (None if proof is None else proof.at)


async def test_a_withdrawal_holds_for_the_number_however_the_person_is_written_on_the_next_list(
    database: Database,
) -> None:
    await campaign_with(database, [contact(1, name="Jan de Vries", consent=True)], ON_CONSENT)
    [jan] = await candidates(database, ON_CONSENT)
    await record_entry(database, entry(jan.customer_id, ConsentAction.WITHDRAWN))
    second = other("apk-juni", ON_CONSENT)
    await campaign_with(database, [contact(1, name="J. de Vries", consent=True)], second)
    [same] = await candidates(database, second)
    store = await store_for(database)

    with_the_old_consent = await store.commit_attempts(second, call_ids(1), NOW, "x")
    await record_entry(database, entry(same.customer_id, days_ago=0.5))
    with_a_new_one = await store.commit_attempts(second, call_ids(1), NOW, "x")

    assert [each.rule for each in refused(with_the_old_consent)] == ["no_basis"]
    assert len(committed(with_a_new_one)) == 1


async def test_whoever_is_dialled_agreed_after_the_last_withdrawal_by_the_person_or_at_the_number(
    database: Database,
) -> None:
    """After any history: people who are written in two ways, share a number or have two of them, and another dealer's."""
    lists = {
        ON_CONSENT: [contact(1, name="Jan de Vries"), contact(2, name="Anna Bos")],
        other("apk-juni", ON_CONSENT): [contact(1, name="J. de Vries"), numbered(contact(2))],
        other("apk-juli", ON_CONSENT): [numbered(contact(3)), contact(4, name="Anna Bos")],
        replace(other("elders", ON_CONSENT), dealer=DealerId("elders")): [contact(1, name="Jan de Vries")],
    }
    for campaign, people in lists.items():
        await campaign_with(database, people, campaign)
    known = {each: campaign.dealer for campaign in lists for each in await candidates(database, campaign)}
    persons = sorted({each.customer_id for each in known})
    assert len(persons) == 6
    rng, said = random.Random(4), []
    for _ in range(60):
        kind = rng.choice([CampaignKind.APK, CampaignKind.APK, CampaignKind.TYRES])
        action = rng.choice([ConsentAction.GIVEN, ConsentAction.GIVEN, ConsentAction.WITHDRAWN])
        days_ago = rng.randrange(1, 40) / 2
        said.append(replace(entry(rng.choice(persons), action, days_ago=days_ago), purpose=kind))
        await record_entry(database, said[-1])

        seen = {
            each.contact_id: each.history.consent_at
            for campaign in lists
            for each in await candidates(database, campaign)
        }

        assert seen == {each.contact_id: may_be_called_since(each, known, said) for each in known}


def may_be_called_since(
    meant: Candidate, known: dict[Candidate, DealerId], said: Sequence[ConsentEntry]
) -> datetime | None:
    """What the law says: the consent is the person's own, and nobody's with the number was taken back since."""
    beside = {
        each.customer_id
        for each, dealer in known.items()
        if each.number_hash == meant.number_hash and dealer == known[meant]
    }
    counted = [
        each
        for each in said
        if each.person == meant.customer_id
        or (each.action is ConsentAction.WITHDRAWN and each.person in beside)
    ]
    proof = consent_in_force(counted, CAMPAIGN.kind, "consent", NOW)
    return None if proof is None else proof.at


def numbered(person: NewContact) -> NewContact:
    """The same with the dealer's own number for the person."""
    return replace(person, person_key="ref:7", name="Piet Smit")


async def candidates(database: Database, campaign: Campaign) -> list[Candidate]:
    async with database.reading() as connection:
        return await next_candidates(connection, campaign.campaign_id, 9)


async def test_people_are_found_by_the_number_they_are_listed_with(database: Database) -> None:
    key = await load_hash_key(database)
    one = replace(contact(1), number_hash=number_hash(key, contact(1).e164))
    await campaign_with(database, [one, contact(2)])

    found = await people_at(database, CAMPAIGN.dealer, one.e164)

    assert [each.name for each in found] == [one.name]
    assert await people_at(database, CAMPAIGN.dealer, "+31687654321") == []
