from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from app.storage.agents import all_agents, save_agent
from app.storage.alone import SqlTold
from app.storage.database import Database
from app.storage.epochs import take_epoch
from app.storage.errors import StaleEpoch
from app.storage.journal import Journal, read_facts
from app.storage.takeover import open_attempts, open_calls
from app.storage.totals import count_attempts, count_totals, dialled_by_minute
from app.storage.voicemails import newest_voicemails
from calls.facts import (
    AgentStateChanged,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptConnected,
    AttemptEnded,
    CallArrived,
    CallConnected,
    CallEnded,
    CallOffered,
    CallQueued,
    CallServedAlone,
    ControllerStarted,
    DispositionRecorded,
    Fact,
    ForecastMade,
    InformationMessagePlayed,
    MenuChosen,
    OfferUnanswered,
    PacingDecided,
    PreviewEnded,
    PreviewShown,
    VoicemailLeft,
)
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, LegId, RecordingId, offer_leg
from calls.words import (
    AgentState,
    AttemptOutcome,
    CallPhase,
    Department,
    HangupCause,
    InboundOutcome,
    PreviewEnd,
)
from metrics.totals import AttemptTotal, CallTotal, Totals
from routing.agent import AgentProfile
from tests.integration.storage.builders import (
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    store_for,
)

DEALER = DealerId("demo")
ANNA, BRAM = AgentId("anna"), AgentId("bram")
SALES = Department.SALES


def arrived(call_id: CallId) -> CallArrived:
    return CallArrived(NOW, call_id, DEALER, "+31401234567", None, LegId("1764.1"), NODE)


def in_queue(call_id: CallId) -> list[Fact]:
    return [
        arrived(call_id),
        MenuChosen(NOW, call_id, DEALER, SALES, 0, by_default=False),
        CallQueued(NOW, call_id, DEALER, SALES, 5),
    ]


def offered(call_id: CallId, agent_id: AgentId, number: int = 0) -> CallOffered:
    return CallOffered(NOW, call_id, DEALER, SALES, agent_id, offer_leg(call_id, number), "longest_idle")


def unanswered(call_id: CallId, agent_id: AgentId) -> OfferUnanswered:
    return OfferUnanswered(NOW, call_id, DEALER, SALES, agent_id, HangupCause.NO_ANSWER)


def connected(call_id: CallId, agent_id: AgentId) -> CallConnected:
    return CallConnected(NOW, call_id, DEALER, SALES, agent_id, offer_leg(call_id, 0), 4.5)


def ended(call_id: CallId, outcome: InboundOutcome = InboundOutcome.CONNECTED) -> CallEnded:
    return CallEnded(
        NOW, call_id, DEALER, SALES, CallPhase.TALKING, outcome, HangupCause.NORMAL, 4.5, talk_seconds=60.0
    )


async def journal_for(database: Database) -> Journal:
    return Journal(database, NODE, await take_epoch(database, NODE))


async def stored(database: Database) -> list[Fact]:
    return [fact for _, fact in await read_facts(database, 0, 1000)]


async def test_facts_come_back_as_they_were_in_their_order(database: Database) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    campaign, first = CampaignId("apk-mei"), ContactId(1)
    facts: list[Fact] = [
        ControllerStarted(NOW, NODE, 1),
        *in_queue(call_id),
        ended(call_id),
        ForecastMade(NOW, campaign, DEALER, "{}"),
        PacingDecided(NOW, campaign, DEALER, 2, "lookahead", '{"a": 1}', NOW, passed_over=3),
        PreviewShown(NOW, campaign, DEALER, first, ANNA, NOW, None),
        PreviewEnded(NOW, campaign, DEALER, first, ANNA, PreviewEnd.SKIPPED, "just_visited"),
    ]

    await journal.write_facts(facts[:2])
    await journal.write_facts(facts[2:])

    assert await stored(database) == facts


async def test_a_live_call_shows_the_agent_of_the_last_offer(database: Database) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    offers: list[Fact] = [
        offered(call_id, ANNA, 0),
        unanswered(call_id, ANNA),
        offered(call_id, BRAM, 1),
        unanswered(call_id, BRAM),
    ]

    await journal.write_facts([*in_queue(call_id), *offers, offered(call_id, ANNA, 2)])

    [call] = await open_calls(database, NODE)
    assert (call.agent_id, call.agent_leg, call.department) == (ANNA, offer_leg(call_id, 2), SALES)
    assert call.queued_at == NOW


async def test_an_ended_call_is_open_no_more(database: Database) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)

    await journal.write_facts([*in_queue(call_id), offered(call_id, ANNA)])
    await journal.write_facts([connected(call_id, ANNA), ended(call_id)])

    assert await open_calls(database, NODE) == []


@pytest.mark.parametrize("together", [True, False])
async def test_the_first_end_of_a_call_wins(database: Database, together: bool) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    first, second = ended(call_id), ended(call_id, InboundOutcome.LOST)
    batches: list[list[Fact]] = (
        [[*in_queue(call_id), first, second]] if together else [[*in_queue(call_id), first], [second, first]]
    )

    for batch in batches:
        await journal.write_facts(batch)

    totals = await count_totals(database, None, {})
    assert [row.outcome for row in totals.calls] == [InboundOutcome.CONNECTED]
    assert [fact for fact in await stored(database) if isinstance(fact, CallEnded)] == [first]


