from dataclasses import replace
from datetime import timedelta

from app.storage.database import Database
from app.storage.journal import Journal
from app.storage.learned import read_learned
from calls.facts import (
    AttemptAnswered,
    AttemptConnected,
    AttemptEnded,
    DispositionRecorded,
    Fact,
)
from calls.ids import AgentId, CallId, line_leg
from calls.words import AttemptOutcome, HangupCause
from dialer.campaign import Campaign, CommittedAttempt
from tests.integration.storage.builders import (
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    other,
    store_for,
    wrap_up,
)
from tests.integration.storage.journalled import BRAM, connected, in_queue
from tests.integration.storage.journalled import ended as call_ended

ANNA = AgentId("anna")


def ended(
    attempt: CommittedAttempt, campaign: Campaign, outcome: AttemptOutcome, talk: float
) -> AttemptEnded:
    return AttemptEnded(
        NOW,
        attempt.call_id,
        attempt.campaign_id,
        campaign.dealer,
        attempt.contact_id,
        outcome,
        HangupCause.NORMAL,
        9.0,
        talk,
    )


def conversation(
    attempt: CommittedAttempt, campaign: Campaign, talk: float, wraps_up: float, after: CallId | None = None
) -> list[Fact]:
    call_id, campaign_id, dealer = attempt.call_id, attempt.campaign_id, campaign.dealer
    over, wrapped_up = wrap_up(call_id, campaign_id, NOW + timedelta(seconds=talk), wraps_up, after)
    return [
        AttemptAnswered(NOW, call_id, campaign_id, dealer, 9.0),
        AttemptConnected(NOW, call_id, campaign_id, dealer, ANNA, 0.2),
        over,
        ended(attempt, campaign, AttemptOutcome.CONNECTED, talk),
        wrapped_up,
    ]


async def test_a_campaigns_attempts_tell_who_answers_and_how_long_everything_takes(
    database: Database,
) -> None:
    campaign = await campaign_with(database, [contact(number) for number in range(6)])
    store = await store_for(database)
    first, second, third, _in_the_air = committed(
        await store.commit_attempts(campaign, call_ids(4), NOW, "x")
    )
    journal = Journal(database, NODE, 1)

    await journal.write_facts(
        [
            *conversation(first, campaign, 120.0, 25.0),
            *conversation(second, campaign, 60.0, 5.0),
            ended(third, campaign, AttemptOutcome.UNANSWERED, 0.0),
            DispositionRecorded(NOW, first.call_id, ANNA, "not_now", ""),
            DispositionRecorded(NOW, first.call_id, ANNA, "booked", ""),
        ]
    )
    learned = await read_learned(database, campaign.campaign_id)

    assert (learned.ended, learned.answered) == (3, 2)
    assert sorted(learned.talk_seconds) == [60.0, 120.0]
    assert sorted(learned.wrap_up_seconds) == [5.0, 25.0]
    assert list(learned.ring_seconds) == [9.0, 9.0]
    assert (learned.judged, learned.booked) == (1, 1)
    assert learned.contacts == 5  # the one who booked is closed


async def test_a_wrap_up_that_was_broken_off_for_another_customer_tells_nothing_of_its_length(
    database: Database,
) -> None:
    campaign = await campaign_with(database, [contact(number) for number in range(2)])
    store = await store_for(database)
    first, second = committed(await store.commit_attempts(campaign, call_ids(2), NOW, "x"))
    journal = Journal(database, NODE, 1)

    await journal.write_facts(
        [
            *conversation(first, campaign, 60.0, 3.0, after=second.call_id),
            *conversation(second, campaign, 60.0, 50.0),
        ]
    )

    assert (await read_learned(database, campaign.campaign_id)).wrap_up_seconds == [50.0]
    resolved = await store.resolved_attempts(campaign.campaign_id, 10)
    assert {each.wrap_up_seconds for each in resolved} == {None, 50.0}


async def test_a_new_campaign_has_taught_nothing_and_others_are_left_out(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1)])
    fresh = await campaign_with(database, [contact(2), contact(3)], other("apk-juni"))
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    await Journal(database, NODE, 1).write_facts(conversation(attempt, campaign, 60.0, 5.0))

    learned = await read_learned(database, fresh.campaign_id)

    assert (learned.contacts, learned.ended, learned.answered) == (2, 0, 0)
    assert (learned.talk_seconds, learned.wrap_up_seconds, learned.judged) == ([], [], 0)


async def test_callers_whom_a_campaigns_agents_took_over_their_lines_are_known_and_no_others(
    database: Database,
) -> None:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    on_the_line, rung, anothers = call_ids(3)
    line = line_leg(attempt.call_id)
    await Journal(database, NODE, 1).write_facts(
        [
            *conversation(attempt, campaign, 60.0, 5.0),
            *in_queue(on_the_line),
            replace(connected(on_the_line, ANNA), leg_id=line),
            replace(call_ended(on_the_line), talk_seconds=77.0),
            *in_queue(rung),
            connected(rung, ANNA),
            call_ended(rung),
            *in_queue(anothers),
            replace(connected(anothers, BRAM), leg_id=line),
            call_ended(anothers),
        ]
    )

    assert list((await read_learned(database, campaign.campaign_id)).caller_talk_seconds) == [77.0]
