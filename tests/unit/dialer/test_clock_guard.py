from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.clock_guard import (
    JUMP_SECONDS,
    QUIET_SECONDS,
    SMALL_SECONDS,
    ClockGuard,
    begun,
    confirmed,
    looked,
)
from tests.fakes.virtual_time import START, after

NEVER = timedelta()


def at(guard: ClockGuard, steady: float, set_forward: float = 0.0) -> ClockGuard:
    """The guard after a look at a clock that was set forward by so much since the start."""
    return looked(guard, after(steady + set_forward), steady)[0]


def test_a_clock_that_goes_on_evenly_is_believed() -> None:
    guard = begun(START, 0)

    for second in range(1, 3600):
        guard, jump = looked(guard, after(second), second)
        assert (guard.trusted, jump) == (True, NEVER)


@pytest.mark.parametrize("seconds", [-90_000, -3000, -JUMP_SECONDS - 0.1, JUMP_SECONDS + 0.1, 28_800, 90_000])
def test_a_clock_that_is_set_to_another_time_is_in_doubt_at_the_next_look(seconds: float) -> None:
    guard, jump = looked(begun(START, 0), after(1 + seconds), 1)

    assert not guard.trusted
    assert jump.total_seconds() == pytest.approx(seconds)


def test_a_jump_is_told_once() -> None:
    guard, _ = looked(begun(START, 0), after(3601), 1)

    assert looked(guard, after(3602), 2)[1] == NEVER


@pytest.mark.parametrize("seconds", [-SMALL_SECONDS + 1, -5, 5, SMALL_SECONDS - 1])
def test_after_a_small_jump_an_even_minute_makes_it_believed(seconds: float) -> None:
    jumped = at(begun(START, 0), 1, seconds)

    assert not at(jumped, QUIET_SECONDS, seconds).trusted
    assert at(jumped, QUIET_SECONDS + 1, seconds).trusted


@pytest.mark.parametrize("seconds", [-90_000, -SMALL_SECONDS - 1, SMALL_SECONDS + 1, 28_800])
def test_after_a_large_jump_only_a_confirmation_makes_it_believed(seconds: float) -> None:
    jumped = at(begun(START, 0), 1, seconds)

    minute, day = at(jumped, QUIET_SECONDS + 1, seconds), at(jumped, 86_400, seconds)

    assert (jumped.asks, minute.asks, day.asks) == (False, True, True)
    assert (minute.trusted, day.trusted, confirmed(day).trusted) == (False, False, True)
    assert at(confirmed(day), 86_401, seconds).trusted


def test_a_clock_that_comes_back_is_believed_after_an_even_minute() -> None:
    away = at(begun(START, 0), 1, 90_000)
    back = at(at(away, 500, 90_000), 600)

    assert (back.trusted, at(back, 659).trusted, at(back, 660).trusted) == (False, False, True)


def test_another_jump_within_the_minute_begins_it_anew() -> None:
    guard = at(at(begun(START, 0), 1, 10), 50, 0)

    assert not at(guard, 70).trusted
    assert at(guard, 110).trusted


def test_several_small_jumps_are_one_large() -> None:
    guard = begun(START, 0)
    for number in range(1, 5):
        guard = at(guard, number * 10, number * 100)

    assert at(guard, 110, 400).asks


def test_a_clock_that_is_put_right_slowly_is_followed() -> None:
    guard = begun(START, 0)
    for second in range(1, 20_000):
        guard = at(guard, second, second * 0.0005)

    assert guard.trusted


def test_many_steps_below_a_jump_are_seen_when_they_come_to_one() -> None:
    guard = begun(START, 0)
    for second in range(1, 4):
        guard = at(guard, second, second * 1.9)

    assert not guard.trusted


@given(st.lists(st.tuples(st.floats(0.01, 300), st.floats(-100_000, 100_000)), max_size=30))
def test_a_trusted_clock_is_never_far_from_what_was_believed_or_confirmed(
    steps: list[tuple[float, float]],
) -> None:
    guard, steady, most = begun(START, 0), 0.0, 0.0
    for seconds, set_forward in steps:
        steady += seconds
        most += SMALL_SECONDS + JUMP_SECONDS
        guard = at(guard, steady, set_forward)
        if guard.trusted:
            assert abs(set_forward) <= most
