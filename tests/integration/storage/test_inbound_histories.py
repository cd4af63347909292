"""Who rings the dealer, or has spoken with it, is not dialled as if nothing had happened."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from app.storage.database import Database
from app.storage.journal import Journal
from calls.facts import CallArrived, CallConnected, CallEnded, CallerRecognised, CallQueued, Fact
from calls.ids import AgentId, CallId, ContactId, DealerId, LegId
from calls.words import AttemptOutcome, CallPhase, Department, HangupCause, InboundOutcome
from customers.person import person_key
from dialer.campaign import CampaignKind
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
from tests.integration.storage.test_dispositions import ended

TALKS_AT = NOW + timedelta(days=1)
WORKSHOP = Department.WORKSHOP
SERVICE = replace(other("service"), kind=CampaignKind.SERVICE)


def arrives(
    call_id: CallId,
    caller: str | None,
    contact_id: ContactId | None = None,
    dealer: DealerId = CAMPAIGN.dealer,
) -> list[Fact]:
    """Somebody rings the dealer; with a contact, known as who returns a call of the campaign."""
    facts: list[Fact] = [CallArrived(TALKS_AT, call_id, dealer, "+31401234567", caller, LegId(call_id), NODE)]
    if contact_id is not None:
        who = (CAMPAIGN.campaign_id, contact_id, WORKSHOP)
        facts.append(CallerRecognised(TALKS_AT, call_id, dealer, *who))
    return [*facts, CallQueued(TALKS_AT, call_id, dealer, WORKSHOP, 0)]


def talks(call_id: CallId, dealer: DealerId = CAMPAIGN.dealer) -> CallConnected:
    moment = TALKS_AT + timedelta(seconds=5)
    return CallConnected(moment, call_id, dealer, WORKSHOP, AgentId("anna"), LegId("2.2"), 3.0)


def hangs_up(call_id: CallId, phase: CallPhase, outcome: InboundOutcome) -> CallEnded:
    moment = TALKS_AT + timedelta(minutes=4)
    return CallEnded(
        moment, call_id, CAMPAIGN.dealer, WORKSHOP, phase, outcome, HangupCause.NORMAL, 3.0, 230.0
    )


async def dialled(database: Database, at: datetime) -> tuple[int, list[str]]:
    """How many of the campaign are dialled at this moment, and by which rules the others are not."""
    outcome = await (await store_for(database)).commit_attempts(CAMPAIGN, call_ids(5), at, "x")
    return len(committed(outcome)), [each.rule for each in refused(outcome)]


@pytest.mark.parametrize("connected", [True, False])
async def test_who_rings_the_dealer_is_not_dialled_meanwhile(database: Database, connected: bool) -> None:
    await campaign_with(database, [contact(1)])
    await store_for(database)
    [call_id] = call_ids(1)
    facts = [*arrives(call_id, contact(1).e164), *([talks(call_id)] if connected else [])]

    await Journal(database, NODE, 1).write_facts(facts)

    assert await dialled(database, TALKS_AT + timedelta(minutes=1)) == (0, ["open_attempt"])


async def test_who_has_spoken_with_the_dealer_is_not_dialled_on_the_same_day(database: Database) -> None:
    await campaign_with(database, [contact(1)])
    await store_for(database)
    [call_id] = call_ids(1)
    end = hangs_up(call_id, CallPhase.TALKING, InboundOutcome.CONNECTED)

    await Journal(database, NODE, 1).write_facts([*arrives(call_id, contact(1).e164), talks(call_id), end])

    assert await dialled(database, TALKS_AT + timedelta(minutes=14)) == (0, ["daily_limit"])
    assert await dialled(database, TALKS_AT + timedelta(days=1)) == (1, [])


async def test_who_hung_up_before_anybody_answered_is_dialled(database: Database) -> None:
    await campaign_with(database, [contact(1)])
    await store_for(database)
    [call_id] = call_ids(1)
    end = hangs_up(call_id, CallPhase.QUEUE, InboundOutcome.LOST)

    await Journal(database, NODE, 1).write_facts([*arrives(call_id, contact(1).e164), end])

    assert await dialled(database, TALKS_AT + timedelta(minutes=14)) == (1, [])


@pytest.mark.parametrize("caller", [None, "+31612345678"])
async def test_a_caller_who_is_not_known_by_the_number_changes_nothing(
    database: Database, caller: str | None
) -> None:
    await campaign_with(database, [contact(1)])
    await store_for(database)
    [call_id] = call_ids(1)

    await Journal(database, NODE, 1).write_facts([*arrives(call_id, caller), talks(call_id)])

    assert await dialled(database, TALKS_AT + timedelta(minutes=1)) == (1, [])


async def test_a_call_to_another_dealer_changes_nothing(database: Database) -> None:
    await campaign_with(database, [contact(1)])
    await store_for(database)
    [call_id] = call_ids(1)
    elsewhere = DealerId("another")
    arrived = arrives(call_id, contact(1).e164, dealer=elsewhere)

    await Journal(database, NODE, 1).write_facts([*arrived, talks(call_id, elsewhere)])

    assert await dialled(database, TALKS_AT + timedelta(minutes=1)) == (1, [])


async def test_a_person_who_returns_a_call_is_not_dialled_at_another_number_meanwhile(
    database: Database,
) -> None:
    person = person_key("Mevrouw Proef", "", "K1")
    mobile, home = (replace(contact(number), person_key=person) for number in (1, 2))
    await campaign_with(database, [mobile], SERVICE)
    await campaign_with(database, [home])
    [attempt] = committed(await (await store_for(database)).commit_attempts(SERVICE, call_ids(1), NOW, "x"))
    [call_id] = call_ids(1)
    facts = [*arrives(call_id, mobile.e164, attempt.contact_id), talks(call_id)]

    await Journal(database, NODE, 1).write_facts([ended(attempt, SERVICE, AttemptOutcome.UNANSWERED), *facts])

    assert await dialled(database, TALKS_AT + timedelta(minutes=1)) == (0, ["open_attempt"])


async def test_a_returned_call_rests_the_contact_as_long_as_an_answered_one(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1)])
    [attempt] = committed(await (await store_for(database)).commit_attempts(campaign, call_ids(1), NOW, "x"))
    [call_id] = call_ids(1)
    end = hangs_up(call_id, CallPhase.TALKING, InboundOutcome.CONNECTED)
    returned = [*arrives(call_id, contact(1).e164, attempt.contact_id), talks(call_id), end]

    await Journal(database, NODE, 1).write_facts(
        [ended(attempt, campaign, AttemptOutcome.UNANSWERED), *returned]
    )

    assert await dialled(database, TALKS_AT + timedelta(days=6)) == (0, ["retry_interval"])
    assert await dialled(database, TALKS_AT + timedelta(days=7)) == (1, [])
