"""Whom the pacing calls off, and whom never."""

import random
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from dialer.campaign import DialMode, PacingSettings
from dialer.late_rings import with_late_rings
from dialer.pacing import PacingDecision, PacingSnapshot, Reason, threshold_of
from dialer.workshop import decide_within
from tests.unit.dialer.situations import situations

CALLS_OFF = PacingSettings(call_off_late=True)
NOTHING = PacingDecision(0, Reason.IN_BALANCE, 0.3)


def rung_in(seed: int, count: int = 300) -> list[PacingSnapshot]:
    """Situations in which phones are known to ring for a while, some not at all."""
    rng = random.Random(seed)
    return [
        changed(each, rung=tuple(rng.choice((0.0, seconds, seconds)) for seconds in each.ringing))
        for each in situations(count)
    ]


def called_off(snapshot: PacingSnapshot, settings: PacingSettings = CALLS_OFF) -> PacingDecision:
    return with_late_rings(NOTHING, snapshot, settings)


def busy(snapshot: PacingSnapshot, *rung: float, free: int = 0) -> PacingSnapshot:
    """Ten agents in a talk that began just now, and phones that ring for so long."""
    return changed(
        snapshot,
        free=free,
        talking=(1.0,) * 10,
        wrapping_up=(),
        ringing=rung,
        rung=rung,
        chances=(0.3,) * len(rung),
        waiting=0,
        connected=500,
        abandoned=7,
    )


ANY = situations(1)[0]


def test_nobody_is_called_off_before_the_shortest_ring_time() -> None:
    for snapshot in rung_in(1):
        for least in (15, 18):
            decision = called_off(changed(snapshot, least_ring_seconds=least))

            assert all(snapshot.rung[place] >= least for place in decision.called_off)


def test_nobody_is_called_off_while_agents_are_certain_for_all_who_may_answer() -> None:
    certain = 0
    for snapshot in rung_in(2):
        roomy = changed(snapshot, free=len(snapshot.ringing) + snapshot.waiting)
        certain += 1

        assert called_off(roomy).called_off == ()
        assert called_off(roomy).late_risk == 0.0
    assert certain


def test_who_rings_on_has_an_agent_likely_enough_and_each_who_does_not_would_not_have_had() -> None:
    several = 0
    for snapshot in rung_in(3):
        decision = called_off(snapshot)
        gone = set(decision.called_off)
        left = [place for place in range(len(snapshot.ringing)) if place not in gone]
        after = called_off(
            changed(
                snapshot,
                ringing=tuple(snapshot.ringing[place] for place in left),
                rung=tuple(snapshot.rung[place] for place in left),
                chances=tuple(snapshot.chances[place] for place in left),
            )
        )

        several += len(gone) > 1
        assert after.called_off == ()
        assert after.late_risk <= min(4 * threshold_of(snapshot, CALLS_OFF), 0.5)
        assert bool(gone) == (decision.late_risk > decision.late_allowed)
    assert several > 10


def test_those_who_have_rung_the_longest_are_called_off_first() -> None:
    for snapshot in rung_in(4):
        gone = called_off(snapshot).called_off
        rings_on = [
            rung
            for place, rung in enumerate(snapshot.rung)
            if place not in gone and rung >= snapshot.least_ring_seconds
        ]

        if gone and rings_on:
            assert min(snapshot.rung[place] for place in gone) >= max(rings_on)


def test_with_no_agent_soon_whoever_rang_long_is_called_off_and_nobody_else() -> None:
    decision = called_off(busy(ANY, 21.0, 3.0, 15.0, 14.9))

    assert decision.called_off == (0, 2)
    assert decision.late_risk > 0.5 >= decision.late_allowed > 0


def test_an_agent_who_is_free_keeps_one_ring_and_not_two() -> None:
    one = called_off(busy(ANY, 20.0, free=1))
    beside_a_likely_answer = called_off(changed(busy(ANY, 20.0, 6.0, 6.0, free=1), chances=(0.3, 0.9, 0.9)))

    assert one.called_off == ()
    assert beside_a_likely_answer.called_off == (0,)


def test_with_all_agents_gone_whoever_rang_long_is_called_off() -> None:
    gone_home = changed(busy(ANY, 20.0, 4.0), talking=())

    decision = decide_within(gone_home, CALLS_OFF, ())

    assert decision.reason is Reason.NO_AGENTS
    assert (decision.called_off, decision.late_risk) == ((0,), 1.0)


@pytest.mark.parametrize(
    "settings",
    [
        replace(CALLS_OFF, call_off_late=False),
        *(replace(CALLS_OFF, mode=mode) for mode in DialMode if mode is not DialMode.PREDICTIVE),
    ],
)
def test_nobody_is_called_off_unless_the_campaign_is_set_to_and_looks_ahead(settings: PacingSettings) -> None:
    assert called_off(busy(ANY, 21.0, 20.0), settings) == NOTHING


def test_nobody_is_called_off_by_a_clock_that_is_not_believed() -> None:
    decision = decide_within(changed(busy(ANY, 21.0), clock_trusted=False), CALLS_OFF, ())

    assert (decision.calls_to_place, decision.reason, decision.called_off) == (0, Reason.CLOCK_JUMPED, ())


def test_a_day_that_has_abandoned_little_bears_more_risk() -> None:
    spent, thrifty = (changed(busy(ANY, 20.0), abandoned=abandoned) for abandoned in (15, 0))

    assert called_off(spent).late_allowed < called_off(thrifty).late_allowed


def test_help_from_wrap_up_makes_the_risk_smaller() -> None:
    helped = changed(busy(ANY, 20.0), rescuers=3, rescue_chance=0.6)

    assert called_off(helped).late_risk == pytest.approx(0.4 * called_off(busy(ANY, 20.0)).late_risk)
