from dataclasses import replace

import pytest

from simulation.against_optimum import against_optimum, floor_of
from simulation.markov import Floor, optimum
from simulation.policies import settings_for
from simulation.scenario import load


def test_where_nobody_may_be_abandoned_one_agent_waits_for_the_next_answer() -> None:
    floor = Floor(1, answer_probability=0.5, ring_seconds=10.0, handle_seconds=80.0)

    best = optimum(floor, 0.0)

    assert best.occupancy == pytest.approx(80 / (80 + 10 / 0.5))
    assert best.abandon_rate == pytest.approx(0.0, abs=1e-9)


def test_the_limit_is_used_up_to_the_last() -> None:
    assert optimum(Floor(2), 0.03).abandon_rate == pytest.approx(0.03, abs=1e-6)


def test_more_freedom_and_more_agents_are_never_worse() -> None:
    strict, free = optimum(Floor(2), 0.01), optimum(Floor(2), 0.05)
    alone = optimum(Floor(1), 0.03)

    assert alone.occupancy < optimum(Floor(2), 0.03).occupancy
    assert strict.occupancy < free.occupancy


@pytest.mark.parametrize(("agents", "occupancy"), [(3, 0.816663), (5, 0.832597), (10, 0.861634)])
def test_the_optimum_of_known_teams(agents: int, occupancy: float) -> None:
    assert optimum(Floor(agents), 0.03).occupancy == pytest.approx(occupancy, abs=1e-6)


def test_the_scenario_is_the_model_of_the_optimum() -> None:
    floor = floor_of(load("exponential"))

    assert floor.agents == 10
    assert floor.handle_seconds == pytest.approx(Floor(10).handle_seconds, abs=0.01)
    assert (floor.answer_probability, floor.ring_seconds) == (0.3, 15.0)


def test_the_pacing_comes_near_the_optimum_and_not_above_it() -> None:
    days = replace(load("exponential"), hours=5)

    found = against_optimum(days, settings_for(0.03), 4, seeds=2)

    assert (found.best_there.occupancy <= found.best.occupancy) == (found.reached <= 0.03)
    assert 0.93 < found.of_best_there < 1.05
