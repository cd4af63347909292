"""The simulator against what is known exactly. A bound is several standard errors wide; the seeds are fixed."""

import pytest

from calls.ids import AgentId, DealerId
from calls.words import Department
from routing.agent import AgentProfile
from routing.queue import QueuePlan
from simulation.erlang import erlang_a, erlang_b, erlang_c, waits_longer
from simulation.queue_day import CallerKind, QueueDay, QueueRecord
from simulation.scenario import Duration

HOUR = 3600.0
HANDLE_SECONDS = 180.0
PLAN = QueuePlan(DealerId("demo"), Department.SALES, (), (), 0, 20, 0.0, "", 60.0, 0.0)


def simulated(agents: int, load: float, patience_seconds: float | None, hours: float = 200) -> QueueRecord:
    profiles = [AgentProfile(AgentId(f"agent{number}"), "", "", {}) for number in range(agents)]
    patience = None if patience_seconds is None else Duration(patience_seconds, law="exponential")
    kind = CallerKind(
        PLAN, load * HOUR / HANDLE_SECONDS, Duration(HANDLE_SECONDS, law="exponential"), patience
    )
    (record,) = QueueDay(profiles, [kind], seed=7).run(hours * HOUR, warm_up_seconds=2 * HOUR)
    return record


@pytest.mark.parametrize(("agents", "load"), [(2, 1.0), (10, 8.0)])
def test_callers_who_wait_for_ever_wait_as_erlang_c_says(agents: int, load: float) -> None:
    record = simulated(agents, load, None)

    came = len(record.waited)
    assert sum(wait > 0 for wait in record.waited) / came == pytest.approx(erlang_c(agents, load), abs=0.04)
    longer = sum(wait > 60 for wait in record.waited) / came
    assert longer == pytest.approx(waits_longer(agents, load, HANDLE_SECONDS, 60), abs=0.04)


@pytest.mark.parametrize(("agents", "load", "patience"), [(5, 5.0, 60.0), (10, 8.0, 120.0)])
def test_callers_with_patience_leave_as_erlang_a_says(agents: int, load: float, patience: float) -> None:
    record = simulated(agents, load, patience)

    waits, leaves = erlang_a(agents, load, HANDLE_SECONDS, patience)
    came = len(record.waited) + record.left
    waited = record.left + sum(wait > 0 for wait in record.waited)
    assert record.left / came == pytest.approx(leaves, abs=0.02)
    assert waited / came == pytest.approx(waits, abs=0.04)


@pytest.mark.parametrize(("agents", "load"), [(3, 2.0), (8, 6.0)])
def test_callers_without_patience_are_lost_as_erlang_b_says(agents: int, load: float) -> None:
    record = simulated(agents, load, 0.001)

    came = len(record.waited) + record.left
    assert record.left / came == pytest.approx(erlang_b(agents, load), abs=0.02)