async def test_a_batch_whose_outcome_was_unknown_is_stored_once(database: Database) -> None:
    journal = await journal_for(database)
    forgetful = Journal(database, NODE, 1)
    [call_id] = call_ids(1)
    facts = in_queue(call_id)

    await journal.write_facts(facts)
    await forgetful.write_facts([*facts, offered(call_id, ANNA)])
    await forgetful.write_facts([unanswered(call_id, ANNA)])

    assert await stored(database) == [*facts, offered(call_id, ANNA), unanswered(call_id, ANNA)]


# In UTC it is in a year that no calendar has.
UNHEARD_OF = datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=12)))


async def test_a_fact_that_the_database_cannot_hold_costs_only_itself(database: Database) -> None:
    journal = await journal_for(database)
    first, second = call_ids(2)
    bad = DispositionRecorded(NOW, first, ANNA, "not_now", "", UNHEARD_OF)
    good = [*in_queue(first), *in_queue(second), ended(first)]

    refused = await journal.write_facts([*good[:3], bad, *good[3:]])
    nothing = await journal.write_facts([bad])
    await journal.write_facts([ended(second)])

    assert (refused, nothing) == (1, 1)
    assert await stored(database) == [*good, ended(second)]
    assert await open_calls(database, NODE) == []


async def test_after_an_outage_amid_a_batch_with_such_a_fact_nothing_is_stored_twice(
    database: Database,
) -> None:
    journal, forgetful = await journal_for(database), Journal(database, NODE, 1)
    first, second = call_ids(2)
    bad = DispositionRecorded(NOW, first, ANNA, "not_now", "", UNHEARD_OF)
    good = [*in_queue(first), *in_queue(second)]

    await journal.write_facts(good[:5])
    refused = await forgetful.write_facts([*good, bad, ended(first)])

    assert refused == 1
    assert await stored(database) == [*good, ended(first)]


async def test_a_journal_of_an_earlier_epoch_stores_nothing(database: Database) -> None:
    journal = await journal_for(database)

    await take_epoch(database, NODE)

    with pytest.raises(StaleEpoch):
        await journal.write_facts(in_queue(call_ids(1)[0]))
    assert await stored(database) == []


async def test_an_agent_keeps_the_last_state_told(database: Database) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    profile = AgentProfile(ANNA, "Anna Proef", "PJSIP/anna", {"sales": 8}, frozenset({DEALER}))
    await save_agent(database, profile)

    await journal.write_facts(
        [
            AgentStateChanged(NOW, ANNA, AgentState.LOGGED_OUT, AgentState.AVAILABLE, "logged_in"),
            AgentStateChanged(NOW, ANNA, AgentState.AVAILABLE, AgentState.ON_CALL, "connected", call_id),
        ]
    )
    await save_agent(database, replace(profile, name="Anna Test"))

    [agent] = await all_agents(database)
    assert agent.profile == replace(profile, name="Anna Test")
    assert (agent.state, agent.reason, agent.since) == (AgentState.ON_CALL, "connected", NOW)
    assert agent.call_id == call_id


async def test_a_voicemail_is_listed_with_its_call(database: Database) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    recording = RecordingId(f"{call_id}-r00")

    await journal.write_facts(
        [arrived(call_id), VoicemailLeft(NOW, call_id, DEALER, recording, None, 7.5, complete=True)]
    )

    [voicemail] = await newest_voicemails(database, DEALER, 10)
    assert (voicemail.recording_id, voicemail.left_at, voicemail.seconds) == (recording, NOW, 7.5)
    assert await newest_voicemails(database, DealerId("other"), 10) == []


async def test_totals_count_calls_by_department_phase_and_outcome(database: Database) -> None:
    journal = await journal_for(database)
    talked, waiting, gone = call_ids(3)
    lost = CallEnded(
        NOW, gone, DEALER, None, CallPhase.MENU, InboundOutcome.LOST, HangupCause.NORMAL, None, 0.0
    )

    await journal.write_facts([*in_queue(talked), connected(talked, ANNA), ended(talked)])
    await journal.write_facts([*in_queue(waiting), arrived(gone), lost])

    totals = await count_totals(database, NOW, {DEALER: 20.0})
    assert set(totals.calls) == {
        CallTotal(DEALER, SALES, CallPhase.TALKING, InboundOutcome.CONNECTED, 1, 1, 1, 1),
        CallTotal(DEALER, SALES, None, None, 1, 1),
        CallTotal(DEALER, None, CallPhase.MENU, InboundOutcome.LOST, 1),
    }
    assert await count_totals(database, NOW + timedelta(seconds=1), {}) == Totals()


