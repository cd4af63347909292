"""A call that was agreed is made, whatever closed the contact before."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.storage.campaign_store import SqlCampaignStore
from app.storage.contact_list import NewContact
from app.storage.conversations import read_history
from app.storage.database import Database
from app.storage.journal import Journal
from app.storage.tables import contacts
from calls.facts import CallArrived, CallConnected, CallEnded, CallerRecognised, DispositionRecorded, Fact
from calls.ids import AgentId, CallId, ContactId, LegId
from calls.words import CallPhase, Department, HangupCause, InboundOutcome
from customers.person import person_key
from dialer.campaign import Campaign
from dialer.eligibility import promise_refusal
from dialer.profile_file import shipped_profiles
from tests.integration.storage.builders import (
    CAMPAIGN,
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    other,
    refused,
    store_for,
)
from tests.integration.storage.test_dispositions import disposed, ended

RETURNED_AT = NOW + timedelta(days=1)
AGREED_FOR = NOW + timedelta(days=2)
PROFILE = shipped_profiles().named(CAMPAIGN.profile)


async def closed_with(database: Database, word: str) -> tuple[Journal, ContactId]:
    """A contact whose conversation ended in this word, and the journal in which that is."""
    campaign = await campaign_with(database, [replace(contact(1), plate="AB123C")])
    [attempt] = committed(await (await store_for(database)).commit_attempts(campaign, call_ids(1), NOW, "x"))
    journal = Journal(database, NODE, 1)
    await journal.write_facts([ended(attempt, campaign), disposed(attempt, word)])
    return journal, attempt.contact_id


def rings_back(call_id: CallId, contact_id: ContactId, campaign: Campaign = CAMPAIGN) -> list[Fact]:
    """A whole conversation, about which nothing is said yet."""
    call, workshop = (RETURNED_AT, call_id, campaign.dealer), Department.WORKSHOP
    return [
        CallArrived(*call, "+31401234567", None, LegId(call_id), NODE),
        CallerRecognised(*call, campaign.campaign_id, contact_id, workshop),
        CallConnected(*call, workshop, AgentId("anna"), LegId("2.2"), 3.0),
        CallEnded(
            *call,
            workshop,
            CallPhase.TALKING,
            InboundOutcome.CONNECTED,
            HangupCause.NORMAL,
            3.0,
            230.0,
        ),
    ]


def says(call_id: CallId, word: str, until: datetime | None = None) -> DispositionRecorded:
    return DispositionRecorded(RETURNED_AT, call_id, AgentId("anna"), word, "", until=until)


async def state(database: Database) -> tuple[str, str | None]:
    async with database.reading() as connection:
        row = (await connection.execute(select(contacts.c.state, contacts.c.closed_reason))).one()
    return row.state, row.closed_reason


@pytest.mark.parametrize("word", ["booked", "already_done", "satisfied", "complaint"])
async def test_a_call_agreed_when_a_closed_contact_rings_back_is_made(database: Database, word: str) -> None:
    journal, contact_id = await closed_with(database, word)
    [call_id] = call_ids(1)
    await journal.write_facts(rings_back(call_id, contact_id))
    no = promise_refusal(await read_history(database, contact_id, call_id), CAMPAIGN, PROFILE, AGREED_FOR)

    await journal.write_facts([says(call_id, "call_back", AGREED_FOR)])

    store = await store_for(database)
    early = await store.commit_attempts(CAMPAIGN, call_ids(1), AGREED_FOR - timedelta(hours=1), "x")
    in_time = await store.commit_attempts(CAMPAIGN, call_ids(1), AGREED_FOR, "x")
    assert no is None
    assert (early, [each.contact_id for each in committed(in_time)]) == ([], [contact_id])


@pytest.mark.parametrize("word", ["sold_the_car", "objection", "wrong_number"])
async def test_who_is_closed_for_good_is_promised_no_call_and_stays_closed(
    database: Database, word: str
) -> None:
    journal, contact_id = await closed_with(database, word)
    [call_id] = call_ids(1)
    history = await read_history(database, contact_id, call_id)
    no = promise_refusal(history, CAMPAIGN, PROFILE, AGREED_FOR)

    said = says(call_id, "call_back", AGREED_FOR)
    await journal.write_facts([*rings_back(call_id, contact_id), said])

    assert no is not None
    assert (no.rule, no.not_before, history.closed_reason) == ("closed", None, word)
    assert await state(database) == ("closed", word)


@pytest.mark.parametrize("instead", ["not_now", "machine", "something_else", "complaint"])
async def test_an_agreement_that_is_taken_back_leaves_the_contact_closed_as_it_was(
    database: Database, instead: str
) -> None:
    journal, contact_id = await closed_with(database, "booked")
    [call_id] = call_ids(1)
    await journal.write_facts([*rings_back(call_id, contact_id), says(call_id, "call_back", AGREED_FOR)])
    agreed = await state(database)

    await journal.write_facts([says(call_id, instead)])

    assert agreed == ("resting", None)
    assert await state(database) == ("closed", "booked")


async def test_the_moment_of_an_agreement_can_be_corrected(database: Database) -> None:
    journal, contact_id = await closed_with(database, "booked")
    [call_id] = call_ids(1)
    later = AGREED_FOR + timedelta(days=1)
    await journal.write_facts([*rings_back(call_id, contact_id), says(call_id, "call_back", AGREED_FOR)])

    await journal.write_facts([says(call_id, "call_back", later)])

    store = await store_for(database)
    assert await store.commit_attempts(CAMPAIGN, call_ids(1), AGREED_FOR, "x") == []
    assert len(committed(await store.commit_attempts(CAMPAIGN, call_ids(1), later, "x"))) == 1


async def test_who_was_opened_by_an_agreement_stays_open_when_a_later_word_is_taken_back(
    database: Database,
) -> None:
    journal, contact_id = await closed_with(database, "booked")
    first, second = call_ids(2)
    await journal.write_facts([*rings_back(first, contact_id), says(first, "call_back", AGREED_FOR)])
    await journal.write_facts([*rings_back(second, contact_id), says(second, "already_done")])

    await journal.write_facts([says(second, "not_now")])

    assert await state(database) == ("resting", None)


@pytest.mark.parametrize("mistake", ["sold_the_car", "wrong_number", "refused", "booked"])
async def test_a_call_can_be_agreed_in_the_place_of_another_word_about_the_same_call(
    database: Database, mistake: str
) -> None:
    campaign = await campaign_with(database, [replace(contact(1), plate="AB123C")])
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    journal = Journal(database, NODE, 1)
    await journal.write_facts([disposed(attempt, mistake)])
    history = await read_history(database, attempt.contact_id, attempt.call_id)
    no = promise_refusal(history, campaign, PROFILE, AGREED_FOR)

    said = replace(disposed(attempt, "call_back"), until=AGREED_FOR)
    await journal.write_facts([said, ended(attempt, campaign)])

    assert no is None
    assert len(committed(await store.commit_attempts(campaign, call_ids(1), AGREED_FOR, "x"))) == 1


async def test_no_other_campaign_takes_the_day_of_an_agreed_call(database: Database) -> None:
    """Neither at the same number nor at another one of the person; the day after is theirs."""
    person = person_key("Mevrouw Proef", "", "K1")
    mobile, home = (replace(contact(number), person_key=person) for number in (1, 2))
    store = await agreed_with(database, mobile)
    tyres = await campaign_with(database, [mobile], other("banden"))
    service = await campaign_with(database, [home], other("onderhoud"))
    morning = AGREED_FOR - timedelta(hours=2)

    others = [await store.commit_attempts(each, call_ids(1), morning, "x") for each in (tyres, service)]
    kept = await store.commit_attempts(CAMPAIGN, call_ids(1), AGREED_FOR, "x")

    assert [[no.rule for no in refused(outcome)] for outcome in others] == [["daily_limit"]] * 2
    assert len(committed(kept)) == 1


async def test_an_agreed_call_holds_up_nobody_else_and_no_other_day(database: Database) -> None:
    store = await agreed_with(database, contact(1))
    tyres = await campaign_with(database, [contact(1), contact(2)], other("banden"))
    day_before = AGREED_FOR - timedelta(days=1)

    assert len(committed(await store.commit_attempts(tyres, call_ids(2), day_before, "x"))) == 2


async def agreed_with(database: Database, who: NewContact) -> SqlCampaignStore:
    """A conversation with this contact in which a call was agreed."""
    campaign = await campaign_with(database, [who])
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    said = replace(disposed(attempt, "call_back"), until=AGREED_FOR)
    await Journal(database, NODE, 1).write_facts([said, ended(attempt, campaign)])
    return store
