"""How many numbers to dial now. Asked at every event of a campaign (answer, end, pause, login) and once a second.

Progressive: one call in flight for each free agent, so that nobody who answers is abandoned.

Power: a fixed number of calls for each free agent. Those that have no agent of their own are never more than may be abandoned
with the day still within its limit, should all of them be.

In the preview modes nothing is dialled from here: agents see their next contact and have it dialled.

Predictive looks ahead. A further call, answered at τ, is abandoned when D(τ) ≤ 0, with

    D(τ) = free − waiting + agents who become free by τ + grace − answers of other calls by τ

and it is dialled while P(D ≤ 0), averaged over the likely τ, is at most a threshold θ. As long as calls in flight are fewer
than the free agents, each has an agent for certain and is dialled without asking.

θ follows the day: θ = 0.877 · target · exp(κB), where B = target · answered − abandoned − reserve, and κ = 1.5 ÷ agents within
0.04 to 0.3. It is gentle because a stronger one swings and loses more than it gains.

None of this holds while nothing is known of the list: one that answers twice as well as was expected would abandon a tenth of its first customers before the
first cohort is counted. Until 50 attempts are (100 for fewer than eight agents, whose every mistake weighs more) each call has an agent for certain.

Apart from θ there is a budget, b: how many more may be abandoned with the day still within its limit. Past the limit (b < 0)
nobody is dialled but for an agent who is certain, until enough have been connected. That costs a large team a sixth of its time for as
long as it lasts, and a day may end there, so it has to be rare: a further call is dialled only while P(D ≤ −max(b − reserve, 0)) ≤ 1 %, and
while b is no more than the reserve only while P(D ≤ −b) ≤ 0.2 %, so that calls in flight hardly ever find more agents missing than the day can bear. The reserve is one call, and about
a third of the root of the agents in a large team. After a day without calls an agent is then all but certain; a first customer abandoned
nevertheless puts the day past its limit, and 32 have to be connected before the dialler looks ahead again.

A day that is nearly over leaves no time for that. Once the answers still to come (`dialer.to_come`) are no more than half as many again as put
one abandoned call right, 1.5 ÷ limit, calls in flight that have no agent of their own are never more than b, and every caller to be expected counts as
one. The day then stays within its limit should all of them be abandoned.

Agents in wrap-up may have offered to take a customer who finds nobody free. How often that saves one is learned, and both chances
count only those who are not saved.

Who rings already may be called off when the risk has risen: `dialer.late_rings`.
"""

from bisect import bisect_left
from enum import StrEnum
from functools import cache
from math import exp, floor, sqrt

from msgspec import Struct

from dialer.breaker import TrunkState
from dialer.callers import held_back, held_back_within
from dialer.campaign import PREVIEW_MODES, DialMode, PacingSettings
from dialer.forecast import Forecast
from dialer.shortage import Events

_THRESHOLD_PER_TARGET = 0.877
_HIGHEST_THRESHOLD = 0.5
_COUNTED = 50
_SMALL_TEAM, _COUNTED_FOR_A_SMALL_TEAM = 8, 100
_BUDGET_RISK = 0.01
_LIMIT_RISK = 0.002
_AGENTS_PER_RESERVE = 9
_WINDING_DOWN = 1.5
_MOST_RESCUED = 6


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
    CLOCK_JUMPED = "clock_jumped"
    TRUNK_REFUSES = "trunk_refuses"
    TRUNK_UNREACHABLE = "trunk_unreachable"


_WHY_NO_ROOM = {
    TrunkState.WELL: Reason.CAP,
    TrunkState.REFUSES: Reason.TRUNK_REFUSES,
    TrunkState.UNREACHABLE: Reason.TRUNK_UNREACHABLE,
}


