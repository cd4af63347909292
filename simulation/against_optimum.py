"""The product's pacing beside the exact optimum, where everything is exponential."""

from dataclasses import dataclass, replace

from dialer.campaign import PacingSettings
from simulation.laboratory import DayDone, run_series
from simulation.markov import Floor, Optimum, optimum
from simulation.measures import Measure
from simulation.policies import PRODUCT
from simulation.scenario import Scenario


@dataclass(frozen=True, slots=True)
class AgainstOptimum:
    """One size of team. `reached` is the abandon rate over all days, `best_there` the optimum if that were the limit."""

    agents: int
    best: Optimum
    best_there: Optimum
    occupancy: Measure
    reached: float
    days_over_limit: float

    @property
    def of_best(self) -> float:
        """The share of the optimum that was reached."""
        return self.occupancy.mean / self.best.occupancy

    @property
    def of_best_there(self) -> float:
        """The same, were the limit what was abandoned."""
        return self.occupancy.mean / self.best_there.occupancy


def floor_of(scenario: Scenario) -> Floor:
    """The model of a scenario in which talks and ringing are exponential; its wrap-up counts as talk."""
    return Floor(
        scenario.agents,
        answer_probability=scenario.answering.probability,
        ring_seconds=scenario.ringing.answered.mean,
        handle_seconds=scenario.talk.mean + scenario.wrap_up.mean,
    )


def against_optimum(
    scenario: Scenario, settings: PacingSettings, agents: int, seeds: int, done: DayDone = lambda: None
) -> AgainstOptimum:
    """Let the product live so many days of the exponential scenario with a team of that size, and find the optimum."""
    team = replace(scenario, agents=agents)
    floor = floor_of(team)
    best = optimum(floor, settings.limit_ratio)
    series = run_series(team, PRODUCT, settings, seeds, done)
    abandoned = sum(len(day.abandoned_at) for day in series.days)
    reached = abandoned / max(1, abandoned + sum(day.connected for day in series.days))
    return AgainstOptimum(
        agents=agents,
        best=best,
        best_there=optimum(floor, reached),
        occupancy=series.figures["occupancy"],
        reached=reached,
        days_over_limit=series.figures["days_over_limit"].mean,
    )
