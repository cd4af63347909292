"""What is counted from the journal."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.storage.alone import SqlTold
from app.storage.database import Database
from app.storage.journal import Journal
from app.storage.takeover import open_attempts, open_calls
from app.storage.totals import count_attempts, count_totals, dialled_by_minute
from calls.facts import (
    AttemptAbandoned,
    AttemptAnswered,
    AttemptConnected,
    AttemptEnded,
    CallEnded,
    CallServedAlone,
    DispositionRecorded,
    InformationMessagePlayed,
    VoicemailLeft,
)
from calls.ids import CallId, CampaignId, LegId, RecordingId
from calls.words import (
    AttemptOutcome,
    CallPhase,
    HangupCause,
    InboundOutcome,
)
from metrics.totals import AttemptTotal, CallTotal, Totals
from tests.integration.storage.builders import (
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    store_for,
)
from tests.integration.storage.journalled import (
    ANNA,
    DEALER,
    SALES,
    arrived,
    connected,
    ended,
    in_queue,
    journal_for,
)


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


@pytest.mark.parametrize(("milliseconds", "late"), [(1999, 0), (2000, 0), (2001, 1), (61_500, 1)])
async def test_a_message_is_late_by_the_millisecond(database: Database, milliseconds: int, late: int) -> None:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)
    (one,) = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    key, answered = campaign.campaign_id, NOW.replace(microsecond=999_000)
    began = answered + timedelta(milliseconds=milliseconds)

    await Journal(database, NODE, 1).write_facts(
        [
            AttemptAnswered(answered, one.call_id, key, DEALER, 6.0),
            AttemptAbandoned(began, one.call_id, key, DEALER, 1.7),
            InformationMessagePlayed(began, one.call_id, key, DEALER, milliseconds / 1000),
        ]
    )

    (total,) = await count_attempts(database, key)
    assert (total.messages, total.late_messages) == (1, late)


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