class PacingSnapshot(Struct, frozen=True):
    """A campaign at one instant; all times are seconds that have passed.

    `talking`, `wrapping_up` (none below 0): of each busy agent, since the talk or the wrap-up began. `ringing`: of each attempt that is
    not answered yet, since it was dialled, and in `chances` how likely it was to be answered then; `next_chance`: how likely the next
    is that is dialled without an agent for certain. `rescuers`: how many of the busy would come out of wrap-up for a customer who finds
    nobody free; `rescue_chance`: how often such a customer is indeed taken by one. `waiting`: customers who answered and have no
    agent yet, and callers who wait for these agents. `callers`: stands for the callers to come (`dialer.callers`). `room`: how many more attempts the caps allow now.
    `rung`: for how long the phone of each attempt in `ringing` has rung as far as is known, or empty; nobody is called off before
    `least_ring_seconds` of it. `clock_trusted`: whether any of these times is believed. `previewing`: how many of the free have
    a contact before them. `trunk`: why there is so little room, if it is the trunk's. `answers_to_come`: about how many people will still answer before the day is over, None when that is not known.
    """

    free: int
    talking: tuple[float, ...]
    wrapping_up: tuple[float, ...]
    ringing: tuple[float, ...]
    chances: tuple[float, ...]
    waiting: int
    connected: int
    abandoned: int
    room: int
    window_open: bool
    list_empty: bool
    forecast: Forecast
    next_chance: float
    rescuers: int = 0
    rescue_chance: float = 0.0
    callers: tuple[float, ...] = ()
    rung: tuple[float, ...] = ()
    least_ring_seconds: int = 15
    clock_trusted: bool = True
    trunk: TrunkState = TrunkState.WELL
    previewing: int = 0
    answers_to_come: float | None = None

    @property
    def agents(self) -> int:
        """Agents on an open line, free or busy."""
        return self.free + len(self.talking) + len(self.wrapping_up)

    @property
    def at_risk(self) -> int:
        """Calls in flight that have no free agent set against them."""
        return max(0, len(self.ringing) + self.waiting - self.free)


class PacingDecision(Struct, frozen=True):
    """What to do and the figures behind it, for the console.

    The first `certain` of the calls have an agent for certain. `shortage` is the chance that the next call would find no agent; it is dialled while this is at most `threshold`. Both are
    0 where no look ahead was needed. `budget` is how many more calls may be abandoned within the limit; below 0 it is passed.
    `called_off` has the places in the snapshot's `ringing` of those who are rung no longer. `late_risk` is the chance that whoever may be
    called off and has rung the longest would meet nobody at an answer, and `late_allowed` the highest with which one rings on; both are
    0 where there is nobody such.
    """

    calls_to_place: int
    reason: Reason
    answer_rate: float
    threshold: float = 0.0
    shortage: float = 0.0
    budget: int = 0
    certain: int = 0
    called_off: tuple[int, ...] = ()
    late_risk: float = 0.0
    late_allowed: float = 0.0


def decide(snapshot: PacingSnapshot, settings: PacingSettings) -> PacingDecision:
    """Return how many attempts to start now, and why no more."""
    rate = snapshot.forecast.answer_rate
    barred = _barred(snapshot)
    if barred is not None:
        return PacingDecision(0, barred, rate)
    if settings.mode in PREVIEW_MODES:
        return PacingDecision(0, Reason.PREVIEW, rate, budget=_budget(snapshot, settings))
    budget = _budget(snapshot, settings)
    held = _held_for_callers(snapshot, settings, budget) if snapshot.callers else 0
    certain = max(0, snapshot.free - snapshot.waiting - len(snapshot.ringing) - held)
    if certain >= snapshot.room:
        return PacingDecision(snapshot.room, _WHY_NO_ROOM[snapshot.trunk], rate, certain=snapshot.room)
    match settings.mode:
        case DialMode.PROGRESSIVE:
            return _certain_only(snapshot, certain, budget)
        case DialMode.POWER:
            return _by_ratio(snapshot, settings, certain, budget)
        case _:
            return _look_ahead(snapshot, settings, certain, budget)


def _held_for_callers(snapshot: PacingSnapshot, settings: PacingSettings, budget: int) -> int:
    """A caller may take the agent who is free now."""
    if budget > 0 and not winding_down(snapshot, settings):
        return held_back(snapshot.callers)
    return held_back_within(budget, snapshot.callers, snapshot.agents)


