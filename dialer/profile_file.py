"""Calling profiles as TOML files: those that come with the program, and those that an installation makes from them.

A profile of an installation names in `based_on` the one it is made from, and says only what differs; without `based_on` it
is made from the one of its own name. It may narrow anything. To widen anything it must say in `widened_by` who decided so,
and why: that is shown wherever the profile is.
"""

from collections.abc import Mapping
from datetime import date, time, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from calls.numbers import DIALLABLE_KINDS, NumberKind, is_country
from calls.words import AttemptOutcome
from dialer.campaign import CampaignKind, LegalBasis
from dialer.checked import Table, checked, read_toml
from dialer.errors import FileFault, FileFaults
from dialer.profiles import CallingProfile, Hours, Profiles
from dialer.zones import zone_named

_SHIPPED = Path(__file__).parent / "data" / "profiles"
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Raw = Mapping[str, Any]


def _hours(value: object) -> Hours | None:
    if value == "":
        return None
    opens_text, _, closes_text = str(value).partition("-")
    try:
        opens = time.fromisoformat(opens_text)
        closes = time.max if closes_text == "24:00" else time.fromisoformat(closes_text)
    except ValueError:
        opens, closes = time.max, time.min
    if opens.tzinfo or closes.tzinfo or closes <= opens:
        raise ValueError('write it as "09:00-17:30", 24:00 for midnight, or "" for a closed day')
    return Hours(opens, closes)


def _clock(value: object) -> time:
    try:
        return time.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError:
        raise ValueError('write it as "18:00"') from None


def _month_day(value: object) -> tuple[int, int]:
    try:
        day = date.fromisoformat(f"2028-{value}")  # a leap year
    except ValueError:
        raise ValueError('write the day as "12-24", the month first') from None
    return day.month, day.day


def _zone(name: str) -> str:
    if zone_named(name) is None:
        raise ValueError("write it as Europe/Amsterdam")
    return name


def _diallable(kinds: frozenset[NumberKind]) -> frozenset[NumberKind]:
    if kinds - DIALLABLE_KINDS:
        raise ValueError(f"choose from {', '.join(sorted(DIALLABLE_KINDS))}")
    return kinds


def _country(code: str) -> str:
    if not is_country(code):
        raise ValueError("write it as two capitals, such as NL, BE or DE")
    return code


Day = Annotated[Hours | None, BeforeValidator(_hours)]
MonthDay = Annotated[tuple[int, int], BeforeValidator(_month_day)]


class HoursTable(Table):
    """The hours of each day of the week; a day that is missing is closed."""

    monday: Day = None
    tuesday: Day = None
    wednesday: Day = None
    thursday: Day = None
    friday: Day = None
    saturday: Day = None
    sunday: Day = None


class ProfileTable(Table):
    """A whole profile."""

    timezone: Annotated[str, AfterValidator(_zone)]
    holiday_country: Annotated[str, StringConstraints(pattern="^(NL)?$")] = ""
    dialled_kinds: Annotated[frozenset[NumberKind], AfterValidator(_diallable)]
    countries: frozenset[Annotated[str, AfterValidator(_country)]] = Field(min_length=1)
    max_attempts: int = Field(ge=1, le=10)
    max_attempts_per_day: int = Field(ge=1, le=3)
    min_ring_seconds: int = Field(ge=15, le=60)
    limit_ratio: float = Field(gt=0, le=0.03)
    after_abandon_hours: int = Field(ge=0)
    after_refusal_days: int = Field(ge=0)
    hours: HoursTable
    early_stops: dict[MonthDay, Annotated[time, BeforeValidator(_clock)]]
    retry_after_minutes: dict[AttemptOutcome, Annotated[int, Field(ge=1)]]
    bases: dict[LegalBasis, frozenset[CampaignKind]]
    for_demo: bool = False
    widened_by: Annotated[str, StringConstraints(pattern="^([^,]+, .+)?$")] = ""


@cache
def shipped_profiles() -> Profiles:
    """The profiles that come with the program."""
    return Profiles(
        MappingProxyType({name: _profile(name, name, raw) for name, raw in _shipped_raw().items()})
    )


def profiles_with(files: Mapping[Path, Raw]) -> Profiles:
    """The profiles of the program with those of an installation: what its files say, each named as its file.

    Raises FileFaults for the first file that has faults.
    """
    by_name = dict(shipped_profiles().by_name)
    for path, raw in files.items():
        by_name[path.stem] = _made(path, raw)
    return Profiles(MappingProxyType(by_name))


