import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.storage.campaigns import NumberShown, numbers_shown, set_state
from app.storage.consent_tables import objections
from app.storage.contact_list import load_hash_key
from app.storage.database import Database, open_database
from app.storage.epochs import take_epoch
from app.storage.errors import StaleEpoch
from app.storage.journal import Journal, read_facts
from app.storage.objections import record_objection
from app.storage.takeover import open_attempts
from calls.facts import AttemptAnswered, AttemptCommitted, AttemptEnded
from calls.ids import CallId, NodeId
from calls.words import AttemptOutcome, HangupCause
from customers.person import number_hash
from dialer.campaign import CampaignKind, CampaignState, CommittedAttempt, LegalBasis, ResolvedAttempt
from dialer.eligibility import Rule
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
    wrap_up,
)


def ended(attempt: CommittedAttempt, outcome: AttemptOutcome = AttemptOutcome.UNANSWERED) -> AttemptEnded:
    return AttemptEnded(
        at=NOW + timedelta(seconds=25),
        call_id=attempt.call_id,
        campaign_id=attempt.campaign_id,
        dealer=CAMPAIGN.dealer,
        contact_id=attempt.contact_id,
        outcome=outcome,
        cause=HangupCause.NO_ANSWER,
        ring_seconds=22.0,
        talk_seconds=0.0,
    )


async def test_contacts_are_committed_in_list_order(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1), contact(2, priority=1), contact(3), contact(4)])
    store = await store_for(database)

    outcome = await store.commit_attempts(campaign, call_ids(3), NOW, "lookahead")

    assert [attempt.number.e164[-1] for attempt in committed(outcome)] == ["2", "1", "3"]


async def test_every_committed_attempt_is_stored_with_its_fact(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1), contact(2)])
    store = await store_for(database)

    outcome = committed(await store.commit_attempts(campaign, call_ids(2), NOW, "lookahead"))

    stored = await open_attempts(database, NODE)
    assert {attempt.call_id for attempt in stored} == {attempt.call_id for attempt in outcome}
    facts = [fact for _, fact in await read_facts(database, 0, 10)]
    assert [(type(fact), fact.reason) for fact in facts if isinstance(fact, AttemptCommitted)] == [
        (AttemptCommitted, "lookahead")
    ] * 2


async def test_a_contact_in_the_air_is_not_committed_again(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)
    first = await store.commit_attempts(campaign, call_ids(1), NOW, "x")

    second = await store.commit_attempts(campaign, call_ids(1), NOW, "x")

    assert len(committed(first)) == 1
    assert second == []


async def test_a_refused_contact_is_named_once_and_rests_until_the_rule_may_end(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)
    journal = Journal(database, NODE, 1)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    await journal.write_facts([ended(attempt)])

    again = await store.commit_attempts(campaign, call_ids(1), NOW + timedelta(minutes=1), "x")
    later = await store.commit_attempts(campaign, call_ids(1), NOW + timedelta(minutes=2), "x")
    next_day = await store.commit_attempts(campaign, call_ids(1), NOW + timedelta(days=1), "x")

    assert [each.rule for each in refused(again)] == ["retry_interval"]
    assert later == []
    assert len(committed(next_day)) == 1


async def test_a_contact_without_consent_is_closed_when_consent_is_the_basis(database: Database) -> None:
    needs_consent = replace(CAMPAIGN, basis=LegalBasis.CONSENT)
    campaign = await campaign_with(database, [contact(1), contact(2, consent=True)], needs_consent)
    store = await store_for(database)

    outcome = await store.commit_attempts(campaign, call_ids(2), NOW, "x")

    assert [each.rule for each in refused(outcome)] == ["no_basis"]
    assert [attempt.number.e164[-1] for attempt in committed(outcome)] == ["2"]


async def test_an_objection_stored_by_another_connection_a_moment_before_is_honoured(
    empty_url: str, database: Database
) -> None:
    campaign = await campaign_with(database, [contact(1)])
    tyres = await campaign_with(database, [contact(1)], other("banden"))
    elsewhere = open_database(empty_url)
    objecting, store = await store_for(elsewhere, NodeId("n2")), await store_for(database)
    [tyres_contact] = await contact_ids(database, tyres)

    await objecting.record_objection(call_ids(1)[0], tyres_contact, None, NOW)
    outcome = await store.commit_attempts(campaign, call_ids(1), NOW, "x")

    await elsewhere.close()
    assert [each.rule for each in refused(outcome)] == ["objection"]


