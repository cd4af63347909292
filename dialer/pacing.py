"""How many numbers to dial now. Asked at every event of a campaign (answer, end, pause, login) and once a second.

Progressive: one call in flight for each free agent, so that nobody who answers is abandoned.

Power: a fixed number of calls for each free agent. Those that have no agent of their own are never more than may be abandoned
with the day still within its limit, should all of them be.

In the preview modes nothing is dialled from here: agents see their next contact and have it dialled.

Predictive looks ahead. A further call, answered at τ, is abandoned when D(τ) ≤ 0, with

    D(τ) = free − waiting + agents who become free by τ + grace − answers of other calls by τ

and it is dialled while P(D ≤ 0), averaged over the likely τ, is at most a threshold θ. As long as calls in flight are fewer
than the free agents, each has an agent for certain and is dialled without asking.

θ follows the day: θ = 0.877 · target · exp(κB), where B = target · answered − abandoned, and κ = 1.5 ÷ agents within 0.04 to
0.3. It is gentle because a stronger one swings and loses more than it gains.

Apart from θ there is a budget, b: how many more may be abandoned with the day still within its limit. A further call is dialled
only while P(D ≤ −b) ≤ 1 %, so that calls in flight hardly ever find more than b agents missing. With b = 0, as at the
beginning of a day, an agent is then all but certain. Past the limit the 1 % halves with each call above it: to stop looking
ahead altogether would cost a large team 15 % of its time for every abandoned customer too many.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import exp, floor

from dialer.campaign import PREVIEW_MODES, AbandonWindow, DialMode, LineAgent, PacingSettings
from dialer.forecast import Forecast
from dialer.shortage import Events

_THRESHOLD_PER_TARGET = 0.877
_HIGHEST_THRESHOLD = 0.5
_SMALL_TEAM = 8
_COUNTED_FOR_A_SMALL_TEAM = 100
_BUDGET_RISK = 0.01


class Reason(StrEnum):
    """Why this many and no more; also a metric label."""

    AGENTS_CERTAIN = "agents_certain"
    LOOKAHEAD = "lookahead"
    RATIO = "ratio"
    PREVIEW = "preview"
    IN_BALANCE = "in_balance"
    BUDGET_SPENT = "budget_spent"
    ESTIMATE_WEAK = "estimate_weak"
    CAP = "cap"
    NO_AGENTS = "no_agents"
    LIST_EMPTY = "list_empty"
    WINDOW_CLOSED = "window_closed"
    WORKSHOP_FULL = "workshop_full"


@dataclass(frozen=True, slots=True)
class PacingSnapshot:
    """A campaign at one instant; all times are seconds that have passed.

    `talking`, `wrapping_up` (none below 0): of each busy agent, since the talk or the wrap-up began. `ringing`: of each attempt that is
    not answered yet, since it was dialled. `waiting`: customers who answered and have no agent yet. `room`: how many more
    attempts the caps allow now.
    """

    free: int
    talking: tuple[float, ...]
    wrapping_up: tuple[float, ...]
    ringing: tuple[float, ...]
    waiting: int
    connected: int
    abandoned: int
    room: int
    window_open: bool
    list_empty: bool
    forecast: Forecast

    @property
    def agents(self) -> int:
        """Agents on an open line, free or busy."""
        return self.free + len(self.talking) + len(self.wrapping_up)

    @property
    def at_risk(self) -> int:
        """Calls in flight that have no free agent set against them."""
        return max(0, len(self.ringing) + self.waiting - self.free)


@dataclass(frozen=True, slots=True)
class PacingDecision:
    """What to do and the figures behind it, for the console.

    `shortage` is the chance that the next call would find no agent; it is dialled while this is at most `threshold`. Both are
    0 where no look ahead was needed. `budget` is how many more calls may be abandoned within the limit; below 0 it is passed.
    """

    calls_to_place: int
    reason: Reason
    answer_rate: float
    threshold: float = 0.0
    shortage: float = 0.0
    budget: int = 0


def take_snapshot(
    agents: Sequence[LineAgent],
    dialled_at: Sequence[datetime],
    waiting: int,
    window: AbandonWindow,
    forecast: Forecast,
    now: datetime,
    *,
    room: int,
    window_open: bool,
    list_empty: bool,
) -> PacingSnapshot:
    """Put a snapshot together from the floor's agents and the attempts that are still ringing."""

    def seconds_since(moment: datetime) -> float:
        return max(0.0, (now - moment).total_seconds())

    busy = [agent for agent in agents if not agent.free]
    return PacingSnapshot(
        free=len(agents) - len(busy),
        talking=tuple(seconds_since(agent.since) for agent in busy if not agent.wrapping_up),
        wrapping_up=tuple(seconds_since(agent.since) for agent in busy if agent.wrapping_up),
        ringing=tuple(seconds_since(at) for at in dialled_at),
        waiting=waiting,
        connected=window.connected,
        abandoned=window.abandoned,
        room=room,
        window_open=window_open,
        list_empty=list_empty,
        forecast=forecast,
    )


