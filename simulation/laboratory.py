"""Runs series of simulated days, and compares policies on the same days."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dialer.campaign import PacingSettings
from simulation.campaign_day import CampaignDay, Policy
from simulation.campaign_record import DayRecord
from simulation.hindsight import HALVINGS, RULES, best_in_hindsight
from simulation.measures import Measure, series_figures
from simulation.policies import PEERS, POLICIES
from simulation.scenario import Scenario

DayDone = Callable[[], None]
POLICY_NAMES = (*POLICIES, *RULES)
_OTHERS = frozenset({*PEERS, "progressive", "boost_hindsight"})


@dataclass(frozen=True, slots=True)
class Series:
    """A policy's days on a scenario, seeds 0, 1, 2 …, and its figures over them."""

    policy: str
    days: tuple[DayRecord, ...]
    figures: dict[str, Measure]


@dataclass(frozen=True, slots=True)
class Comparison:
    """All policies on the same days.

    `best_peer` is the policy of others with the highest occupancy within the limit, progressive and the best boost in hindsight among them.
    """

    series: tuple[Series, ...]
    best_peer: str

    def gap_closed(self, policy: str) -> float | None:
        """How far from the best peer (0) to an oracle that knows all answers (1) a policy comes in occupancy; None without a gap."""
        occupancy = {each.policy: each.figures["occupancy"].mean for each in self.series}
        peer, best = occupancy[self.best_peer], occupancy["oracle_answers"]
        return None if best == peer else (occupancy[policy] - peer) / (best - peer)


def days_lived(policy: str, seeds: int) -> int:
    """How many days `run_series` lives: a rule in hindsight tries them over and over."""
    return seeds * (HALVINGS + 1 if policy in RULES else 1)


def run_series(
    scenario: Scenario, policy: str, settings: PacingSettings, seeds: int, done: DayDone = lambda: None
) -> Series:
    """Let a policy by name live so many days; `done` hears of each. Raises KeyError for an unknown policy."""

    def live(make: Callable[[], Policy]) -> list[DayRecord]:
        days = []
        for seed in range(seeds):
            days.append(CampaignDay(scenario, make(), seed).run())
            done()
        return days

    if policy in RULES:
        days = best_in_hindsight(RULES[policy], scenario, settings.limit_ratio, live)
    else:
        days = live(lambda: POLICIES[policy](scenario, settings))
    return Series(policy, tuple(days), series_figures(days, settings.limit_ratio))


def compare(
    scenario: Scenario,
    settings: PacingSettings,
    seeds: int,
    done: DayDone = lambda: None,
    policies: Sequence[str] = POLICY_NAMES,
) -> Comparison:
    """Let every policy live the same days. `policies` have to hold `progressive` and `oracle_answers`."""
    series = tuple(run_series(scenario, policy, settings, seeds, done) for policy in policies)
    compliant = [
        each
        for each in series
        if each.policy in _OTHERS and each.figures["abandon_rate"].mean <= settings.limit_ratio
    ]
    best = max(
        compliant or [each for each in series if each.policy == "progressive"],
        key=lambda each: each.figures["occupancy"].mean,
    )
    return Comparison(series, best.policy)