def _certain_only(
    snapshot: PacingSnapshot, certain: int, budget: int, why_no_more: Reason = Reason.IN_BALANCE
) -> PacingDecision:
    """The calls that have an agent for certain; the reason why there are no others counts when there are none at all."""
    reason = Reason.AGENTS_CERTAIN if certain else why_no_more
    return PacingDecision(certain, reason, snapshot.forecast.answer_rate, budget=budget, certain=certain)


def _barred(snapshot: PacingSnapshot) -> Reason | None:
    if not snapshot.clock_trusted:
        return Reason.CLOCK_JUMPED
    if not snapshot.window_open:
        return Reason.WINDOW_CLOSED
    if snapshot.agents == 0:
        return Reason.NO_AGENTS
    if snapshot.list_empty:
        return Reason.LIST_EMPTY
    if snapshot.room <= 0:
        return _WHY_NO_ROOM[snapshot.trunk]
    return None


def _by_ratio(
    snapshot: PacingSnapshot, settings: PacingSettings, certain: int, budget: int
) -> PacingDecision:
    wanted = floor(settings.ratio * snapshot.free + 1e-9) - len(snapshot.ringing) - snapshot.waiting
    if wanted <= certain:
        return _certain_only(snapshot, certain, budget)
    in_budget = certain + max(budget, 0) - snapshot.at_risk
    most = min(snapshot.room, certain + settings.max_over_dial - snapshot.at_risk)
    placed = min(wanted, in_budget, most)
    if placed <= certain:
        why = Reason.BUDGET_SPENT if in_budget <= most else Reason.CAP
        return _certain_only(snapshot, certain, budget, why)
    return PacingDecision(placed, Reason.RATIO, snapshot.forecast.answer_rate, budget=budget, certain=certain)


def _look_ahead(
    snapshot: PacingSnapshot, settings: PacingSettings, certain: int, budget: int
) -> PacingDecision:
    forecast = snapshot.forecast
    if budget < 0:
        return _certain_only(snapshot, certain, budget, Reason.BUDGET_SPENT)
    if forecast.counted < (_COUNTED if snapshot.agents >= _SMALL_TEAM else _COUNTED_FOR_A_SMALL_TEAM):
        return _certain_only(snapshot, certain, budget, Reason.ESTIMATE_WEAK)
    most = min(snapshot.room, certain + settings.max_over_dial - snapshot.at_risk)
    if most <= certain:
        return _certain_only(snapshot, certain, budget, Reason.CAP)
    if winding_down(snapshot, settings):
        in_flight = len(snapshot.ringing) + snapshot.waiting + len(snapshot.callers)
        most = min(most, snapshot.free + budget - in_flight)
        if most <= certain:
            return _certain_only(snapshot, certain, budget, Reason.BUDGET_SPENT)
    threshold = threshold_of(snapshot, settings)
    placed, shortage, spent = _covered(snapshot, certain, most, threshold, budget)
    if placed > certain:
        reason = Reason.LOOKAHEAD
    elif certain:
        reason = Reason.AGENTS_CERTAIN
    else:
        reason = Reason.BUDGET_SPENT if spent else Reason.IN_BALANCE
    return PacingDecision(placed, reason, forecast.answer_rate, threshold, shortage, budget, certain)