def decide(snapshot: PacingSnapshot, settings: PacingSettings) -> PacingDecision:
    """Return how many attempts to start now, and why no more."""
    rate = snapshot.forecast.answer_rate
    barred = _barred(snapshot)
    if barred is not None:
        return PacingDecision(0, barred, rate)
    if settings.mode in PREVIEW_MODES:
        return PacingDecision(0, Reason.PREVIEW, rate, budget=_budget(snapshot, settings))
    certain = max(0, snapshot.free - snapshot.waiting - len(snapshot.ringing))
    if certain >= snapshot.room:
        return PacingDecision(snapshot.room, Reason.CAP, rate)
    budget = _budget(snapshot, settings)
    sure = PacingDecision(
        certain, Reason.AGENTS_CERTAIN if certain else Reason.IN_BALANCE, rate, budget=budget
    )
    if settings.mode is DialMode.PROGRESSIVE:
        return sure
    if settings.mode is DialMode.POWER:
        return _by_ratio(snapshot, settings, sure)
    return _look_ahead(snapshot, settings, sure)


def _barred(snapshot: PacingSnapshot) -> Reason | None:
    if not snapshot.window_open:
        return Reason.WINDOW_CLOSED
    if snapshot.agents == 0:
        return Reason.NO_AGENTS
    if snapshot.list_empty:
        return Reason.LIST_EMPTY
    if snapshot.room <= 0:
        return Reason.CAP
    return None


def _by_ratio(snapshot: PacingSnapshot, settings: PacingSettings, sure: PacingDecision) -> PacingDecision:
    certain = sure.calls_to_place
    wanted = floor(settings.ratio * snapshot.free + 1e-9) - len(snapshot.ringing) - snapshot.waiting
    if wanted <= certain:
        return sure
    in_budget = certain + max(sure.budget, 0) - snapshot.at_risk
    most = min(snapshot.room, certain + settings.max_over_dial - snapshot.at_risk)
    placed = min(wanted, in_budget, most)
    if placed <= certain:
        return _limited(sure, Reason.BUDGET_SPENT if in_budget <= most else Reason.CAP)
    return PacingDecision(placed, Reason.RATIO, sure.answer_rate, budget=sure.budget)


def _look_ahead(snapshot: PacingSnapshot, settings: PacingSettings, sure: PacingDecision) -> PacingDecision:
    certain = sure.calls_to_place
    if snapshot.agents < _SMALL_TEAM and snapshot.forecast.counted < _COUNTED_FOR_A_SMALL_TEAM:
        return _limited(sure, Reason.ESTIMATE_WEAK)
    most = min(snapshot.room, certain + settings.max_over_dial - snapshot.at_risk)
    if most <= certain:
        return _limited(sure, Reason.CAP)
    threshold = _threshold(snapshot, settings)
    placed, shortage, spent = _covered(snapshot, certain, most, threshold, sure.budget)
    if placed > certain:
        reason = Reason.LOOKAHEAD
    else:
        reason = Reason.BUDGET_SPENT if spent and not certain else sure.reason
    return PacingDecision(placed, reason, sure.answer_rate, threshold, shortage, sure.budget)


def _limited(sure: PacingDecision, reason: Reason) -> PacingDecision:
    """The certain calls, and the reason why there are no others."""
    return PacingDecision(
        sure.calls_to_place,
        sure.reason if sure.calls_to_place else reason,
        sure.answer_rate,
        budget=sure.budget,
    )


def _covered(
    snapshot: PacingSnapshot, certain: int, most: int, threshold: float, budget: int
) -> tuple[int, float, bool]:
    """How many calls may go out before the next is too likely to find no agent, how likely, and whether the budget says so."""
    forecast = snapshot.forecast
    rows = forecast.rows(snapshot.talking, snapshot.wrapping_up, snapshot.ringing)
    in_hand = Events(forecast.events, rows, fresh=forecast.ring_row)
    taken = len(snapshot.ringing) + snapshot.waiting - snapshot.free
    to_spare = max(budget, 0)
    risk = _BUDGET_RISK * 2.0 ** min(budget, 0)
    shortages: dict[int, float] = {}

    def too_likely(placed: int) -> bool:
        shortages[placed] = shortage = in_hand.at_most(taken + placed, placed)
        return shortage > threshold or in_hand.at_most(taken + placed - to_spare, placed) > risk

    # More calls never make a shortage less likely: take longer and longer steps until it is too likely, then halve.
    low = high = certain
    step = 1
    while high < most and not too_likely(high):
        low, high, step = high + 1, min(most, high + step), step * 2
    placed = low + bisect_left(range(low, high), True, key=too_likely)
    if placed not in shortages:  # the caps stop it, not the chance
        return placed, in_hand.at_most(taken + placed, placed), False
    return placed, shortages[placed], shortages[placed] <= threshold


def _threshold(snapshot: PacingSnapshot, settings: PacingSettings) -> float:
    answered = snapshot.connected + snapshot.abandoned
    credit = settings.target_ratio * answered - snapshot.abandoned
    pull = min(max(1.5 / snapshot.agents, 0.04), 0.3) * credit
    return min(_THRESHOLD_PER_TARGET * settings.target_ratio * exp(min(pull, 20.0)), _HIGHEST_THRESHOLD)


def _budget(snapshot: PacingSnapshot, settings: PacingSettings) -> int:
    """The most calls b with (abandoned + b) ÷ (answered + b) within the limit."""
    answered = snapshot.connected + snapshot.abandoned
    spare = settings.limit_ratio * answered - snapshot.abandoned
    if settings.limit_ratio >= 1:
        return settings.max_over_dial
    return floor(spare / (1 - settings.limit_ratio) + 1e-9)
