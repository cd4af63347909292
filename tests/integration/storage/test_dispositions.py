from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.storage import tables
from app.storage.campaign_store import SqlCampaignStore
from app.storage.database import Database
from app.storage.epochs import take_epoch
from app.storage.journal import Journal
from calls.facts import AttemptEnded, DispositionRecorded, Fact
from calls.ids import AgentId, DealerId
from calls.words import AttemptOutcome, HangupCause
from dialer.campaign import Campaign, CommittedAttempt
from tests.integration.storage.builders import (
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

LATER = NOW + timedelta(days=8)


def disposed(attempt: CommittedAttempt, word: str) -> DispositionRecorded:
    return DispositionRecorded(NOW, attempt.call_id, AgentId("anna"), word, "")


def ended(attempt: CommittedAttempt, campaign: Campaign) -> AttemptEnded:
    return AttemptEnded(
        NOW,
        attempt.call_id,
        attempt.campaign_id,
        campaign.dealer,
        attempt.contact_id,
        AttemptOutcome.CONNECTED,
        HangupCause.NORMAL,
        8.0,
        95.0,
    )


async def talked(
    database: Database, word: str, *, disposed_first: bool = False
) -> tuple[SqlCampaignStore, Campaign]:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    facts: list[Fact] = [ended(attempt, campaign), disposed(attempt, word)]
    journal = Journal(database, NODE, 1)
    for fact in reversed(facts) if disposed_first else facts:
        await journal.write_facts([fact])
    return store, campaign


@pytest.mark.parametrize("disposed_first", [True, False])
async def test_a_booked_contact_is_closed(database: Database, disposed_first: bool) -> None:
    store, campaign = await talked(database, "booked", disposed_first=disposed_first)

    outcome = await store.commit_attempts(campaign, call_ids(1), LATER, "x")

    assert outcome == []


@pytest.mark.parametrize("disposed_first", [True, False])
async def test_a_contact_who_is_not_ready_now_rests(database: Database, disposed_first: bool) -> None:
    store, campaign = await talked(database, "not_now", disposed_first=disposed_first)

    early = await store.commit_attempts(campaign, call_ids(1), LATER, "x")
    in_time = await store.commit_attempts(campaign, call_ids(1), NOW + timedelta(days=15), "x")

    assert committed(early) == []
    assert len(committed(in_time)) == 1


async def test_a_refusal_holds_for_the_other_campaigns_of_the_dealer(database: Database) -> None:
    store, _ = await talked(database, "refused")
    tyres = await campaign_with(database, [contact(1)], other("banden"))

    outcome = await store.commit_attempts(tyres, call_ids(1), LATER, "x")

    assert [each.rule for each in refused(outcome)] == ["refused_recently"]


async def test_an_objection_holds_for_every_campaign_and_is_stored_once(database: Database) -> None:
    store, campaign = await talked(database, "objection")
    elsewhere = replace(other("banden"), dealer=DealerId("another"))
    tyres = await campaign_with(database, [contact(1)], elsewhere)
    [call_id] = call_ids(1)
    [attempted] = await contact_ids(database, campaign)

    await store.record_objection(call_id, attempted, None, NOW)
    await store.record_objection(call_id, attempted, None, NOW)
    outcome = await store.commit_attempts(tyres, call_ids(1), LATER, "x")

    assert [each.rule for each in refused(outcome)] == ["objection"]
    async with database.reading() as connection:
        stored = (await connection.execute(select(func.count()).select_from(tables.objections))).scalar_one()
    assert stored == 2


async def test_an_unknown_word_and_an_inbound_call_change_nothing(database: Database) -> None:
    store, campaign = await talked(database, "something_else")
    inbound = DispositionRecorded(NOW, call_ids(1)[0], None, "booked", "")

    await Journal(database, NODE, await take_epoch(database, NODE)).write_facts([inbound])

    store = await store_for(database)
    assert len(committed(await store.commit_attempts(campaign, call_ids(1), LATER, "x"))) == 1
