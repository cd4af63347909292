"""Which ringing calls to call off, now that the risk has risen: the other side of looking ahead.

A call was dialled when agents were likely to be free at its answer. Then others answered, talks went on longer than most, agents
left. Whoever has been rung for the shortest lawful time by now, and answers after all, does so within the next few seconds, and
is abandoned when D(τ) ≤ 0 (`dialer.pacing`). Of the moments that a forecast knows the first, some 5 s ahead, stands for those
seconds. While P(D ≤ 0) is above 4θ, at most a half, the one that has rung the longest is called off: it has had its chance, and is
the least likely still to answer. Each that is called off makes an agent for the others likelier.

Why 4θ: dialling keeps the chance near θ, so that at any moment it is as often above as below. At θ half of all calls would be
called off, each of them an attempt spent; at 4θ a fifth are, for nearly the same gain (`benchmarks/pacing.md`).

Nobody is called off who has an agent for certain, whose phone is not known to have rung that long, or for whom an agent is kept. An
answer that comes before the hang-up is an answer (`dialer.attempt`).
"""

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from calls.facts import AttemptCalledOff
from calls.ids import CallId
from dialer.campaign import Campaign, DialMode, PacingSettings
from dialer.pacing import PacingDecision, PacingSnapshot, threshold_of, unsaved_of
from dialer.shortage import Events, Rows

_TIMES_THRESHOLD = 4.0
_HIGHEST_RISK = 0.5


def with_late_rings(
    decision: PacingDecision, snapshot: PacingSnapshot, settings: PacingSettings
) -> PacingDecision:
    """The decision, and whom to call off with it: nobody unless the campaign is set to."""
    if not settings.call_off_late or settings.mode is not DialMode.PREDICTIVE or not snapshot.clock_trusted:
        return decision
    late = [place for place, rung in enumerate(snapshot.rung) if rung >= snapshot.least_ring_seconds]
    if not late:
        return decision
    late.sort(key=snapshot.rung.__getitem__, reverse=True)
    rows, unsaved = _late_last(snapshot, late), unsaved_of(snapshot)
    others = len(snapshot.ringing) + len(snapshot.callers) + snapshot.waiting - snapshot.free
    allowed = min(_TIMES_THRESHOLD * threshold_of(snapshot, settings), _HIGHEST_RISK)

    def risk_after(called_off: int) -> float:
        """The chance that the next in line would meet nobody, once so many are called off."""
        in_hand = Events(snapshot.forecast.soonest, rows[: len(rows) - called_off - 1], fresh=0)
        return unsaved * in_hand.at_most(others - called_off - 1, 0)

    risk, count = risk_after(0), 0
    if risk > allowed:
        count = bisect_left(range(len(late)), True, lo=1, key=lambda count: risk_after(count) <= allowed)
    return replace(decision, called_off=tuple(late[:count]), late_risk=risk, late_allowed=allowed)


def _late_last(snapshot: PacingSnapshot, late: list[int]) -> Rows:
    """The rows of the forecast, those of the late rings at the end: the last of them goes first."""
    forecast = snapshot.forecast
    rows = forecast.rows(snapshot.talking, snapshot.wrapping_up, snapshot.ringing, snapshot.chances)
    busy, last = len(rows) - len(snapshot.ringing), set(late)
    order = [place for place in range(len(snapshot.ringing)) if place not in last] + late[::-1]
    calls = [rows[busy + place] for place in order]
    return [forecast.new_row(chance) for chance in snapshot.callers] + rows[:busy] + calls


def called_off(
    campaign: Campaign,
    ringing: Sequence[CallId],
    snapshot: PacingSnapshot,
    decision: PacingDecision,
    now: datetime,
) -> list[AttemptCalledOff]:
    """What a decision to call off means to do, attempt by attempt; `ringing` are those of the snapshot."""
    return [
        AttemptCalledOff(
            now,
            ringing[place],
            campaign.campaign_id,
            campaign.dealer,
            snapshot.rung[place],
            decision.late_risk,
            decision.late_allowed,
        )
        for place in decision.called_off
    ]
