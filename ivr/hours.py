"""Opening hours: weekly blocks, public holidays and exceptions by date, on the dealer's wall clock.

A date's blocks are those of its exception; else none when it is a chosen holiday; else those of its weekday. On the two
nights that the clock changes, a block begins at the first and ends at the last moment its wall-clock time occurs, and a
time that the clock skips is the moment of skipping.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

MIDNIGHT = time(0)
_LONGEST_OPEN = timedelta(days=7)
_LONGEST_CLOSED_DAYS = 370


class OpeningReason(StrEnum):
    """Which rule decided."""

    WEEKLY = "weekly"
    HOLIDAY = "holiday"
    EXCEPTION = "exception"


class HolidayCalendar(Protocol):
    """Says on which dates the dealer is closed for a public holiday."""

    def __contains__(self, day: date, /) -> bool:
        """Whether this date is such a holiday."""
        ...


@dataclass(frozen=True, slots=True)
class Block:
    """Open from `opens` until just before `closes`; `closes` at 00:00 is the end of the day."""

    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A dealer's hours. `weekly` has seven entries, Monday first; an exception without blocks is a closed day."""

    weekly: tuple[tuple[Block, ...], ...]
    holidays: HolidayCalendar
    exceptions: Mapping[date, tuple[Block, ...]]
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Opening:
    """Whether the dealer is open, and which rule says so.

    `until` (UTC) is the closing time when open, None when that is more than a week away. `next_open` (UTC) is the next
    opening when closed, None when there is none within a year.
    """

    open: bool
    reason: OpeningReason
    until: datetime | None
    next_open: datetime | None


def is_open(hours: OpeningHours, now: datetime) -> Opening:
    """Decide whether the dealer is open at `now`, any aware datetime."""
    today = now.astimezone(hours.zone).date()
    reason, _ = _blocks(hours, today)
    for opens, closes in _intervals(hours, today):
        if now < opens:
            return Opening(False, reason, None, opens)
        if now < closes:
            return Opening(True, reason, _end_of_opening(hours, closes, now), None)
    return Opening(False, reason, None, None)


def _end_of_opening(hours: OpeningHours, closes: datetime, now: datetime) -> datetime | None:
    """Follow blocks that touch, such as 24:00 and 00:00 of the next day."""
    for next_opens, next_closes in _intervals(hours, closes.astimezone(hours.zone).date()):
        if next_opens > closes:
            return closes
        closes = max(closes, next_closes)
        if closes - now > _LONGEST_OPEN:
            return None
    return closes


def _intervals(hours: OpeningHours, first: date) -> Iterator[tuple[datetime, datetime]]:
    """Yield opening and closing moments in UTC from a date on, in order, for as long as anybody asks."""
    for offset in range(_LONGEST_CLOSED_DAYS):
        day = first + timedelta(days=offset)
        for block in _blocks(hours, day)[1]:
            opens = _moment(day, block.opens, hours.zone, last=False)
            last_day = day + timedelta(days=1) if block.closes == MIDNIGHT else day
            closes = _moment(last_day, block.closes, hours.zone, last=True)
            if opens < closes:
                yield opens, closes


def _blocks(hours: OpeningHours, day: date) -> tuple[OpeningReason, tuple[Block, ...]]:
    if day in hours.exceptions:
        return OpeningReason.EXCEPTION, hours.exceptions[day]
    if day in hours.holidays:
        return OpeningReason.HOLIDAY, ()
    return OpeningReason.WEEKLY, hours.weekly[day.weekday()]


def _moment(day: date, clock: time, zone: ZoneInfo, *, last: bool) -> datetime:
    """The moment in UTC at which the wall clock shows this time, the last or the first when it does so twice."""
    local = datetime.combine(day, clock, zone)
    first_moment = local.astimezone(UTC)
    last_moment = local.replace(fold=1).astimezone(UTC)
    if last_moment < first_moment:  # only for a time that the clock skips (PEP 495)
        return _change_of_offset(last_moment, first_moment, zone)
    return last_moment if last else first_moment


def _change_of_offset(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Find the first whole second at which the offset of `after` holds."""
    old = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == old:
            before = middle
        else:
            after = middle
    return after
