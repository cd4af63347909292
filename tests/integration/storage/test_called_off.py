"""That somebody is to be rung no longer is stored before it is done, once, and only of those who ring."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from app.storage.campaign_store import SqlCampaignStore
from app.storage.database import Database
from app.storage.epochs import take_epoch
from app.storage.errors import StaleEpoch
from app.storage.journal import Journal, read_facts
from app.storage.learned import read_learned
from app.storage.takeover import open_attempts
from app.storage.totals import count_attempts
from calls.facts import AttemptAnswered, AttemptCalledOff, AttemptEnded
from calls.words import AttemptOutcome, HangupCause
from dialer.campaign import CommittedAttempt
from tests.integration.storage.builders import (
    CAMPAIGN,
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    store_for,
)

LATE = NOW + timedelta(seconds=17)


async def ringing(database: Database, count: int) -> tuple[SqlCampaignStore, list[CommittedAttempt]]:
    campaign = await campaign_with(database, [contact(number) for number in range(count)])
    store = await store_for(database)
    return store, committed(await store.commit_attempts(campaign, call_ids(count), NOW, "lookahead"))


def meant(attempts: Sequence[CommittedAttempt]) -> list[AttemptCalledOff]:
    return [
        AttemptCalledOff(LATE, each.call_id, CAMPAIGN.campaign_id, CAMPAIGN.dealer, 16.5, 0.7, 0.02)
        for each in attempts
    ]


def ended(attempt: CommittedAttempt, cause: HangupCause, seconds: float = 17.1) -> AttemptEnded:
    return AttemptEnded(
        NOW + timedelta(seconds=seconds),
        attempt.call_id,
        CAMPAIGN.campaign_id,
        CAMPAIGN.dealer,
        attempt.contact_id,
        AttemptOutcome.UNANSWERED,
        cause,
        seconds,
        0.0,
    )


async def told(database: Database) -> list[AttemptCalledOff]:
    return [fact for _, fact in await read_facts(database, 0, 100) if isinstance(fact, AttemptCalledOff)]


async def test_those_who_ring_are_stored_with_their_facts_and_no_others(database: Database) -> None:
    store, attempts = await ringing(database, 4)
    rings, talks, over, too = attempts
    journal = Journal(database, NODE, 1)
    answered = AttemptAnswered(LATE, talks.call_id, CAMPAIGN.campaign_id, CAMPAIGN.dealer, 16.0)
    await journal.write_facts([answered, ended(over, HangupCause.BUSY)])

    stored = await store.call_off(meant([too, talks, over, rings]))

    assert stored == meant([too, rings])
    assert sorted(each.call_id for each in await told(database)) == sorted((rings.call_id, too.call_id))
    moments = {each.call_id: each.called_off_at for each in await open_attempts(database, NODE)}
    assert moments == {rings.call_id: LATE, too.call_id: LATE, talks.call_id: None}


async def test_asking_again_finds_them_and_stores_nothing_twice(database: Database) -> None:
    store, attempts = await ringing(database, 2)
    await store.call_off(meant(attempts[:1]))

    again = [replace(each, at=LATE + timedelta(seconds=1)) for each in meant(attempts)]
    stored = await store.call_off(again)

    assert stored == again
    assert sorted(each.at for each in await told(database)) == [LATE, LATE + timedelta(seconds=1)]
    moments = {each.call_id: each.called_off_at for each in await open_attempts(database, NODE)}
    assert moments[attempts[0].call_id] == LATE


async def test_the_journal_does_not_store_the_fact_a_second_time(database: Database) -> None:
    store, attempts = await ringing(database, 1)
    facts = await store.call_off(meant(attempts))

    await Journal(database, NODE, 1).write_facts(facts)

    assert await told(database) == facts


async def test_another_controller_in_charge_stores_nothing(database: Database) -> None:
    store, attempts = await ringing(database, 1)
    await take_epoch(database, NODE)

    with pytest.raises(StaleEpoch):
        await store.call_off(meant(attempts))

    assert await told(database) == []


async def test_who_ended_by_being_called_off_is_counted_and_learnt_from_as_such(database: Database) -> None:
    store, attempts = await ringing(database, 3)
    gone, answers, rang_out = attempts
    await store.call_off(meant([gone, answers]))
    answered = AttemptAnswered(LATE, answers.call_id, CAMPAIGN.campaign_id, CAMPAIGN.dealer, 17.05)
    await Journal(database, NODE, 1).write_facts(
        [answered, ended(gone, HangupCause.CALLED_OFF), ended(rang_out, HangupCause.NO_ANSWER, 22)]
    )

    resolved = {each.ring_seconds: each for each in await store.resolved_attempts(CAMPAIGN.campaign_id, 10)}
    counts = await count_attempts(database, CAMPAIGN.campaign_id)
    learned = await read_learned(database, CAMPAIGN.campaign_id)

    assert {seconds: each.called_off for seconds, each in resolved.items()} == {
        17.1: True,
        17.05: False,
        22.0: False,
    }
    assert sum(each.called_off for each in counts) == 1
    assert [each.called_off for each in counts if each.outcome is AttemptOutcome.UNANSWERED] == [1]
    assert (learned.ended, learned.called_off) == (2, [17.1])
