"""The campaign day against one written with simpy, sharing no code with it: progressive dialling on model R1."""

import random
from collections.abc import Iterator
from math import log, sqrt
from statistics import fmean
from typing import Any

import pytest

from simulation.campaign_day import CampaignDay
from simulation.peers import Boost
from simulation.scenario import Scenario

simpy = pytest.importorskip("simpy")

AGENTS, HOURS, DAYS = 10, 8.0, 6


def lognormal(rng: random.Random, mean: float, variation: float) -> float:
    sigma = sqrt(log(1 + variation**2))
    return rng.lognormvariate(log(mean) - sigma**2 / 2, sigma)


def occupancy_with_simpy(seed: int) -> float:
    """Each agent dials for himself until somebody answers: progressive dialling, one number at a time for each agent."""
    rng = random.Random(seed)
    environment = simpy.Environment()
    handled: list[float] = []

    def agent() -> Iterator[Any]:
        while True:
            if rng.random() < 0.3:
                ring = 99.0
                while ring >= 22:
                    ring = lognormal(rng, 10, 0.5)
                yield environment.timeout(ring)
                busy = lognormal(rng, 150, 0.9) + lognormal(rng, 30, 0.6)
                handled.append(min(busy, HOURS * 3600 - environment.now))
                yield environment.timeout(busy)
            else:
                yield environment.timeout(rng.uniform(2, 5) if rng.random() < 0.1 else 22)

    for _ in range(AGENTS):
        environment.process(agent())
    environment.run(until=HOURS * 3600)
    return sum(handled) / (AGENTS * HOURS * 3600)


def test_progressive_dialling_keeps_agents_as_busy_as_simpy_says() -> None:
    """Sharing calls among free agents, as we do, makes no difference to the mean: one call rings for each free agent."""
    scenario = Scenario("r1", agents=AGENTS, hours=HOURS)

    ours = [CampaignDay(scenario, Boost(1.0), seed).run().figures()["occupancy"] for seed in range(DAYS)]
    theirs = [occupancy_with_simpy(seed) for seed in range(DAYS)]

    assert fmean(ours) == pytest.approx(fmean(theirs), abs=0.01)
