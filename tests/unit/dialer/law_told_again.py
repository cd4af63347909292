"""The rules of the Netherlands told once more, without the product, its calendar or the system's zones: an oracle for tests."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from calls.numbers import NumberKind
from calls.words import AttemptOutcome
from dialer.campaign import Campaign, CampaignKind, ContactHistory, LegalBasis

YEARS = range(2024, 2036)
_FIXED = {"America/Curacao": -240, "Asia/Tokyo": 540, "Asia/Kolkata": 330, "UTC": 0}
_EUROPEAN = {
    "Europe/Lisbon": 0,
    "Europe/Amsterdam": 60,
    "Europe/Brussels": 60,
    "Europe/Berlin": 60,
    "Europe/Athens": 120,
}
ZONES = (*_EUROPEAN, *_FIXED, "America/New_York")
# Where who is called lives, by the number.
NUMBERS = {
    "+31610000000": "Europe/Amsterdam",
    "+351211234567": "Europe/Lisbon",
    "+306941234567": "Europe/Athens",
    "+59994611234": "America/Curacao",
    "+81312345678": "Asia/Tokyo",
    "+919876543210": "Asia/Kolkata",
    "+12127365000": "America/New_York",
}
_DAY, _WEEK = 24 * 60, 7 * 24 * 60
_DIALLED = {NumberKind.FIXED, NumberKind.MOBILE, NumberKind.VOIP, NumberKind.OTHER}
_COMMERCIAL = {CampaignKind.TYRES, CampaignKind.MAILING}
_MET_NOBODY = {AttemptOutcome.ABANDONED, AttemptOutcome.IN_DOUBT}


@dataclass(frozen=True, slots=True)
class Told:
    """A profile: opening and closing minute of Monday to Friday and of Saturday, attempts, and minutes between attempts."""

    weekdays: tuple[int, int]
    saturday: tuple[int, int] | None
    attempts: int
    waits: dict[AttemptOutcome, int]


TOLD = {
    "nl-consumer": Told(
        (9 * 60, 22 * 60),
        (10 * 60, 16 * 60),
        3,
        {
            AttemptOutcome.UNANSWERED: 20 * 60,
            AttemptOutcome.BUSY: 16 * 60,
            AttemptOutcome.FAILED: _DAY,
            AttemptOutcome.IN_DOUBT: _DAY,
            AttemptOutcome.HUNG_UP: _WEEK,
            AttemptOutcome.MACHINE: 20 * 60,
            AttemptOutcome.CONNECTED: _WEEK,
        },
    ),
    "nl-business": Told(
        (9 * 60, 17 * 60 + 30),
        None,
        5,
        {
            AttemptOutcome.UNANSWERED: 180,
            AttemptOutcome.BUSY: 30,
            AttemptOutcome.FAILED: 180,
            AttemptOutcome.IN_DOUBT: 180,
            AttemptOutcome.HUNG_UP: _WEEK,
            AttemptOutcome.MACHINE: 20 * 60,
            AttemptOutcome.CONNECTED: _WEEK,
        },
    ),
}


def last_sunday(year: int, month: int) -> date:
    """The last Sunday of March or October, when Europe's clocks change at 01:00 UTC."""
    return date(year, month, 31) - timedelta(days=date(year, month, 31).isoweekday() % 7)


@cache
def clock_changes(year: int) -> tuple[datetime, datetime]:
    """The two nights of a year, in Europe."""
    spring, autumn = (last_sunday(year, month) for month in (3, 10))
    return (
        datetime(spring.year, 3, spring.day, 1, tzinfo=UTC),
        datetime(autumn.year, 10, autumn.day, 1, tzinfo=UTC),
    )


def local(moment: datetime, zone: str) -> datetime:
    """What a clock on the wall there says, as a time without a zone."""
    naive = moment.astimezone(UTC).replace(tzinfo=None)
    if zone in _FIXED:
        return naive + timedelta(minutes=_FIXED[zone])
    if zone == "America/New_York":
        spring = _nth_sunday(moment.year, 3, 2) + timedelta(hours=7)
        autumn = _nth_sunday(moment.year, 11, 1) + timedelta(hours=6)
        return naive - timedelta(hours=4 if spring <= naive < autumn else 5)
    spring, autumn = (change.replace(tzinfo=None) for change in clock_changes(moment.year))
    summer = 60 if spring <= naive < autumn else 0
    return naive + timedelta(minutes=_EUROPEAN[zone] + summer)


