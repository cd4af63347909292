"""Queues and agents as a snapshot has them."""

from calls.facts import AgentStateChanged
from calls.words import AgentState, Department
from metrics.floor import QueueFigures
from metrics.observer import Metrics
from tests.unit.metrics import stream
from tests.unit.metrics.reading import Shown


def test_queues_and_agents_are_shown_as_the_snapshot_has_them() -> None:
    metrics = Metrics(stream.TARGETS)
    queue = QueueFigures(stream.DEALER, Department.SALES, waiting=3, longest_wait_seconds=41.5)

    metrics.floor.set_floor([queue], {AgentState.AVAILABLE: 2, AgentState.PAUSED: 1}, {stream.DEALER: 2})

    shown = Shown(metrics)
    assert shown.of("waiting_calls", dealer="demo", department="sales") == 3
    assert shown.of("longest_wait_seconds", dealer="demo", department="sales") == 41.5
    assert shown.of("agents", state="available") == 2
    assert shown.of("agents", state="on_call") == 0
    assert shown.of("inbound_agents", dealer="demo") == 2


def test_what_the_next_snapshot_does_not_name_is_empty() -> None:
    metrics = Metrics(stream.TARGETS)
    queue = QueueFigures(stream.DEALER, Department.SALES, waiting=3, longest_wait_seconds=41.5)
    metrics.floor.set_floor([queue], {AgentState.AVAILABLE: 2}, {stream.DEALER: 2})

    metrics.floor.set_floor([], {}, {})

    shown = Shown(metrics)
    assert shown.of("waiting_calls", dealer="demo", department="sales") == 0
    assert shown.of("longest_wait_seconds", dealer="demo", department="sales") == 0
    assert shown.of("agents", state="available") == 0
    assert shown.of("inbound_agents", dealer="demo") == 0


def test_what_agents_did_is_counted() -> None:
    metrics = Metrics(stream.TARGETS)

    for fact in stream.agent_facts():
        metrics.observe(fact)

    shown = Shown(metrics)
    assert shown.of("agent_state_changes_total", state="on_call") == 1
    assert shown.of("agent_state_changes_total", state="logged_out") == 0
    assert shown.of("dispositions_total") == 1


def test_a_pause_for_another_reason_is_no_change_of_state() -> None:
    metrics = Metrics(stream.TARGETS)
    paused = AgentState.PAUSED

    metrics.observe(AgentStateChanged(stream.NOW, stream.AGENT, paused, paused, "lunch"))

    assert Shown(metrics).of("agent_state_changes_total", state="paused") == 0
