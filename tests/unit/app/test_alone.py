from datetime import timedelta

import pytest

from app.alone import Alone, CallerServed, MessageHeard, read_marks, served_alone
from calls.ids import LegId, attempt_leg
from calls.words import CallPhase, InboundOutcome
from tests.fakes.virtual_time import after
from tests.unit.app.people import CALLER, NODE, call_id
from tests.unit.app.restart import DDI, DEALER

ATTEMPT = attempt_leg(call_id(1))


def at(seconds: float) -> str:
    return after(seconds).replace(tzinfo=None).isoformat(timespec="milliseconds")


def test_what_the_dialplan_marked_of_a_message_is_read_with_its_times() -> None:
    answered = {f"/dealerlijn/{ATTEMPT}/answered": at(1.25), f"/dealerlijn/{ATTEMPT}/message": at(1.5)}

    plain = read_marks(answered)
    objected = read_marks({**answered, f"/dealerlijn/{ATTEMPT}/objection": at(9)})

    assert plain == Alone({ATTEMPT: MessageHeard(after(1.25), after(1.5))}, {})
    assert objected.messages[ATTEMPT].objected_at == after(9)


def test_what_the_dialplan_marked_of_a_caller_is_read_with_number_and_times() -> None:
    marks = read_marks(
        {
            f"/dealerlijn/{CALLER}/caller": f"{at(0)} {DDI} 0612345678",
            f"/dealerlijn/{CALLER}/connected": at(5),
            f"/dealerlijn/{CALLER}/ended": at(60),
        }
    )

    assert marks.callers == {CALLER: CallerServed(after(0), DDI, "0612345678", after(5), after(60))}


@pytest.mark.parametrize(
    "entries",
    [
        {},
        {f"/dealerlijn/{CALLER}/ended": at(1)},
        {f"/dealerlijn/{ATTEMPT}/message": at(1)},
        {f"/dealerlijn/{CALLER}/caller": "soon"},
        {f"/another/{CALLER}/caller": f"{at(0)} {DDI} "},
        {"/dealerlijn/stray": "1"},
    ],
)
def test_what_lacks_its_beginning_or_cannot_be_read_is_passed_over(entries: dict[str, str]) -> None:
    assert read_marks(entries) == Alone({}, {})


@pytest.mark.parametrize(
    ("connected", "ended", "outcome", "phase", "waited", "talked"),
    [
        (10, 70, InboundOutcome.CONNECTED, CallPhase.TALKING, 10, 60),
        (10, None, InboundOutcome.CONNECTED, CallPhase.TALKING, 10, 90),
        (None, 20, InboundOutcome.LOST, CallPhase.QUEUE, 20, 0),
        (None, 4, InboundOutcome.SHORT_ABANDONED, CallPhase.QUEUE, 4, 0),
        (None, None, InboundOutcome.LOST, CallPhase.QUEUE, 100, 0),
    ],
)
def test_a_caller_of_the_fallback_was_connected_or_lost(
    connected: float | None,
    ended: float | None,
    outcome: InboundOutcome,
    phase: CallPhase,
    waited: float,
    talked: float,
) -> None:
    caller = CallerServed(
        after(0),
        DDI,
        "0612345678",
        None if connected is None else after(connected),
        None if ended is None else after(ended),
    )

    fact = served_alone(caller, CALLER, DEALER, call_id(1), NODE, after(100))

    assert (fact.outcome, fact.phase, fact.wait_seconds, fact.talk_seconds) == (
        outcome,
        phase,
        waited,
        talked,
    )
    assert (fact.dealer, fact.ddi, fact.cli) == (DEALER.dealer, DDI, "+31612345678")
    assert fact.at - fact.arrived_at == timedelta(seconds=100 if ended is None else ended)


def test_a_caller_with_a_hidden_number_has_none() -> None:
    caller = CallerServed(after(0), DDI, "", None, after(9))

    assert served_alone(caller, LegId("1.1"), DEALER, call_id(1), NODE, after(9)).cli is None
