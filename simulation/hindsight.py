"""The best that a simple rule could have done on given days, had somebody known which setting to choose.

A rule has one setting. Of it is sought the highest with which these very days, taken together, stay within the abandon limit.
Nobody can dial so, for the days have to be known; it is what a rule without feedback is worth at most.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count

from dialer.campaign import PacingSettings
from dialer.shortage import Events
from simulation.campaign_day import CampaignDay, Policy
from simulation.campaign_record import DayRecord
from simulation.peers import Alternating
from simulation.product_policy import ProductPolicy
from simulation.scenario import Scenario

HALVINGS = 7
LiveDays = Callable[[Callable[[], Policy]], Sequence[DayRecord]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its setting, 0 to 1: the higher, the more is dialled; at 0 nobody is abandoned."""

    make: Callable[[Scenario, float], Policy]


class ConstantThreshold(ProductPolicy):
    """The product's look-ahead with a threshold that nothing changes, and no budget: dial while P(D ≤ 0) is at most that."""

    def __init__(self, scenario: Scenario, threshold: float) -> None:
        super().__init__(scenario, PacingSettings())
        self._threshold = threshold

    def calls_to_place(self, day: CampaignDay) -> int:
        """One for each agent who is certain, and as many more as the threshold allows."""
        now = self.snapshot(day)
        if now.list_empty or now.agents == 0:
            return 0
        self._certain = certain = max(0, now.free - now.waiting - len(now.ringing))
        taken = len(now.ringing) + now.waiting - now.free
        rows = now.forecast.rows(now.talking, now.wrapping_up, now.ringing, now.chances)
        in_hand = Events(now.forecast.events, rows, fresh=now.forecast.new_row(now.next_chance))
        return next(
            placed
            for placed in count(certain)
            if placed >= now.room or in_hand.at_most(taken + placed, placed) > self._threshold
        )


def _threshold(scenario: Scenario, setting: float) -> Policy:
    # Thresholds of a thousandth to a half, each as far from the next as a ratio.
    return ConstantThreshold(scenario, 0.5 * 500.0 ** (setting - 1) if setting else 0.0)


def _boost(_scenario: Scenario, setting: float) -> Policy:
    return Alternating(setting * (len(Alternating.BOOSTS) - 1))


RULES = {"boost_hindsight": Rule(_boost), "threshold_hindsight": Rule(_threshold)}


def best_in_hindsight(
    rule: Rule, scenario: Scenario, limit_ratio: float, live: LiveDays
) -> Sequence[DayRecord]:
    """The days with the best setting. `live` lets a policy live the days; it is asked HALVINGS + 1 times."""

    def lived(setting: float) -> Sequence[DayRecord]:
        return live(lambda: rule.make(scenario, setting))

    low, high = 0.0, 1.0
    best = lived(low)
    for _ in range(HALVINGS):
        setting = (low + high) / 2
        days = lived(setting)
        if abandon_rate(days) <= limit_ratio:
            low, best = setting, days
        else:
            high = setting
    return best


def abandon_rate(days: Sequence[DayRecord]) -> float:
    """Of several days taken together."""
    abandoned = sum(len(day.abandoned_at) for day in days)
    return abandoned / max(1, abandoned + sum(day.connected for day in days))