async def test_an_objection_by_number_alone_is_honoured_by_every_node(
    empty_url: str, database: Database
) -> None:
    caller = contact(1)
    key = await load_hash_key(database)
    campaign = await campaign_with(database, [replace(caller, number_hash=number_hash(key, caller.e164))])
    elsewhere = open_database(empty_url)
    store = await store_for(database, NodeId("n2"))

    for _ in range(2):
        await record_objection(elsewhere, CallId("n1" + "7" * 26), caller.e164, None, NOW)
    outcome = await store.commit_attempts(campaign, call_ids(1), NOW, "x")

    await elsewhere.close()
    assert [each.rule for each in refused(outcome)] == ["objection"]
    async with database.reading() as connection:
        stored = (await connection.execute(select(objections.c.customer_id.is_(None)))).scalars().all()
    assert sorted(stored) == [False, True]  # the person who has the number, and the number


async def test_a_consent_that_arrives_later_opens_a_contact_again(database: Database) -> None:
    needs_consent = replace(CAMPAIGN, basis=LegalBasis.CONSENT)
    campaign = await campaign_with(database, [contact(1), contact(2)], needs_consent)
    store = await store_for(database)
    before = await store.commit_attempts(campaign, call_ids(2), NOW, "x")

    await campaign_with(database, [contact(1, consent=True)], other("apk-juni", needs_consent))
    outcome = await store.commit_attempts(campaign, call_ids(2), NOW, "x")

    assert [each.rule for each in refused(before)] == ["no_basis", "no_basis"]
    assert [attempt.number.e164[-1] for attempt in committed(outcome)] == ["1"]
    assert refused(outcome) == []


async def test_a_consent_to_another_kind_of_call_opens_nothing(database: Database) -> None:
    needs_consent = replace(CAMPAIGN, basis=LegalBasis.CONSENT)
    campaign = await campaign_with(database, [contact(1)], needs_consent)
    store = await store_for(database)
    await store.commit_attempts(campaign, call_ids(1), NOW, "x")

    tyres = replace(other("banden", needs_consent), kind=CampaignKind.TYRES)
    await campaign_with(database, [contact(1, consent=True)], tyres)

    assert await store.commit_attempts(campaign, call_ids(1), NOW, "x") == []


async def test_a_person_with_two_numbers_is_called_on_one_of_them_only(database: Database) -> None:
    home, mobile = contact(1), contact(2)
    campaign = await campaign_with(database, [home, replace(mobile, person_key=home.person_key)])
    store = await store_for(database)

    outcome = await store.commit_attempts(campaign, call_ids(2), NOW, "x")

    assert len(committed(outcome)) == 1
    assert [each.rule for each in refused(outcome)] == ["open_attempt"]


async def test_a_number_in_the_air_for_one_campaign_is_refused_for_another(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1)])
    second = await campaign_with(database, [contact(1)], other("banden"))
    store = await store_for(database)
    await store.commit_attempts(campaign, call_ids(1), NOW, "x")

    outcome = await store.commit_attempts(second, call_ids(1), NOW, "x")

    assert [each.rule for each in refused(outcome)] == ["open_attempt"]


async def test_nothing_is_committed_for_a_campaign_stopped_meanwhile(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)

    await set_state(database, campaign.campaign_id, CampaignState.STOPPED)
    outcome = await store.commit_attempts(campaign, call_ids(1), NOW, "x")

    assert outcome == []


async def test_a_controller_that_was_replaced_commits_nothing(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)

    await take_epoch(database, NODE)

    with pytest.raises(StaleEpoch):
        await store.commit_attempts(campaign, call_ids(1), NOW, "x")
    assert await open_attempts(database, NODE) == []


