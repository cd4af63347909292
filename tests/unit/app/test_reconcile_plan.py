import pytest

from app.alone import Alone, CallerServed, MessageHeard
from app.reconcile_plan import (
    Found,
    Live,
    LiveLeg,
    empty_bridges,
    entry_stage,
    found_attempt,
    found_inbound,
    gone,
    orphans,
)
from calls.ids import BridgeId, LegId, attempt_leg, bridge_of, line_leg, offer_leg
from calls.legs import LegEnded, LegLeft
from calls.words import HangupCause
from ivr.flow import Stage
from tests.fakes.virtual_time import after
from tests.unit.app.people import CALLER, call_id

CALL, LINE = call_id(1), call_id(2)
OFFER, ATTEMPT = offer_leg(CALL, 3), attempt_leg(CALL)
STRANGER = LegId("1770000000.9")


def live(*legs: LiveLeg, **bridges: tuple[LegId, ...]) -> Live:
    names = {"own": bridge_of(CALL), "line": bridge_of(LINE)}
    return Live({leg.leg_id: leg for leg in legs}, {names[name]: inside for name, inside in bridges.items()})


def leg(leg_id: LegId, *, up: bool = True, ours: bool = True) -> LiveLeg:
    return LiveLeg(leg_id, up, ours, (), "PJSIP/trunk", "")


@pytest.mark.parametrize(
    ("world", "queued", "found"),
    [
        (live(), True, (Found.GONE, None)),
        (live(leg(OFFER)), True, (Found.GONE, None)),
        (live(leg(CALLER, ours=False)), True, (Found.DIVERTED, None)),
        (live(leg(CALLER)), True, (Found.WAITING, None)),
        (live(leg(CALLER)), False, (Found.ENTERING, None)),
        (live(leg(CALLER), own=()), True, (Found.WAITING, None)),
        (live(leg(CALLER), leg(OFFER), own=(CALLER, OFFER)), True, (Found.TALKING, OFFER)),
        (live(leg(CALLER), leg(OFFER), own=(OFFER, CALLER)), True, (Found.TALKING, OFFER)),
        (live(leg(CALLER), own=(CALLER,)), True, (Found.WAITING, None)),
        (live(leg(CALLER), leg(OFFER), own=(OFFER,)), True, (Found.WAITING, None)),
        (live(leg(CALLER, ours=False), leg(OFFER), own=(CALLER, OFFER)), True, (Found.TALKING, OFFER)),
    ],
)
def test_what_became_of_an_inbound_call(world: Live, queued: bool, found: tuple[Found, LegId | None]) -> None:
    assert found_inbound(world, CALLER, CALL, (), queued=queued, connected=False) == found


@pytest.mark.parametrize(
    "world",
    [
        live(leg(CALLER), own=(CALLER,)),
        live(leg(CALLER, ours=False), own=(CALLER,)),
        live(leg(CALLER)),
    ],
)
def test_the_customer_of_a_conversation_whose_agent_is_gone_is_forsaken(world: Live) -> None:
    found = found_inbound(world, CALLER, CALL, (), queued=True, connected=True)

    assert found == (Found.FORSAKEN, None)


def test_a_caller_whom_the_fallback_served_to_the_end_was_diverted() -> None:
    found = found_inbound(live(), CALLER, CALL, {CALLER}, queued=True, connected=False)

    assert found == (Found.DIVERTED, None)


@pytest.mark.parametrize(
    ("is_open", "up", "plays", "recorded", "listed", "stage"),
    [
        (True, True, True, False, False, Stage.MENU),
        (True, True, False, False, False, Stage.MENU),
        (True, False, False, False, False, None),
        (False, True, True, False, False, Stage.CLOSED),
        (False, True, False, False, False, None),
        (False, True, False, True, False, Stage.RECORDING),
        (True, True, False, True, False, Stage.RECORDING),
        (False, True, True, True, True, Stage.PARTING),
    ],
)
def test_where_a_caller_found_before_the_queue_goes_on(
    is_open: bool, up: bool, plays: bool, recorded: bool, listed: bool, stage: Stage | None
) -> None:
    assert entry_stage(is_open=is_open, up=up, plays=plays, recorded=recorded, listed=listed) is stage


def test_a_leg_that_asterisk_alone_served_left_and_another_is_lost_without_a_trace() -> None:
    answered, began = after(-9), after(-8)
    alone = Alone({ATTEMPT: MessageHeard(answered, began)}, {CALLER: CallerServed(after(-20), "", "")})

    assert gone(ATTEMPT, alone, after(0)) == LegLeft(after(0), ATTEMPT, answered, began)
    assert gone(CALLER, alone, after(0)) == LegLeft(after(0), CALLER)
    assert gone(STRANGER, alone, after(0)) == LegEnded(after(0), STRANGER, HangupCause.LOST_WHILE_DOWN)


@pytest.mark.parametrize(
    ("world", "found"),
    [
        (live(), (Found.GONE, None)),
        (live(leg(ATTEMPT, up=False, ours=False)), (Found.RINGING, None)),
        (live(leg(ATTEMPT)), (Found.WAITING, None)),
        (live(leg(ATTEMPT, ours=False)), (Found.DIVERTED, None)),
        (live(leg(ATTEMPT), line=(line_leg(LINE), ATTEMPT)), (Found.TALKING, LINE)),
        (live(leg(ATTEMPT), line=(line_leg(LINE),)), (Found.WAITING, None)),
    ],
)
def test_what_became_of_an_attempt(world: Live, found: tuple[Found, str | None]) -> None:
    assert found_attempt(world, ATTEMPT) == found


def test_every_answer_is_among_these() -> None:
    assert set(Found) == {
        Found.GONE,
        Found.DIVERTED,
        Found.TALKING,
        Found.FORSAKEN,
        Found.WAITING,
        Found.ENTERING,
        Found.RINGING,
    }


def test_a_leg_that_we_made_and_nobody_owns_is_an_orphan() -> None:
    world = live(leg(OFFER), leg(ATTEMPT), leg(line_leg(LINE)), leg(CALLER), leg(STRANGER))

    assert orphans(world, [ATTEMPT]) == [OFFER, line_leg(LINE)]


def test_a_bridge_of_ours_that_nobody_is_in_or_uses_is_empty() -> None:
    third = bridge_of(call_id(3))
    world = Live({}, {bridge_of(CALL): (), bridge_of(LINE): (CALLER,), third: ()})

    assert empty_bridges(world, [third]) == [bridge_of(CALL)]


def test_a_leg_in_a_bridge_tells_the_call_it_is_with() -> None:
    world = live(leg(ATTEMPT), line=(line_leg(LINE), ATTEMPT))

    assert world.bridge_with(ATTEMPT) == LINE
    assert world.bridge_with(CALLER) is None
    assert Live({}, {BridgeId("someone-elses"): (CALLER,)}).bridge_with(CALLER) is None
