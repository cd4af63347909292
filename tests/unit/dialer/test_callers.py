import random
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec.structs import replace as changed

from dialer.callers import Arrivals, expected, held_back, held_back_within, in_need
from dialer.campaign import DialMode, PacingSettings, WaitingCallers
from dialer.pacing import decide
from tests.unit.dialer.situations import NOW, situations

PREDICTIVE = PacingSettings(mode=DialMode.PREDICTIVE, limit_ratio=0.03, target_ratio=0.02)


def arrivals(*seconds: float) -> Arrivals:
    seen = Arrivals(NOW, NOW)
    for each in seconds:
        seen = seen.came(NOW + timedelta(seconds=each))
    return seen


def test_before_anybody_came_nobody_is_expected() -> None:
    assert arrivals().per_second(NOW + timedelta(hours=1)) == 0
    assert expected(0.0, 10.0, others_free=0) == ()


@pytest.mark.parametrize("minutes", [10, 30, 240])
def test_the_rate_is_that_of_those_who_came_from_the_beginning_on(minutes: int) -> None:
    rng = random.Random(7)
    at, moments = 0.0, []
    while (at := at + rng.expovariate(0.2)) < minutes * 60:
        moments.append(at)

    rate = arrivals(*moments).per_second(NOW + timedelta(minutes=minutes))

    assert rate == pytest.approx(0.2, rel=0.25)


def test_one_caller_in_the_first_seconds_is_no_stream_of_callers() -> None:
    assert arrivals(2).per_second(NOW + timedelta(seconds=3)) < 0.005


def test_who_came_long_ago_is_forgotten() -> None:
    seen = arrivals(*range(100))

    assert seen.per_second(NOW + timedelta(hours=3)) < 0.01 * seen.per_second(NOW + timedelta(seconds=100))


def test_a_clock_that_is_set_back_makes_no_rate_below_nothing() -> None:
    seen = arrivals(100, 50)

    assert seen.at == NOW + timedelta(seconds=100)
    assert 0 < seen.per_second(NOW - timedelta(hours=1)) < 0.01
    assert seen.per_second(NOW + timedelta(seconds=101)) > 0


def test_the_calls_that_stand_for_callers_are_as_many_as_callers_come_while_a_call_rings() -> None:
    stand_ins = expected(0.2, 10.0, others_free=0)

    # Answered to a half in the mean over the ring time: 2 callers.
    assert sum(stand_ins) / 2 == pytest.approx(2.0)
    assert max(stand_ins) <= 0.5


def test_agents_who_only_take_callers_are_given_them_first() -> None:
    assert len(expected(0.2, 10.0, others_free=3)) == len(expected(0.2, 10.0, others_free=0)) - 3
    assert expected(0.01, 10.0, others_free=3) == ()
    assert in_need(WaitingCallers(2, 3)) == 0
    assert in_need(WaitingCallers(3, 1)) == 2


def test_as_many_free_agents_are_held_back_as_callers_are_expected() -> None:
    assert held_back(expected(0.2, 10.0, others_free=0)) == 2
    assert held_back(expected(0.005, 10.0, others_free=0)) == 0


@pytest.mark.parametrize(("abandoned", "placed"), [(28, 1), (29, 1), (30, 0), (31, 0)])
def test_with_no_call_left_to_abandon_an_agent_whom_a_caller_might_take_is_not_certain(
    abandoned: int, placed: int
) -> None:
    callers = expected(0.005, 10.0, others_free=0)
    one_free = changed(
        situations(1)[0],
        free=1,
        waiting=0,
        ringing=(),
        chances=(),
        connected=1000 - abandoned,
        abandoned=abandoned,
        callers=callers,
    )

    decision = decide(one_free, replace(PREDICTIVE, mode=DialMode.PROGRESSIVE))

    assert held_back(callers) == 0
    assert decision.calls_to_place == placed


@pytest.mark.parametrize(
    ("budget", "callers", "agents", "held"),
    [(0, 2, 5, 2), (-3, 2, 5, 2), (1, 2, 5, 1), (2, 2, 5, 0), (9, 2, 5, 0), (0, 2, 2, 1), (0, 2, 1, 0)],
)
def test_agents_are_held_back_for_all_callers_that_the_budget_does_not_cover_but_one_is_left(
    budget: int, callers: int, agents: int, held: int
) -> None:
    assert held_back_within(budget, (0.1,) * callers, agents) == held


def test_a_team_of_one_that_callers_reach_too_begins_its_day() -> None:
    alone = changed(situations(1)[0], free=1, talking=(), wrapping_up=(), ringing=(), chances=(), waiting=0)
    morning = changed(alone, connected=0, abandoned=0, callers=(0.01,))

    assert decide(morning, PREDICTIVE).calls_to_place == 1


def test_callers_to_come_never_make_the_pacing_dial_more() -> None:
    callers = expected(0.1, 10.0, others_free=0)
    fewer = 0
    for situation in situations(200):
        without = decide(situation, PREDICTIVE).calls_to_place
        with_callers = decide(changed(situation, callers=callers), PREDICTIVE).calls_to_place
        assert with_callers <= without
        fewer += with_callers < without

    assert fewer > 20
