"""An objection that is told for one number holds for the person too, whatever number and list they are called on."""

from dataclasses import replace

import pytest

from app.storage.audit import AuditEntry
from app.storage.contact_list import NewContact, add_contacts, load_hash_key
from app.storage.database import Database
from app.storage.journal import Journal
from app.storage.objections import record_objection, record_objection_by_hand
from app.storage.unwanted import unwanted_attempts
from calls.facts import AttemptAnswered, DispositionRecorded
from calls.ids import AgentId, DealerId, NodeId
from customers.person import number_hash
from dialer.campaign import Campaign
from tests.integration.storage.builders import (
    CAMPAIGN,
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    contact_ids,
    other,
    refused,
    store_for,
)

ENTRY = AuditEntry(NOW, "anna", "objection_recorded", "number", "null", "null")


async def known(database: Database, number: int, person: str) -> NewContact:
    """A contact of this person with this number, its hash as the installation makes it."""
    key = await load_hash_key(database)
    made = contact(number)
    return replace(made, person_key=f"ref:{person}", number_hash=number_hash(key, made.e164))


async def told(database: Database, way: str, campaign: Campaign) -> None:
    """Somebody at number 1 objects."""
    number = contact(1).e164
    if way == "letter":
        await record_objection_by_hand(database, number, NOW, ENTRY)
    elif way == "inbound call":
        await record_objection(database, call_ids(1)[0], number, AgentId("anna"), NOW)
    else:
        store = await store_for(database)
        [contact_id] = await contact_ids(database, campaign)
        await store.record_objection(call_ids(1)[0], contact_id, AgentId("anna"), NOW)


WAYS = ("letter", "inbound call", "agent")


@pytest.mark.parametrize("way", WAYS)
async def test_an_objection_on_one_number_refuses_the_persons_other_number_in_another_campaign(
    database: Database, way: str
) -> None:
    first = await campaign_with(database, [await known(database, 1, "K1")])
    second = await campaign_with(
        database, [await known(database, 2, "K1"), await known(database, 3, "K2")], other("banden")
    )

    await told(database, way, first)
    outcome = await (await store_for(database)).commit_attempts(second, call_ids(2), NOW, "x")

    assert [each.rule for each in refused(outcome)] == ["objection"]
    assert [each.number.e164 for each in committed(outcome)] == [contact(3).e164]


@pytest.mark.parametrize("way", WAYS)
async def test_it_holds_for_who_is_the_customer_of_another_dealer_with_that_number(
    database: Database, way: str
) -> None:
    first = await campaign_with(database, [await known(database, 1, "K1")])
    elsewhere = replace(other("elders"), dealer=DealerId("another"))
    second = await campaign_with(
        database, [await known(database, 1, "R7"), await known(database, 2, "R7")], elsewhere
    )

    await told(database, way, first)
    outcome = await (await store_for(database)).commit_attempts(second, call_ids(2), NOW, "x")

    assert [each.rule for each in refused(outcome)] == ["objection", "objection"]


async def test_a_person_who_appears_later_with_that_number_is_not_called_on_any_other(
    database: Database,
) -> None:
    await record_objection_by_hand(database, contact(1).e164, NOW, ENTRY)

    first = await campaign_with(database, [await known(database, 1, "K1")])
    second = await campaign_with(database, [await known(database, 2, "K1")], other("banden"))
    store = await store_for(database)
    outcomes = [await store.commit_attempts(each, call_ids(1), NOW, "x") for each in (first, second)]

    assert [each.rule for outcome in outcomes for each in refused(outcome)] == ["objection", "objection"]


async def test_a_list_that_grows_carries_the_objection_to_whoever_comes_with_the_number(
    database: Database,
) -> None:
    await record_objection_by_hand(database, contact(1).e164, NOW, ENTRY)
    campaign = await campaign_with(database, [await known(database, 2, "K1")])

    await add_contacts(database, campaign, [await known(database, 1, "K1")], "second.csv", NOW)
    outcome = await (await store_for(database)).commit_attempts(campaign, call_ids(2), NOW, "x")

    assert [each.rule for each in refused(outcome)] == ["objection", "objection"]


async def test_unanswered_attempts_to_whoever_objects_are_found_on_the_node_that_dials_them(
    database: Database,
) -> None:
    people = [await known(database, 1, "K1"), await known(database, 2, "K2"), await known(database, 3, "K3")]
    campaign = await campaign_with(database, people)
    await campaign_with(
        database, [await known(database, 4, "K1"), await known(database, 5, "K2")], other("x")
    )
    store = await store_for(database)
    attempts = committed(await store.commit_attempts(campaign, call_ids(3), NOW, "x"))
    before = await unwanted_attempts(database, NODE)
    answered = AttemptAnswered(NOW, attempts[1].call_id, campaign.campaign_id, campaign.dealer, 8.0)
    await Journal(database, NODE, 1).write_facts([answered])

    for number in (4, 5):
        await record_objection_by_hand(database, contact(number).e164, NOW, ENTRY)

    assert before == []
    assert await unwanted_attempts(database, NODE) == [attempts[0].call_id]
    assert await unwanted_attempts(database, NodeId("n2")) == []


async def test_the_owner_of_a_wrong_number_objects_for_himself_alone(database: Database) -> None:
    first = await campaign_with(database, [await known(database, 1, "K1")], replace(CAMPAIGN))
    second = await campaign_with(database, [await known(database, 2, "K1")], other("banden"))
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(first, call_ids(1), NOW, "x"))
    wrong = DispositionRecorded(NOW, attempt.call_id, AgentId("anna"), "wrong_number", "")
    await Journal(database, NODE, 1).write_facts([wrong])

    await record_objection_by_hand(database, contact(1).e164, NOW, ENTRY)
    outcome = await store.commit_attempts(second, call_ids(1), NOW, "x")

    assert "objection" not in [each.rule for each in refused(outcome)]