def _covered(
    snapshot: PacingSnapshot, certain: int, most: int, threshold: float, budget: int
) -> tuple[int, float, bool]:
    """How many calls may go out before the next is too likely to find no agent, how likely, and whether the budget says so."""
    forecast = snapshot.forecast
    rows = forecast.rows(snapshot.talking, snapshot.wrapping_up, snapshot.ringing, snapshot.chances)
    if snapshot.callers:
        rows += [forecast.new_row(chance) for chance in snapshot.callers]
    in_hand = Events(forecast.events, rows, fresh=forecast.new_row(snapshot.next_chance))
    taken = len(snapshot.ringing) + len(snapshot.callers) + snapshot.waiting - snapshot.free
    to_spare = max(budget - _reserve(snapshot.agents), 0)
    helped = snapshot.rescuers > 0 and snapshot.rescue_chance > 0
    unsaved = unsaved_of(snapshot)
    shortages: dict[int, float] = {}

    def within_budget(placed: int, fewer: int, risk: float) -> bool:
        """Whether the chance that more than `fewer` are abandoned is at most `risk`."""
        if in_hand.at_most(taken + placed - fewer, placed) <= risk:
            return True  # nobody needs to be rescued
        if not helped:
            return False
        chance = sum(
            weight * in_hand.at_most(taken + placed - more, placed)
            for more, weight in _over_budget(fewer, snapshot)
        )
        return chance <= risk

    def too_likely(placed: int) -> bool:
        shortages[placed] = shortage = unsaved * in_hand.at_most(taken + placed, placed)
        if shortage > threshold or not within_budget(placed, to_spare, _BUDGET_RISK):
            return True
        # With more to spare than the reserve it hardly ever says more than the one before.
        return to_spare == 0 and not within_budget(placed, budget, _LIMIT_RISK)

    # More calls never make a shortage less likely: take longer and longer steps until it is too likely, then halve.
    low = high = certain
    step = 1
    while high < most and not too_likely(high):
        low, high, step = high + 1, min(most, high + step), step * 2
    placed = low + bisect_left(range(low, high), True, key=too_likely) if low < high else high
    if placed not in shortages:  # the caps stop it, not the chance
        return placed, unsaved * in_hand.at_most(taken + placed, placed), False
    return placed, shortages[placed], shortages[placed] <= threshold


def unsaved_of(snapshot: PacingSnapshot) -> float:
    """The share of those who find nobody free whom nobody comes out of wrap-up for."""
    return 1 - snapshot.rescue_chance if snapshot.rescuers > 0 else 1.0


def _over_budget(to_spare: int, snapshot: PacingSnapshot) -> tuple[tuple[int, float], ...]:
    """When more than `to_spare` are abandoned: pairs of a number f and a weight, whose sum of weight · P(D ≤ −f) is that chance.

    It is never more than P(D ≤ −to_spare). m customers without an agent have to come for the next to be one too many, where m
    follows a negative binomial distribution; no more are counted on than there are rescuers.
    """
    saved = snapshot.rescue_chance
    pairs = []
    weight, left = (1 - saved) ** (to_spare + 1), 1.0
    for rescued in range(min(snapshot.rescuers, _MOST_RESCUED)):
        pairs.append((to_spare + rescued, weight))
        left -= weight
        weight *= saved * (to_spare + rescued + 1) / (rescued + 1)
    pairs.append((to_spare + len(pairs), max(0.0, left)))
    return tuple(pairs)


def threshold_of(snapshot: PacingSnapshot, settings: PacingSettings) -> float:
    """θ: how likely an answer may meet nobody, as the day stands."""
    answered = snapshot.connected + snapshot.abandoned
    agents = snapshot.agents
    credit = settings.target_ratio * answered - snapshot.abandoned - _reserve(agents)
    pull = _pull_per_call(agents) * credit
    return min(_THRESHOLD_PER_TARGET * settings.target_ratio * exp(min(pull, 20.0)), _HIGHEST_THRESHOLD)


def winding_down(snapshot: PacingSnapshot, settings: PacingSettings) -> bool:
    """Whether so few will still answer that one abandoned call too many could not be put right any more."""
    left = snapshot.answers_to_come
    return left is not None and left * settings.limit_ratio <= _WINDING_DOWN


@cache
def _pull_per_call(agents: int) -> float:
    """κ."""
    return min(max(1.5 / max(1, agents), 0.04), 0.3)


@cache
def _reserve(agents: int) -> int:
    """How many abandoned calls below the limit the day is held; the more agents, the more calls are in flight at once."""
    return max(1, round(sqrt(agents / _AGENTS_PER_RESERVE)))


def _budget(snapshot: PacingSnapshot, settings: PacingSettings) -> int:
    """The most calls b with (abandoned + b) ÷ (answered + b) within the limit."""
    answered = snapshot.connected + snapshot.abandoned
    spare = settings.limit_ratio * answered - snapshot.abandoned
    if settings.limit_ratio >= 1:
        return settings.max_over_dial
    return floor(spare / (1 - settings.limit_ratio) + 1e-9)
