"""Time zones by name."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


@lru_cache(maxsize=64)
def zone_named(timezone: str) -> ZoneInfo | None:
    """The zone of this IANA name, None when there is none."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=1024)
def keep_one_time(first: str, second: str, year: int) -> bool:
    """Whether clocks in two zones that exist show the same time in every hour of this year and the next."""
    one, other = ZoneInfo(first), ZoneInfo(second)
    begin = datetime(year, 1, 1, tzinfo=UTC)
    hours = (begin + timedelta(hours=hour) for hour in range(2 * 366 * 24))
    return all(hour.astimezone(one).utcoffset() == hour.astimezone(other).utcoffset() for hour in hours)
