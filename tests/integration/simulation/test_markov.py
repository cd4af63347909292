import pytest

from simulation.markov import Floor, optimum


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