async def test_attempts_are_counted_by_the_end_of_the_minute_in_which_they_were_committed(
    database: Database,
) -> None:
    campaign = await campaign_with(database, [contact(number) for number in range(1, 7)])
    store = await store_for(database)
    for at, count in ((0, 1), (1, 2), (90, 1), (120, 1), (150, 1)):
        moment = NOW + timedelta(seconds=at)
        assert len(committed(await store.commit_attempts(campaign, call_ids(count), moment, "x"))) == count

    counts = await dialled_by_minute(database, NOW + timedelta(seconds=1))

    assert counts == {NOW + timedelta(minutes=minute): count for minute, count in ((1, 2), (2, 1), (3, 2))}


async def test_totals_and_the_abandon_window_count_attempts(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1), contact(2)])
    store = await store_for(database)
    journal = Journal(database, NODE, 1)
    one, two = committed(await store.commit_attempts(campaign, call_ids(2), NOW, "x"))
    key = campaign.campaign_id

    await journal.write_facts(
        [
            AttemptAnswered(NOW, one.call_id, key, DEALER, 6.0),
            AttemptAnswered(NOW, two.call_id, key, DEALER, 7.0),
            AttemptConnected(NOW, one.call_id, key, DEALER, ANNA, 0.02),
            AttemptAbandoned(NOW, two.call_id, key, DEALER, 1.7),
            InformationMessagePlayed(NOW, two.call_id, key, DEALER, 1.8),
            AttemptEnded(
                NOW,
                two.call_id,
                key,
                DEALER,
                two.contact_id,
                AttemptOutcome.ABANDONED,
                HangupCause.NORMAL,
                7.0,
                0.0,
            ),
        ]
    )

    totals = await count_totals(database, None, {})
    assert set(totals.attempts) == {
        AttemptTotal(key, None, 1, answered=1, connected=1),
        AttemptTotal(key, AttemptOutcome.ABANDONED, 1, answered=1, abandoned=1, messages=1),
    }
    assert set(await count_attempts(database, key)) == set(totals.attempts)
    assert await count_attempts(database, CampaignId("another")) == ()
    window = await store.abandon_window(key, NOW)
    assert (window.connected, window.abandoned) == (1, 1)
    later = await store.abandon_window(key, NOW + timedelta(seconds=1))
    assert (later.connected, later.abandoned) == (0, 0)
    assert await store.stored_as_abandoned([one.call_id, two.call_id]) == {two.call_id}
    [talking] = await open_attempts(database, NODE)
    assert (talking.call_id, talking.agent_id, talking.number) == (one.call_id, ANNA, one.number)


async def test_a_call_that_asterisk_alone_served_is_one_row_that_counts_like_any_other(
    database: Database,
) -> None:
    journal = await journal_for(database)
    call_id, lost = call_ids(2)
    served = CallServedAlone(
        NOW,
        call_id,
        DEALER,
        "+31401234567",
        None,
        LegId("1764.1"),
        NODE,
        SALES,
        NOW,
        NOW,
        InboundOutcome.CONNECTED,
        9.0,
        60.0,
    )
    unserved = replace(
        served,
        call_id=lost,
        leg_id=LegId("1764.2"),
        connected_at=None,
        outcome=InboundOutcome.LOST,
        talk_seconds=0.0,
    )

    await journal.write_facts([served, unserved, served])

    assert await open_calls(database, NODE) == []
    totals = await count_totals(database, None, {DEALER: 20.0})
    assert sorted(totals.calls, key=lambda row: row.connected) == [
        CallTotal(DEALER, SALES, CallPhase.QUEUE, InboundOutcome.LOST, 1, offered=1),
        CallTotal(
            DEALER,
            SALES,
            CallPhase.TALKING,
            InboundOutcome.CONNECTED,
            1,
            offered=1,
            connected=1,
            within_target=1,
        ),
    ]


async def test_it_is_known_which_callers_and_messages_are_journalled_and_who_objected(
    database: Database,
) -> None:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    objection = DispositionRecorded(NOW, attempt.call_id, None, "objection", "")
    message = VoicemailLeft(NOW, call_id, DEALER, RecordingId("alone-1"), None, 12.0, complete=True)
    await journal.write_facts([arrived(call_id), objection, message])
    told = SqlTold(database, NODE)

    known = await told.callers({LegId("1764.1"), LegId("1764.2")}, NOW)
    objected = await told.objections({attempt.call_id, CallId("n1" + "9" * 26)})

    listed = await told.messages({RecordingId("alone-1"), RecordingId("alone-2")})

    assert known == {"1764.1": call_id}
    assert listed == {"alone-1"}
    assert objected == {attempt.call_id}
    assert await told.callers({LegId("1764.1")}, NOW + timedelta(days=3)) == {}


@pytest.mark.parametrize("left", [True, False])
async def test_an_open_call_tells_whether_its_message_is_listed(database: Database, left: bool) -> None:
    journal = await journal_for(database)
    [call_id] = call_ids(1)
    message = VoicemailLeft(NOW, call_id, DEALER, RecordingId("v"), None, 12.0, complete=True)

    await journal.write_facts([arrived(call_id), *([message] if left else [])])

    [call] = await open_calls(database, NODE)
    assert call.voicemail_seconds == (12.0 if left else None)
