"""How the controller and its way to Asterisk are doing."""

from calls.ids import NodeId
from metrics.observer import Metrics
from metrics.technical import PhoneFigures
from tests.unit.metrics import stream
from tests.unit.metrics.reading import Shown


def test_the_first_way_to_a_node_is_no_reconnect_and_the_next_is() -> None:
    metrics = Metrics(stream.TARGETS)
    metrics.observe(stream.started())
    metrics.observe(stream.reached())
    first = Shown(metrics).of("ari_reconnects_total", node="n1")

    metrics.observe(stream.lost())
    down = Shown(metrics).of("ari_connections", node="n1")
    metrics.observe(stream.reached(taken_over=2))

    shown = Shown(metrics)
    assert (first, down) == (0, 0)
    assert shown.of("ari_reconnects_total", node="n1") == 1
    assert shown.of("ari_losses_total", node="n1") == 1
    assert shown.of("ari_connections", node="n1") == 1
    assert shown.of("taken_over_calls_total", node="n1") == 2
    assert shown.of("reconcile_seconds", node="n1") == 0.2


def test_calls_that_lived_on_and_calls_that_ended_meanwhile_are_counted_at_every_return() -> None:
    metrics = Metrics(stream.TARGETS)
    metrics.observe(stream.started())
    before = Shown(metrics)

    for taken_over, ended_meanwhile in ((2, 3), (1, 4)):
        metrics.observe(stream.lost())
        metrics.observe(stream.reached(taken_over, ended_meanwhile=ended_meanwhile))

    shown = Shown(metrics)
    for name, calls in (("taken_over_calls_total", 3), ("ended_meanwhile_calls_total", 7)):
        assert (before.of(name, node="n1"), shown.of(name, node="n1")) == (0, calls)


def test_nodes_are_told_apart() -> None:
    metrics = Metrics(stream.TARGETS)
    other = NodeId("n2")

    for fact in (stream.reached(), stream.reached(node=other), stream.lost(other)):
        metrics.observe(fact)

    shown = Shown(metrics)
    assert shown.of("ari_connections", node="n1") == 1
    assert shown.of("ari_connections", node="n2") == 0


def test_differences_are_counted_by_kind() -> None:
    metrics = Metrics(stream.TARGETS)
    metrics.observe(stream.started())

    metrics.observe(stream.difference("orphan_channel"))

    shown = Shown(metrics)
    assert shown.of("reconcile_differences_total", node="n1", kind="orphan_channel") == 1
    assert shown.of("reconcile_differences_total", node="n1", kind="other") == 0


def test_jumps_of_the_clock_are_counted_and_whether_it_is_believed_is_shown() -> None:
    metrics = Metrics(stream.TARGETS)
    metrics.observe(stream.started())
    before = Shown(metrics).of("clock_jumps_total", node="n1")

    metrics.observe(stream.jumped())
    in_doubt = Shown(metrics).of("trusted_clocks", node="n1")
    metrics.observe(stream.believed())

    shown = Shown(metrics)
    assert (before, shown.of("clock_jumps_total", node="n1")) == (0, 1)
    assert (in_doubt, shown.of("trusted_clocks", node="n1")) == (0, 1)


def test_a_clock_that_is_in_doubt_from_the_start_on_is_shown_as_such() -> None:
    metrics = Metrics(stream.TARGETS)
    metrics.observe(stream.started())

    metrics.technical.set_clock(stream.NODE, trusted=False)

    assert Shown(metrics).of("trusted_clocks", node="n1") == 0


def test_totals_kept_elsewhere_become_counters() -> None:
    metrics = Metrics(stream.TARGETS)

    metrics.technical.set_journal(waiting=10, unkept=3, dropped=2, observer_errors=1)
    unkept = Shown(metrics).of("journal_unkept_facts")
    metrics.technical.set_journal(waiting=4, unkept=0, dropped=5, observer_errors=1)

    shown = Shown(metrics)
    assert shown.of("journal_waiting_facts") == 4
    assert (unkept, shown.of("journal_unkept_facts")) == (3, 0)
    assert shown.of("journal_dropped_facts_total") == 5
    assert shown.of("observer_errors_total") == 1


def test_measurements_and_leftovers_are_shown() -> None:
    metrics = Metrics(stream.TARGETS)

    metrics.technical.observe_loop_lag(0.003)
    metrics.technical.observe_echo(stream.NODE, 0.002)
    metrics.technical.set_leftovers(stream.NODE, channels=4, bridges=2)
    metrics.technical.set_tasks(17)

    shown = Shown(metrics)
    assert shown.of("loop_lag_seconds_bucket", le="0.005") == 1
    assert shown.of("ari_echo_seconds_bucket", node="n1", le="0.0025") == 1
    assert shown.of("channels", node="n1") == 4
    assert shown.of("bridges", node="n1") == 2
    assert shown.of("tasks") == 17


def test_phones_and_registrations_begin_at_zero_and_are_shown_by_state() -> None:
    metrics = Metrics(stream.TARGETS)
    metrics.observe(stream.started())
    first = Shown(metrics)

    metrics.technical.set_phones(
        stream.NODE, PhoneFigures({"reachable": 3, "removed": 1}, 1, 0, 2, manager_is_up=True)
    )

    shown = Shown(metrics)
    assert [first.of("phones", node="n1", state=state) for state in ("reachable", "unreachable")] == [0, 0]
    assert first.of("trunk_registrations", node="n1", state="registered") == 0
    assert first.of("ami_connections", node="n1") == 0
    assert shown.of("phones", node="n1", state="reachable") == 3
    assert shown.of("phones", node="n1", state="removed") == 1
    assert shown.of("unreachable_agents", node="n1") == 1
    assert shown.of("trunk_registrations", node="n1", state="unregistered") == 2
    assert shown.of("ami_connections", node="n1") == 1
