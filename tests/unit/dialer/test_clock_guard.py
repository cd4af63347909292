from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.clock_guard import (
    JUMP_SECONDS,
    QUIET_SECONDS,
    SMALL_SECONDS,
    ClockGuard,
    ClockMemory,
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


# What an earlier process told by this clock


def started(told: float, off: float | None = None) -> ClockGuard:
    """A guard that begins at START, after something was told of so many seconds later by a clock that was `off`."""
    memory = ClockMemory(after(told), None if off is None else timedelta(seconds=off))
    return begun(START, 0, memory)


@pytest.mark.parametrize("told", [-90_000, -1, 0, JUMP_SECONDS - 0.1])
def test_a_clock_that_goes_on_after_what_it_told_before_is_believed_at_the_start(told: float) -> None:
    assert started(told) == begun(START, 0)


@pytest.mark.parametrize("told", [JUMP_SECONDS + 0.1, 3600, 90_000])
def test_a_clock_behind_what_it_told_before_is_in_doubt_at_the_start(told: float) -> None:
    assert not started(told).trusted


def test_a_clock_a_little_behind_what_it_told_before_is_believed_after_an_even_minute() -> None:
    guard = started(SMALL_SECONDS - 1)

    assert not at(guard, QUIET_SECONDS - 1).trusted
    assert at(guard, QUIET_SECONDS).trusted


def test_a_clock_far_behind_what_it_told_before_is_believed_by_a_confirmation_only() -> None:
    guard = at(started(3600), 86_400)

    assert (guard.trusted, guard.asks) == (False, True)
    assert at(confirmed(guard), 86_401).trusted


@pytest.mark.parametrize("set_forward", [3600, 5400, 90_000])
def test_a_clock_that_was_behind_and_is_put_right_is_believed_however_long_nobody_looked_at_it(
    set_forward: float,
) -> None:
    right = at(started(3600), 100, set_forward)

    assert not at(right, 100 + QUIET_SECONDS - 1, set_forward).trusted
    assert at(right, 100 + QUIET_SECONDS, set_forward).trusted


def test_a_clock_that_is_still_behind_after_another_jump_stays_in_doubt() -> None:
    nearer = at(started(3600), 100, 1800)

    assert at(nearer, 86_400, 1800).asks


@pytest.mark.parametrize("off", [-90_000, -3600, 3600, 28_800])
def test_a_doubt_outlives_the_process_that_had_it(off: float) -> None:
    guard = started(-1, off)
    back = at(guard, 100, -off)

    assert (guard.trusted, at(guard, 86_400).asks) == (False, True)
    assert at(back, 100 + QUIET_SECONDS, -off).trusted


def test_a_clock_that_was_a_little_off_is_believed_an_even_minute_after_the_start() -> None:
    assert at(started(-1, 10), QUIET_SECONDS).trusted


@pytest.mark.parametrize(
    ("told", "off", "from_the_believed"),
    [(-1, None, 0), (3600, None, -3600), (-1, 7200, 7200), (86_000, 86_400, 400)],
)
def test_it_is_known_how_far_the_clock_is_from_what_was_believed(
    told: float, off: float | None, from_the_believed: float
) -> None:
    guard = started(told, off)

    assert guard.off.total_seconds() == from_the_believed
    assert confirmed(guard).off == NEVER


def test_a_clock_that_was_ahead_and_was_put_right_while_nobody_looked_is_believed_after_an_even_minute() -> (
    None
):
    guard = started(86_000, 86_400)

    assert (guard.trusted, at(guard, QUIET_SECONDS).trusted) == (False, True)


def test_what_was_told_before_a_jump_is_taken_along_by_it() -> None:
    memory = ClockMemory(after(1000)).told(after(900)).jumped(timedelta(seconds=-600)).told(after(401))

    assert memory == ClockMemory(after(401), timedelta(seconds=-600))
    assert memory.ahead_of(after(402)) == NEVER


@pytest.mark.parametrize("set_by", [-90_000, -JUMP_SECONDS - 0.1, JUMP_SECONDS + 0.1, 3600])
def test_on_the_same_steady_clock_it_is_known_that_the_wall_clock_was_set_while_nobody_looked(
    set_by: float,
) -> None:
    steady, long_ago = 50_000.0, ClockMemory(after(-100_000))
    believed = START.timestamp() - steady - set_by

    guard = begun(START, steady, long_ago, believed)

    assert not guard.trusted
    assert guard.off.total_seconds() == pytest.approx(set_by)
    later = looked(guard, after(QUIET_SECONDS), steady + QUIET_SECONDS)[0]
    assert (later.trusted, later.asks) == (abs(set_by) < SMALL_SECONDS, abs(set_by) > SMALL_SECONDS)


@pytest.mark.parametrize("set_by", [-JUMP_SECONDS + 0.1, 0, JUMP_SECONDS - 0.1])
def test_a_wall_clock_that_went_on_with_the_steady_one_is_believed_however_long_nobody_looked(
    set_by: float,
) -> None:
    believed = START.timestamp() - 5e6 - set_by

    assert begun(START, 5e6, ClockMemory(after(-4e6)), believed) == begun(START, 5e6)


def test_a_clock_in_doubt_that_was_put_right_while_nobody_looked_is_believed_after_an_even_minute() -> None:
    doubt = ClockMemory(after(-3600), timedelta(hours=2))

    guard = begun(START, 10, doubt, START.timestamp() - 10)

    assert (guard.trusted, guard.off) == (False, timedelta())
    assert looked(guard, after(QUIET_SECONDS), 10 + QUIET_SECONDS)[0].trusted


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