async def test_two_writers_never_commit_the_same_contact(empty_url: str, database: Database) -> None:
    campaign = await campaign_with(database, [contact(n) for n in range(60)])
    elsewhere = open_database(empty_url)
    stores = [await store_for(database), await store_for(elsewhere, NodeId("n2"))]
    chosen: list[int] = []

    async def commit_all(number: int) -> None:
        for _ in range(10):
            outcome = await stores[number].commit_attempts(campaign, call_ids(5), NOW, "x")
            chosen.extend(attempt.contact_id for attempt in committed(outcome))

    async with asyncio.TaskGroup() as group:
        group.create_task(commit_all(0))
        group.create_task(commit_all(1))

    await elsewhere.close()
    assert len(chosen) == 60
    assert len(set(chosen)) == 60


async def test_a_number_counts_as_shown_since_its_campaigns_last_attempt(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1)])
    await campaign_with(database, [contact(2)], replace(other("banden"), shown_number="+31401234599"))
    await (await store_for(database)).commit_attempts(campaign, call_ids(1), NOW, "x")

    shown = await numbers_shown(database, NOW - timedelta(days=1))

    assert shown == [NumberShown(campaign.dealer, campaign.shown_number, NOW)]
    assert await numbers_shown(database, NOW + timedelta(days=1)) == []


async def test_after_an_abandoned_call_not_even_a_free_agent_is_reason_enough(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "lookahead"))
    abandoned = AttemptEnded(
        NOW,
        attempt.call_id,
        attempt.campaign_id,
        campaign.dealer,
        attempt.contact_id,
        AttemptOutcome.ABANDONED,
        HangupCause.NORMAL,
        8.0,
        0.0,
    )
    await Journal(database, NODE, 1).write_facts([abandoned])
    next_day = NOW + timedelta(days=1)

    soon = await store.commit_attempts(campaign, call_ids(1), next_day, "agents_certain")
    late = await store.commit_attempts(campaign, call_ids(1), NOW + timedelta(days=7), "agents_certain")

    assert [each.rule for each in refused(soon)] == [Rule.AFTER_ABANDON]
    assert len(committed(late)) == 1


async def test_resolved_attempts_are_the_answered_and_those_that_ended_without_the_latest_first(
    database: Database,
) -> None:
    campaign = await campaign_with(database, [contact(number) for number in range(6)])
    store = await store_for(database)
    journal = Journal(database, NODE, 1)
    attempts = [
        *committed(await store.commit_attempts(campaign, call_ids(5), NOW, "x")),
        *committed(await store.commit_attempts(campaign, call_ids(1), NOW + timedelta(seconds=1), "x")),
    ]
    talked, talking, silent, doubtful, of_the_trunk, _ringing = attempts
    key = campaign.campaign_id
    await journal.write_facts(
        [
            *(
                AttemptAnswered(NOW + timedelta(seconds=8), each.call_id, key, CAMPAIGN.dealer, 8.0)
                for each in (talked, talking)
            ),
            replace(ended(talked, AttemptOutcome.CONNECTED), ring_seconds=8.0, talk_seconds=90.0),
            *wrap_up(talked.call_id, key, NOW, 25.0),
            ended(silent),
            ended(doubtful, AttemptOutcome.IN_DOUBT),
            replace(
                ended(of_the_trunk, AttemptOutcome.FAILED), cause=HangupCause.CONGESTION, ring_seconds=0.1
            ),
        ]
    )

    found = await store.resolved_attempts(key, 10)

    found = [replace(each, traits=None) for each in found]
    assert sorted(found, key=lambda each: (each.ring_seconds, each.talk_seconds is None)) == [
        ResolvedAttempt(NOW, 8.0, answered=True, talk_seconds=90.0, wrap_up_seconds=25.0),
        ResolvedAttempt(NOW, 8.0, answered=True, talk_seconds=None),
        ResolvedAttempt(NOW, 22.0, answered=False, talk_seconds=None),
    ]
    assert len(await store.resolved_attempts(key, 2)) == 2
    assert await store.resolved_attempts(other("another").campaign_id, 10) == []


async def test_of_attempts_whose_commit_is_in_doubt_the_open_ones_are_told(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1), contact(2)])
    store = await store_for(database)
    ids = call_ids(4)
    one, two = committed(await store.commit_attempts(campaign, ids[:2], NOW, "x"))
    await Journal(database, NODE, 1).write_facts([ended(two)])

    assert await store.open_among(ids) == {one.call_id: one.contact_id}
    assert await store.open_among([]) == {}