def read_folder(folder: Path) -> Profiles:
    """The profiles of the program with those in this folder. Raises FileFaults."""
    if not folder.is_dir():
        raise FileFaults(str(folder), [FileFault("", "is no folder", "make it, or name another")])
    return profiles_with({path: read_toml(path) for path in sorted(folder.glob("*.toml"))})


def _made(path: Path, raw: Raw) -> CallingProfile:
    bases = {name: base for name, base in _shipped_raw().items() if not base.get("for_demo")}
    based_on = raw.get("based_on", path.stem)
    if based_on not in bases:
        remedy = f"name the profile it is made from: {', '.join(bases)}"
        raise FileFaults(str(path), [FileFault("based_on", "is missing or unknown", remedy)])
    told = {key: value for key, value in raw.items() if key != "based_on"}
    profile = _profile(path.stem, str(path), _merged(bases[based_on], told))
    wider = widenings(profile, shipped_profiles().by_name[based_on])
    if wider and not profile.widened_by:
        remedy = f'narrow it, or say who decided so and why: widened_by = "name, reason" (it is more than {based_on} allows)'
        raise FileFaults(str(path), [FileFault(key, "lets more be called", remedy) for key in wider])
    return profile


def widenings(profile: CallingProfile, base: CallingProfile) -> list[str]:
    """The keys in which a profile allows what its base does not."""
    hours = [
        f"hours.{name}"
        for name, day, limit in zip(_DAYS, profile.week, base.week, strict=True)
        if day and (limit is None or day.start < limit.start or day.end > limit.end)
    ]
    stops = [
        f"early_stops.{month:02}-{day:02}"
        for (month, day), limit in base.early_stops.items()
        if profile.early_stops.get((month, day), time.max) > limit
    ]
    never = timedelta()
    retries = [
        f"retry_after_minutes.{outcome}"
        for outcome, limit in base.retry_after.items()
        if profile.retry_after.get(outcome, never) < limit
    ]
    grounds = [
        f"bases.{basis}"
        for basis, kinds in profile.bases.items()
        if kinds - base.bases.get(basis, frozenset())
    ]
    plain = {
        "holiday_country": profile.holiday_country != base.holiday_country,
        "dialled_kinds": bool(profile.dialled_kinds - base.dialled_kinds),
        "countries": bool(profile.countries - base.countries),
        "max_attempts": profile.max_attempts > base.max_attempts,
        "max_attempts_per_day": profile.max_attempts_per_day > base.max_attempts_per_day,
        "min_ring_seconds": profile.min_ring_seconds < base.min_ring_seconds,
        "limit_ratio": profile.default_limit_ratio > base.default_limit_ratio,
        "after_abandon_hours": profile.after_abandon < base.after_abandon,
        "after_refusal_days": profile.after_refusal < base.after_refusal,
        "for_demo": profile.for_demo,
    }
    return [*hours, *stops, *retries, *grounds, *(key for key, wider in plain.items() if wider)]


def _profile(name: str, file: str, raw: Raw) -> CallingProfile:
    table = checked(ProfileTable, file, raw)
    return CallingProfile(
        name=name,
        week=tuple(getattr(table.hours, day) for day in _DAYS),
        early_stops=table.early_stops,
        holiday_country=table.holiday_country or None,
        timezone=table.timezone,
        dialled_kinds=table.dialled_kinds,
        countries=table.countries,
        max_attempts=table.max_attempts,
        max_attempts_per_day=table.max_attempts_per_day,
        retry_after={
            outcome: timedelta(minutes=minutes) for outcome, minutes in table.retry_after_minutes.items()
        },
        bases=table.bases,
        min_ring_seconds=table.min_ring_seconds,
        default_limit_ratio=table.limit_ratio,
        after_abandon=timedelta(hours=table.after_abandon_hours),
        after_refusal=timedelta(days=table.after_refusal_days),
        for_demo=table.for_demo,
        widened_by=table.widened_by,
    )


def _shipped_raw() -> dict[str, Raw]:
    return {name: read_toml(_SHIPPED / f"{name}.toml") for name in ("nl-consumer", "nl-business", "demo")}


def _merged(base: Raw, told: Raw) -> dict[str, Any]:
    merged = dict(base)
    for key, value in told.items():
        old = merged.get(key)
        merged[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return merged
