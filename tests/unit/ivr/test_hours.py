from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.hours import Block, Opening, OpeningHours, OpeningReason, is_open
from ivr.public_holidays import DutchHolidays

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
SPRING_NIGHT = date(2026, 3, 29)  # 02:00 becomes 03:00
AUTUMN_NIGHT = date(2026, 10, 25)  # 03:00 becomes 02:00
NINE_TO_SIX = (Block(time(9), time(18)),)
LUNCH_BREAK = (Block(time(8), time(12, 30)), Block(time(13), time(17)))
ALL_DAY = (Block(time(0), time(0)),)


def hours(
    *week: tuple[Block, ...],
    holidays: tuple[str, ...] = (),
    exceptions: dict[date, tuple[Block, ...]] | None = None,
) -> OpeningHours:
    days = week or (NINE_TO_SIX, LUNCH_BREAK, NINE_TO_SIX, NINE_TO_SIX, NINE_TO_SIX, (), ())
    return OpeningHours(
        days * 7 if len(days) == 1 else days, DutchHolidays(holidays), exceptions or {}, AMSTERDAM
    )


def wall(day: date, clock: str, fold: int = 0) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), AMSTERDAM).replace(fold=fold).astimezone(UTC)


MONDAY = date(2026, 6, 1)
TUESDAY = date(2026, 6, 2)
SATURDAY = date(2026, 6, 6)


def test_open_within_a_block_until_its_end() -> None:
    opening = is_open(hours(), wall(MONDAY, "12:00"))

    assert opening == Opening(True, OpeningReason.WEEKLY, wall(MONDAY, "18:00"), None)


def test_opens_at_the_first_moment_and_is_closed_at_the_last() -> None:
    assert is_open(hours(), wall(MONDAY, "09:00")).open
    assert not is_open(hours(), wall(MONDAY, "18:00")).open


def test_closed_over_lunch_until_the_second_block() -> None:
    opening = is_open(hours(), wall(TUESDAY, "12:45"))

    assert opening == Opening(False, OpeningReason.WEEKLY, None, wall(TUESDAY, "13:00"))


def test_closed_in_the_weekend_until_monday() -> None:
    opening = is_open(hours(), wall(SATURDAY, "11:00"))

    assert opening.next_open == wall(date(2026, 6, 8), "09:00")


def test_a_chosen_holiday_closes_the_day() -> None:
    kings_day = date(2026, 4, 27)

    opening = is_open(hours(holidays=("Koningsdag",)), wall(kings_day, "12:00"))

    assert opening == Opening(
        False, OpeningReason.HOLIDAY, None, wall(kings_day + timedelta(days=1), "08:00")
    )


def test_a_holiday_that_was_not_chosen_is_a_working_day() -> None:
    assert is_open(hours(holidays=("Nieuwjaarsdag",)), wall(date(2026, 4, 27), "12:00")).open


def test_an_exception_goes_before_a_holiday() -> None:
    kings_day = date(2026, 4, 27)
    sale = hours(holidays=("Koningsdag",), exceptions={kings_day: (Block(time(10), time(12)),)})

    opening = is_open(sale, wall(kings_day, "11:00"))

    assert opening == Opening(True, OpeningReason.EXCEPTION, wall(kings_day, "12:00"), None)


def test_an_exception_without_hours_closes_the_day() -> None:
    opening = is_open(hours(exceptions={MONDAY: ()}), wall(MONDAY, "11:00"))

    assert opening == Opening(False, OpeningReason.EXCEPTION, None, wall(TUESDAY, "08:00"))


def test_open_through_midnight_closes_when_the_last_touching_block_ends() -> None:
    night_shift = hours(exceptions={MONDAY: (Block(time(20), time(0)),), TUESDAY: (Block(time(0), time(4)),)})

    opening = is_open(night_shift, wall(MONDAY, "23:00"))

    assert opening.until == wall(TUESDAY, "04:00")


def test_always_open_names_no_closing_time() -> None:
    assert is_open(hours(ALL_DAY), wall(MONDAY, "23:59")) == Opening(True, OpeningReason.WEEKLY, None, None)


def test_never_open_names_no_opening_time() -> None:
    assert is_open(hours(()), wall(MONDAY, "12:00")) == Opening(False, OpeningReason.WEEKLY, None, None)


@pytest.mark.parametrize("night", [SPRING_NIGHT, AUTUMN_NIGHT])
def test_a_day_on_which_the_clock_changes_opens_and_closes_by_the_wall_clock(night: date) -> None:
    sunday = hours(NINE_TO_SIX)

    assert is_open(sunday, wall(night, "08:59")).next_open == wall(night, "09:00")
    assert is_open(sunday, wall(night, "17:59")).until == wall(night, "18:00")


def test_a_block_that_begins_in_the_skipped_hour_begins_when_the_clock_jumps() -> None:
    early = hours((Block(time(2, 30), time(6)),))

    opening = is_open(early, wall(SPRING_NIGHT, "01:59"))

    assert opening.next_open == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_block_that_ends_in_the_skipped_hour_ends_when_the_clock_jumps() -> None:
    late = hours((Block(time(0), time(2, 30)),))

    opening = is_open(late, wall(SPRING_NIGHT, "01:59"))

    assert opening.until == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_block_within_the_skipped_hour_does_not_happen() -> None:
    gone = hours((Block(time(2, 10), time(2, 50)),))

    opening = is_open(gone, wall(SPRING_NIGHT, "01:59"))

    assert opening.next_open == wall(SPRING_NIGHT + timedelta(days=1), "02:10")


def test_a_block_over_the_repeated_hour_lasts_an_hour_longer() -> None:
    night = hours((Block(time(1), time(2, 30)),))

    assert is_open(night, wall(AUTUMN_NIGHT, "02:45")).open
    assert is_open(night, wall(AUTUMN_NIGHT, "02:29", fold=1)).open
    assert not is_open(night, wall(AUTUMN_NIGHT, "02:30", fold=1)).open


quarters = st.integers(0, 95).map(lambda quarter: time(quarter // 4, quarter % 4 * 15))


@st.composite
def some_hours(draw: st.DrawFn) -> OpeningHours:
    def day() -> tuple[Block, ...]:
        edges = sorted(draw(st.sets(quarters, max_size=6)))
        pairs = zip(edges[::2], [*edges[1::2], time(0)], strict=False)
        return tuple(Block(opens, closes) for opens, closes in pairs)

    return hours(*(day() for _ in range(7)))


moments = st.sampled_from([SPRING_NIGHT, AUTUMN_NIGHT]).flatmap(
    lambda night: st.integers(-36 * 3600, 36 * 3600).map(
        lambda seconds: wall(night, "12:00") + timedelta(seconds=seconds)
    )
)


@given(some_hours(), moments)
def test_open_is_what_the_wall_clock_says_except_in_the_repeated_hour(
    plan: OpeningHours, now: datetime
) -> None:
    local = now.astimezone(AMSTERDAM)
    if local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset():
        return
    clock = local.time()

    expected = any(
        block.opens <= clock and (clock < block.closes or block.closes == time(0))
        for block in plan.weekly[local.weekday()]
    )

    assert is_open(plan, now).open == expected


@given(some_hours(), moments)
def test_the_moment_named_is_the_first_at_which_the_answer_differs(plan: OpeningHours, now: datetime) -> None:
    opening = is_open(plan, now)
    change = opening.until if opening.open else opening.next_open
    if change is None:
        return

    before = is_open(plan, change - timedelta(microseconds=1))
    after = is_open(plan, change)

    assert change > now
    assert before.open == opening.open
    assert after.open != opening.open
