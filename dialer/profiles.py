"""Calling profiles: when, how often and whom a campaign may call, and on what ground. `dialer.profile_file` reads them.

Hours are wall-clock time where the called party lives.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays.countries.netherlands  # loaded at first use otherwise, which would hold up a call for a quarter of a second

from calls.numbers import NumberKind
from calls.words import AttemptOutcome
from dialer.campaign import Campaign, CampaignKind, LegalBasis
from dialer.errors import DemoProfile, UnknownProfile
from dialer.zones import zone_named

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
    calling stops on that day. `timezone` (IANA) is where most of the called live; each contact's own decides.
    `countries` has those whose numbers are called, as ISO 3166 writes them. `retry_after` says how long to wait after an earlier attempt of the same campaign; an outcome that is missing needs no
    wait. `max_attempts` counts per contact and campaign, `max_attempts_per_day` per person over all campaigns and local
    calendar days. `bases` has the kinds of campaign that each ground carries. `for_demo`: only where the telephone network is
    a pretended one. `widened_by` says who let it call more than the profile it is made from, and why; else it is empty.
    """

    name: str
    week: tuple[Hours | None, ...]
    early_stops: Mapping[tuple[int, int], time]
    holiday_country: str | None
    timezone: str
    dialled_kinds: frozenset[NumberKind]
    countries: frozenset[str]
    max_attempts: int
    max_attempts_per_day: int
    retry_after: Mapping[AttemptOutcome, timedelta]
    bases: Mapping[LegalBasis, frozenset[CampaignKind]]
    min_ring_seconds: int = 15
    default_limit_ratio: float = 0.03
    after_abandon: timedelta = timedelta(hours=72)
    after_refusal: timedelta = timedelta(weeks=4)
    for_demo: bool = False
    widened_by: str = ""


@dataclass(frozen=True, slots=True)
class Profiles:
    """The profiles of an installation, by name."""

    by_name: Mapping[str, CallingProfile]

    @property
    def real_names(self) -> tuple[str, ...]:
        """Those for people who exist."""
        return tuple(name for name, profile in self.by_name.items() if not profile.for_demo)

    def named(self, name: str) -> CallingProfile:
        """The profile a campaign names. Raises UnknownProfile."""
        try:
            return self.by_name[name]
        except KeyError:
            raise UnknownProfile(name, self.real_names) from None

    def usable(self, name: str, *, demo: bool) -> CallingProfile:
        """The profile a campaign names; the one for simulated people only in a demo. Raises UnknownProfile, DemoProfile."""
        profile = self.named(name)
        if profile.for_demo and not demo:
            raise DemoProfile(name, self.real_names)
        return profile


def kept_within(profile: CallingProfile, campaign: Campaign) -> Campaign:
    """The campaign with its ring time and abandon rates as the profile allows them by now: it may have been narrowed since.

    One for simulated people stays as it is.
    """
    if profile.for_demo:
        return campaign
    limit = min(campaign.pacing.limit_ratio, profile.default_limit_ratio)
    pacing = replace(
        campaign.pacing, limit_ratio=limit, target_ratio=min(campaign.pacing.target_ratio, limit)
    )
    ring_seconds = max(campaign.ring_seconds, profile.min_ring_seconds)
    return replace(campaign, pacing=pacing, ring_seconds=ring_seconds)


def carries(profile: CallingProfile, basis: LegalBasis, kind: CampaignKind) -> bool:
    """Whether this ground is enough for this kind of call."""
    return kind in profile.bases.get(basis, ())


def is_open(profile: CallingProfile, timezone: str, now: datetime) -> bool:
    """Whether a phone in this zone (an IANA name) may ring at `now`. In an unknown zone it never may."""
    return closes_at(profile, timezone, now) is not None


def closes_at(profile: CallingProfile, timezone: str, now: datetime) -> datetime | None:
    """When the hours end in which a phone in this zone may ring at `now`, in UTC; None when it may not."""
    zone = zone_named(timezone)
    if zone is None:
        return None
    local = now.astimezone(zone)
    hours = _hours_on(profile, local.date())
    if hours is None or not hours.start <= local.time() < hours.end:
        return None
    return datetime.combine(local.date(), hours.end, zone).astimezone(UTC)


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