@cache
def holidays(year: int) -> frozenset[date]:
    """Days on which nobody is called: those of the Algemene termijnenwet, Goede Vrijdag and each 5 May included."""
    easter = _easter(year)
    king = date(year, 4, 27)
    moving = (easter + timedelta(days=days) for days in (-2, 0, 1, 39, 49, 50))
    fixed = (date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26))
    return frozenset((*moving, *fixed, king if king.isoweekday() != 7 else date(year, 4, 26)))


def may_ring(told: Told, moment: datetime, zone: str) -> bool:
    """Whether a phone there may ring."""
    there = local(moment, zone)
    day, minute = there.date(), there.hour * 60 + there.minute
    if day in holidays(day.year) or day.isoweekday() == 7:
        return False
    hours = told.saturday if day.isoweekday() == 6 else told.weekdays
    if hours is None:
        return False
    last = min(hours[1], 18 * 60) if (day.month, day.day) in {(5, 4), (12, 5), (12, 24)} else hours[1]
    return hours[0] <= minute < last


def ban(history: ContactHistory, campaign: Campaign, told: Told, now: datetime) -> str | None:
    """Why nobody may dial, in the words of the law and the house rules; None when nothing forbids it."""
    here = [call for call in history.past if call.campaign_id == campaign.campaign_id]
    today = local(now, history.timezone).date()
    since = history.resume_at
    reasons = {
        "closed": history.closed or history.wrong_number,
        "objected": history.objected_at is not None,
        "no ground for such calls": not _carries(campaign),
        "no consent": campaign.basis is LegalBasis.CONSENT
        and (history.consent_at is None or history.consent_at > now),
        "dear number": history.number_kind not in _DIALLED,
        "abroad": history.number.e164 not in NUMBERS,
        "attempts used up": len(here) >= min(told.attempts, campaign.max_attempts or told.attempts),
        "being called": any(call.outcome is None for call in history.past),
        "on the phone with the dealer": any(not call.ended for call in history.inbound),
        "refused": history.refused_at is not None and now - history.refused_at < timedelta(days=28),
        "another moment was agreed": history.not_before is not None and now < history.not_before,
        "called today": any(local(call.at, history.timezone).date() == today for call in history.past),
        "another campaign promised today's call": not history.agreed
        and any(local(each, history.timezone).date() == today for each in history.agreed_elsewhere),
        "rang the dealer today": any(
            local(call.at, history.timezone).date() == today
            for call in history.inbound
            if since is None or call.at >= since
        ),
        "rang back lately": any(
            now - call.at < timedelta(minutes=told.waits[AttemptOutcome.CONNECTED])
            for call in history.inbound
            if call.campaign_id == campaign.campaign_id and (since is None or call.at >= since)
        ),
        "abandoned lately": any(
            call.outcome in _MET_NOBODY and now - call.at < timedelta(hours=72) for call in history.past
        ),
        "tried lately": any(
            now - call.at < timedelta(minutes=told.waits.get(call.outcome, 0))
            for call in here
            if call.outcome is not None and (since is None or call.at >= since)
        ),
        "outside hours": not all(
            may_ring(told, moment, history.timezone)
            for moment in (now, now + timedelta(seconds=campaign.ring_seconds + 10))
        ),
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _carries(campaign: Campaign) -> bool:
    match campaign.basis:
        case LegalBasis.CONSENT:
            return True
        case LegalBasis.EXISTING_CONTRACT:
            return campaign.kind not in _COMMERCIAL
        case LegalBasis.LEGAL_DUTY:
            return campaign.kind is CampaignKind.RECALL


def _nth_sunday(year: int, month: int, which: int) -> datetime:
    first = datetime(year, month, 1)  # noqa: DTZ001 - a time of the wall, as `local` gives
    return first + timedelta(days=(7 - first.isoweekday()) % 7 + 7 * (which - 1))


def _easter(year: int) -> date:
    """Gauss's rule for the Gregorian calendar, as Meeus and Butcher give it."""
    golden, century, in_century = year % 19, year // 100, year % 100
    leap = century - century // 4 - (century - (century + 8) // 25 + 1) // 3
    moon = (19 * golden + leap + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (in_century // 4) - moon - in_century % 4) % 7
    late = (golden + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
