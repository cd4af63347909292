"""May this contact be dialled now? Asked when a contact is chosen and again in the transaction that commits the attempt.

A contact may be dialled when no rule refuses it. Rules that hold for ever come before rules that pass with time, so that
a contact who will never be called says so, instead of being looked at again every day.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from calls.words import AttemptOutcome
from dialer.campaign import Campaign, ContactHistory, LegalBasis
from dialer.dispositions import promise_opens
from dialer.profiles import CallingProfile, carries, is_open, next_open
from dialer.zones import zone_named

_ANOTHER_DAY = timedelta(days=1)
_MET_NOBODY = frozenset({AttemptOutcome.ABANDONED, AttemptOutcome.IN_DOUBT})


class Rule(StrEnum):
    """The rule that forbids dialling a contact now; also a metric label."""

    CLOSED = "closed"
    OBJECTION = "objection"
    WRONG_NUMBER = "wrong_number"
    BASIS_FORBIDDEN = "basis_forbidden"
    NO_BASIS = "no_basis"
    NUMBER_KIND = "number_kind"
    COUNTRY = "country"
    ATTEMPT_LIMIT = "attempt_limit"
    OPEN_ATTEMPT = "open_attempt"
    NOT_BEFORE = "not_before"
    REFUSED_RECENTLY = "refused_recently"
    AFTER_ABANDON = "after_abandon"
    RETRY_INTERVAL = "retry_interval"
    DAILY_LIMIT = "daily_limit"
    WINDOW_CLOSED = "window_closed"


@dataclass(frozen=True, slots=True)
class Refusal:
    """The rule that forbids it, and the earliest moment at which that rule may cease to hold (None: never)."""

    rule: Rule
    not_before: datetime | None


def refusal(
    history: ContactHistory,
    campaign: Campaign,
    profile: CallingProfile,
    now: datetime,
) -> Refusal | None:
    """Return the first rule that forbids dialling this contact for this campaign at `now`, None when it may be dialled.

    `history` must be read in the transaction that commits the attempt, else an objection made meanwhile is missed.
    """
    return (
        _for_ever(history, campaign, profile, now)
        or _until_a_date(history, profile, now)
        or _in_the_air(history, profile, now)
        or _after_abandon(history, profile, now)
        or _after_attempts(history, campaign, profile, now)
        or _per_day(history, profile, now)
        or _within_hours(history, campaign, profile, now)
    )


def promise_refusal(
    history: ContactHistory, campaign: Campaign, profile: CallingProfile, at: datetime
) -> Refusal | None:
    """Return the rule that would forbid a call agreed for `at` during the present one, None when it can be promised.

    A contact that was closed is opened by the promise, unless `promise_opens` says no.
    """
    past = tuple(
        each if each.outcome is not None else replace(each, outcome=AttemptOutcome.CONNECTED)
        for each in history.past
    )
    closed = history.closed and (history.closed_reason is None or not promise_opens(history.closed_reason))
    inbound = tuple(replace(each, ended=True) for each in history.inbound)
    then = replace(
        history, past=past, inbound=inbound, not_before=at, resume_at=at, closed=closed, agreed=False
    )
    return refusal(then, campaign, profile, at)


def most_attempts(campaign: Campaign, profile: CallingProfile) -> int:
    """How often a contact may be tried for a campaign."""
    limits = (profile.max_attempts, campaign.max_attempts)
    return min(limit for limit in limits if limit is not None)


def _for_ever(
    history: ContactHistory, campaign: Campaign, profile: CallingProfile, now: datetime
) -> Refusal | None:
    if history.closed:
        return Refusal(Rule.CLOSED, None)
    if history.objected_at is not None:
        return Refusal(Rule.OBJECTION, None)
    if history.wrong_number:
        return Refusal(Rule.WRONG_NUMBER, None)
    if not carries(profile, campaign.basis, campaign.kind):
        # Of the campaign, not of the contact: nobody's place on the list is lost by it.
        return Refusal(Rule.BASIS_FORBIDDEN, now + _ANOTHER_DAY)
    if campaign.basis is LegalBasis.CONSENT and (history.consent_at is None or history.consent_at > now):
        return Refusal(Rule.NO_BASIS, history.consent_at)
    if history.number_kind not in profile.dialled_kinds:
        return Refusal(Rule.NUMBER_KIND, None)
    if history.number.country not in profile.countries:
        # The profile may come to allow it, and a contact that is closed could not be put on the list again.
        return Refusal(Rule.COUNTRY, now + _ANOTHER_DAY)
    if sum(past.campaign_id == campaign.campaign_id for past in history.past) >= most_attempts(
        campaign, profile
    ):
        return Refusal(Rule.ATTEMPT_LIMIT, None)
    return None


def _in_the_air(history: ContactHistory, profile: CallingProfile, now: datetime) -> Refusal | None:
    if any(past.outcome is None for past in history.past) or not all(each.ended for each in history.inbound):
        return Refusal(Rule.OPEN_ATTEMPT, now + timedelta(seconds=profile.min_ring_seconds))
    return None


def _until_a_date(history: ContactHistory, profile: CallingProfile, now: datetime) -> Refusal | None:
    if history.not_before is not None and history.not_before > now:
        return Refusal(Rule.NOT_BEFORE, history.not_before)
    if history.refused_at is not None and history.refused_at + profile.after_refusal > now:
        return Refusal(Rule.REFUSED_RECENTLY, history.refused_at + profile.after_refusal)
    return None


def _after_abandon(history: ContactHistory, profile: CallingProfile, now: datetime) -> Refusal | None:
    # Whoever was dialled when the program died may have answered and met nobody: as careful as after an abandoned call.
    abandoned = [past.abandoned_at or past.at for past in history.past if past.outcome in _MET_NOBODY]
    if abandoned and max(abandoned) + profile.after_abandon > now:
        return Refusal(Rule.AFTER_ABANDON, max(abandoned) + profile.after_abandon)
    return None


def _after_attempts(
    history: ContactHistory, campaign: Campaign, profile: CallingProfile, now: datetime
) -> Refusal | None:
    tried = [(past.campaign_id, past.at, past.outcome) for past in history.past]
    spoken = [(each.campaign_id, each.at, AttemptOutcome.CONNECTED) for each in history.inbound]
    waits = [
        at + profile.retry_after[outcome]
        for campaign_id, at, outcome in (*tried, *spoken)
        if campaign_id == campaign.campaign_id
        and outcome is not None
        and outcome in profile.retry_after
        and _since_agreed(history, at)
    ]
    if waits and max(waits) > now:
        return Refusal(Rule.RETRY_INTERVAL, max(waits))
    return None


def _since_agreed(history: ContactHistory, at: datetime) -> bool:
    """Whether an agent named no later moment for the next call."""
    return history.resume_at is None or at >= history.resume_at


def _per_day(history: ContactHistory, profile: CallingProfile, now: datetime) -> Refusal | None:
    zone = zone_named(history.timezone)
    calls = [past.at for past in history.past]
    # Who rang us and agreed to be called is called as agreed, on the same day too.
    calls += [each.at for each in history.inbound if _since_agreed(history, each.at)]
    if not history.agreed:
        # The day of a promise is kept free for it. Of two promises for one day the first to be kept has it.
        calls += history.agreed_elsewhere
    if zone is None or not calls:
        return None
    today = now.astimezone(zone).date()
    if sum(at.astimezone(zone).date() == today for at in calls) < profile.max_attempts_per_day:
        return None
    return Refusal(
        Rule.DAILY_LIMIT, datetime.combine(today + timedelta(days=1), time(), zone).astimezone(UTC)
    )


def _within_hours(
    history: ContactHistory, campaign: Campaign, profile: CallingProfile, now: datetime
) -> Refusal | None:
    # The phone must not ring on after closing time either.
    for moment in (now, now + timedelta(seconds=campaign.longest_ring_seconds)):
        if not is_open(profile, history.timezone, moment):
            return Refusal(Rule.WINDOW_CLOSED, next_open(profile, history.timezone, moment))
    return None
