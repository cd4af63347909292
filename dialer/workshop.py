"""What the workshop's free places mean for a campaign: how fast it goes, and for which dates it calls first.

Nothing is held against a campaign whose dealer has told no places, nor against one that does not fill the workshop.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from msgspec.structs import replace

from dialer.campaign import CampaignKind, PacingSettings
from dialer.late_rings import with_late_rings
from dialer.pacing import PacingDecision, PacingSnapshot, Reason, decide

COMING_DAYS = 7
FILLS_THE_WORKSHOP = frozenset({CampaignKind.APK, CampaignKind.TYRES, CampaignKind.SERVICE})
_FULL_PACE_FROM = 0.25
_QUIETER = 0.1
# A car is seen to in the last week before its date, more often than earlier.
_DAYS_BEFORE_A_DATE = 7


@dataclass(frozen=True, slots=True)
class WorkshopDay:
    """The places of one day, and how many of them are taken."""

    day: date
    places: int
    taken: int

    @property
    def free(self) -> int:
        """Places left; none when there are more cars than places."""
        return max(0, self.places - self.taken)


def pace(coming: Sequence[WorkshopDay]) -> float:
    """At what share of its agents a campaign works: 1 while a quarter of the places is free, less below, 0 when none is."""
    if not coming:
        return 1.0
    places = sum(day.places for day in coming)
    return min(1.0, sum(day.free for day in coming) / places / _FULL_PACE_FROM) if places else 0.0


def agents_borne(agents: int, coming: Sequence[WorkshopDay]) -> int:
    """How many of so many agents may be at work for a campaign: have a customer, call one, or see one before the call."""
    return ceil(pace(coming) * agents)


def dates_to_call_first(coming: Sequence[WorkshopDay]) -> tuple[date, ...]:
    """The dates whose cars would fill the quiet days, the quietest day first; none when all days are about alike."""
    open_days = [day for day in coming if day.places]
    shares = {day.day: day.free / day.places for day in open_days}
    if not shares:
        return ()
    usual = sum(shares.values()) / len(shares)
    quiet = sorted(
        (day for day, share in shares.items() if share >= usual + _QUIETER),
        key=lambda day: (-shares[day], day),
    )
    return tuple(
        dict.fromkeys(day + timedelta(days=later) for day in quiet for later in range(_DAYS_BEFORE_A_DATE))
    )


def decide_within(
    snapshot: PacingSnapshot, settings: PacingSettings, coming: Sequence[WorkshopDay]
) -> PacingDecision:
    """Decide as the pacing does, with the agents that the workshop bears; the others are not counted.

    Whom to call off is decided with all of them: any of them takes who answers.
    """
    return with_late_rings(_calls_within(snapshot, settings, coming), snapshot, settings)


def _calls_within(
    snapshot: PacingSnapshot, settings: PacingSettings, coming: Sequence[WorkshopDay]
) -> PacingDecision:
    if not coming:
        return decide(snapshot, settings)
    agents = snapshot.agents
    held_back = agents - agents_borne(agents, coming)
    if held_back == 0:
        return decide(snapshot, settings)
    decision = decide(replace(snapshot, free=snapshot.free - held_back), settings)
    limited = decision.reason in (Reason.NO_AGENTS, Reason.IN_BALANCE)
    # Nobody is shown a contact either while as many agents as the workshop bears have one or are busy.
    limited |= decision.reason is Reason.PREVIEW and snapshot.free - snapshot.previewing <= held_back
    return replace(decision, reason=Reason.WORKSHOP_FULL) if limited else decision
