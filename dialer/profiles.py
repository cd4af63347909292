"""Calling profiles: when, how often and whom a campaign may call, as data. A dealer's adviser confirms a profile before use.

The defaults come from secondary sources and from caution where those are silent:

- hours, Sundays, public holidays and early stops: Code Telemarketing 2012;
- holidays: those of the Algemene termijnenwet, so Good Friday and every 5 May too;
- 72 hours after an abandoned call and the 15 s minimum ring: Ofcom's former policy, the strictest that was published;
- attempts, retries and the four weeks after a refusal: policy of this product.

Hours are wall-clock time where the called party lives.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays.countries.netherlands  # loaded at first use otherwise, which would hold up a call for a quarter of a second

from calls.numbers import DIALLABLE_KINDS, NumberKind
from calls.words import AttemptOutcome
from dialer.errors import DemoProfile, UnknownProfile

_SEARCH_DAYS = 400


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of one day, from `start` up to but not including `end`, in local wall-clock time."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class CallingProfile:
    """The rules for one kind of called party.

    `week` has the hours of Monday to Sunday, None for a closed day. `early_stops` maps (month, day) to the time at which
    calling stops on that day. `timezone` (IANA) is where most of the called live; each contact's own decides. `retry_after` says how long to wait after an earlier attempt of the same campaign; an outcome
    that is missing needs no wait. `max_attempts` counts per contact and campaign, `max_attempts_per_day` per person
    over all campaigns and local calendar days. `for_demo`: only where the telephone network is a pretended one.
    """

    name: str
    week: tuple[Hours | None, ...]
    early_stops: Mapping[tuple[int, int], time]
    holiday_country: str | None
    timezone: str
    dialled_kinds: frozenset[NumberKind]
    max_attempts: int
    max_attempts_per_day: int
    retry_after: Mapping[AttemptOutcome, timedelta]
    min_ring_seconds: int = 15
    default_limit_ratio: float = 0.03
    after_abandon: timedelta = timedelta(hours=72)
    after_refusal: timedelta = timedelta(weeks=4)
    for_demo: bool = False


_EARLY_STOPS = MappingProxyType({(5, 4): time(18), (12, 5): time(18), (12, 24): time(18)})

NL_CONSUMER = CallingProfile(
    name="nl-consumer",
    week=(*[Hours(time(9), time(22))] * 5, Hours(time(10), time(16)), None),
    early_stops=_EARLY_STOPS,
    holiday_country="NL",
    timezone="Europe/Amsterdam",
    dialled_kinds=DIALLABLE_KINDS,
    max_attempts=3,
    max_attempts_per_day=1,
    retry_after=MappingProxyType(
        {
            AttemptOutcome.UNANSWERED: timedelta(hours=20),
            AttemptOutcome.BUSY: timedelta(hours=16),
            AttemptOutcome.FAILED: timedelta(hours=24),
            AttemptOutcome.IN_DOUBT: timedelta(hours=24),
            AttemptOutcome.HUNG_UP: timedelta(days=7),
            AttemptOutcome.CONNECTED: timedelta(days=7),
            AttemptOutcome.MACHINE: timedelta(hours=20),
        }
    ),
)

NL_BUSINESS = CallingProfile(
    name="nl-business",
    week=(*[Hours(time(9), time(17, 30))] * 5, None, None),
    early_stops=_EARLY_STOPS,
    holiday_country="NL",
    timezone="Europe/Amsterdam",
    dialled_kinds=DIALLABLE_KINDS,
    max_attempts=5,
    max_attempts_per_day=2,
    retry_after=MappingProxyType(
        {
            AttemptOutcome.UNANSWERED: timedelta(hours=3),
            AttemptOutcome.BUSY: timedelta(minutes=30),
            AttemptOutcome.FAILED: timedelta(hours=3),
            AttemptOutcome.IN_DOUBT: timedelta(hours=3),
            AttemptOutcome.HUNG_UP: timedelta(days=7),
            AttemptOutcome.CONNECTED: timedelta(days=7),
            AttemptOutcome.MACHINE: timedelta(hours=20),
        }
    ),
)

# For simulated people, who may be called at night. The program runs it only when it was started as a demo or a test.
DEMO = CallingProfile(
    name="demo",
    week=(Hours(time(0), time.max),) * 7,
    early_stops=MappingProxyType({}),
    holiday_country=None,
    timezone="Europe/Amsterdam",
    dialled_kinds=DIALLABLE_KINDS,
    max_attempts=3,
    max_attempts_per_day=3,
    retry_after=MappingProxyType(dict.fromkeys(AttemptOutcome, timedelta(minutes=5))),
    for_demo=True,
)

PROFILES: Mapping[str, CallingProfile] = MappingProxyType(
    {profile.name: profile for profile in (NL_CONSUMER, NL_BUSINESS, DEMO)}
)


REAL_PROFILES = tuple(profile.name for profile in PROFILES.values() if not profile.for_demo)


def profile_named(name: str) -> CallingProfile:
    """The profile a campaign names. Raises UnknownProfile."""
    try:
        return PROFILES[name]
    except KeyError:
        raise UnknownProfile(name, REAL_PROFILES) from None


def usable_profile(name: str, *, demo: bool) -> CallingProfile:
    """The profile a campaign names; the one for simulated people only in a demo. Raises UnknownProfile, DemoProfile."""
    profile = profile_named(name)
    if profile.for_demo and not demo:
        raise DemoProfile(name, REAL_PROFILES)
    return profile


def is_open(profile: CallingProfile, timezone: str, now: datetime) -> bool:
    """Whether a phone in this zone (an IANA name) may ring at `now`. In an unknown zone it never may."""
    zone = zone_named(timezone)
    if zone is None:
        return False
    local = now.astimezone(zone)
    hours = _hours_on(profile, local.date())
    return hours is not None and hours.start <= local.time() < hours.end


def next_open(profile: CallingProfile, timezone: str, now: datetime) -> datetime | None:
    """The first moment from `now` on at which a phone in this zone may ring, in UTC.

    None when no hours open within 400 days, or when the zone is unknown.
    """
    zone = zone_named(timezone)
    if zone is None:
        return None
    if is_open(profile, timezone, now):
        return now
    today = now.astimezone(zone).date()
    for day in (today + timedelta(days=n) for n in range(_SEARCH_DAYS)):
        hours = _hours_on(profile, day)
        if hours is not None:
            opens = datetime.combine(day, hours.start, zone).astimezone(UTC)
            if opens > now:
                return opens
    return None


@lru_cache(maxsize=64)
def zone_named(timezone: str) -> ZoneInfo | None:
    """The zone of this IANA name, None when there is none."""
    try:
        return ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _hours_on(profile: CallingProfile, day: date) -> Hours | None:
    hours = profile.week[day.weekday()]
    country = profile.holiday_country
    if hours is None or (country is not None and day in _holidays(country, day.year)):
        return None
    stop = profile.early_stops.get((day.month, day.day))
    if stop is None or stop >= hours.end:
        return hours
    return Hours(hours.start, stop) if stop > hours.start else None


@lru_cache(maxsize=64)
def _holidays(country: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, years=year, categories=("public", "optional")))
