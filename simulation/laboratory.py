"""Runs series of simulated days: one policy on one scenario, over several seeds."""

from collections.abc import Callable
from dataclasses import dataclass

from dialer.campaign import PacingSettings
from simulation.campaign_day import CampaignDay
from simulation.campaign_record import DayRecord
from simulation.measures import Measure, series_figures
from simulation.policies import POLICIES, MakePolicy
from simulation.scenario import Scenario

DayDone = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Series:
    """A policy's days on a scenario, seeds 0, 1, 2 …, and its figures over them."""

    policy: str
    days: tuple[DayRecord, ...]
    figures: dict[str, Measure]


def run_series(
    scenario: Scenario,
    policy: str,
    settings: PacingSettings,
    seeds: int,
    done: DayDone = lambda: None,
) -> Series:
    """Let a policy by name live so many days; `done` hears of each. Raises KeyError for an unknown policy."""
    days = tuple(one_day(scenario, POLICIES[policy], settings, seed, done) for seed in range(seeds))
    return Series(policy, days, series_figures(days, settings.limit_ratio))


def one_day(
    scenario: Scenario, make: MakePolicy, settings: PacingSettings, seed: int, done: DayDone
) -> DayRecord:
    """One day of a new policy."""
    record = CampaignDay(scenario, make(scenario, settings), seed).run()
    done()
    return record
