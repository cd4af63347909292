"""Callers whom the agents of a blended campaign will be given: how often they come, and how many to expect while a call rings.

Whoever is dialled now needs an agent at the answer. Until then callers may come and take one, so each caller to be expected
counts in the look ahead as one more call that may be answered. While a new call rings, for τ seconds in the mean, λτ callers
come (a Poisson process). A call that is answered with chance c has been answered with chance c/2 in the mean over its ring
time: so k calls of chance c = 2λτ ÷ k each stand for the callers, with k chosen so that c stays at or below a half.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, exp

from dialer.campaign import WaitingCallers

_MEMORY_SECONDS = 1800.0
_LEAST_WATCHED_SECONDS = 300.0
_HIGHEST_CHANCE = 0.5


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Callers who came, remembered for about half an hour: `weight` of them at `at`, counted from `since` on."""

    since: datetime
    at: datetime
    weight: float = 0.0

    def came(self, now: datetime) -> "Arrivals":
        """One more came. A moment before the last is taken for the last."""
        return replace(self, at=max(now, self.at), weight=self._weight(now) + 1)

    def moved(self, by: timedelta) -> "Arrivals":
        """The clock was set to another time."""
        return replace(self, since=self.since + by, at=self.at + by)

    def per_second(self, now: datetime) -> float:
        """How many come in a second; 0 before any came. The first minutes count as five, as one caller makes no rate."""
        watched = max((now - self.since).total_seconds(), _LEAST_WATCHED_SECONDS)
        return self._weight(now) / (_MEMORY_SECONDS * (1 - exp(-watched / _MEMORY_SECONDS)))

    def _weight(self, now: datetime) -> float:
        return self.weight * exp(-max((now - self.at).total_seconds(), 0.0) / _MEMORY_SECONDS)


def expected(per_second: float, ring_seconds: float, others_free: int) -> tuple[float, ...]:
    """The chances of the calls that stand for callers to come; `others_free` agents off the campaign go before its own."""
    count = 2 * per_second * ring_seconds
    calls = ceil(count / _HIGHEST_CHANCE)
    return (count / calls,) * max(0, calls - others_free) if calls else ()


def held_back(callers: tuple[float, ...]) -> int:
    """How many free agents are not dialled for without asking, as callers will take them: their number to the nearest."""
    return round(sum(callers) / 2)


def held_back_within(budget: int, callers: tuple[float, ...], agents: int) -> int:
    """The same when no more than `budget` of those dialled may find that a caller came first: all that the budget does not cover.

    One agent is left to dial for all the same, or a team of one would never begin.
    """
    return max(held_back(callers), min(len(callers), agents - 1) - max(budget, 0))


def in_need(waiting: WaitingCallers) -> int:
    """Callers who wait for this campaign's agents."""
    return max(0, waiting.waiting - waiting.others_free)
