"""Shows how the controller itself and its way to each Asterisk are doing."""

from collections.abc import Mapping
from dataclasses import dataclass

from calls.facts import (
    AsteriskLost,
    AsteriskReached,
    ClockBelieved,
    ClockJumped,
    ControllerStarted,
    DifferenceFound,
    SystemFact,
)
from calls.ids import NodeId
from metrics.families import OTHER, Families

_LAG_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5)
_ECHO_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2)
_KINDS = 200  # nodes times kinds of difference
_PHONE_STATES = ("reachable", "unreachable", "removed", "unknown")


@dataclass(frozen=True, slots=True)
class PhoneFigures:
    """A node's phones and registrations at this instant; all zero while the way that tells of them is down.

    `by_state` counts phones: reachable, unreachable, removed (not registered) or unknown. `unreachable_agents` are at
    work and have a phone that cannot be rung.
    """

    by_state: Mapping[str, int]
    unreachable_agents: int
    registered_trunks: int
    unregistered_trunks: int
    manager_is_up: bool
    trunk_is_unreachable: bool = False
    trunk_refuses: bool = False


NO_PHONES = PhoneFigures({}, 0, 0, 0, manager_is_up=False)


class TechnicalMetrics:
    """The collectors of the program. Totals that others keep are given as they are and shown as counters."""

    def __init__(self, families: Families) -> None:
        counter, gauge = families.counter, families.gauge
        self._lag = families.plain_histogram(
            "loop_lag_seconds", "Time by which the event loop woke up late.", buckets=_LAG_SECONDS
        )
        self._echo = families.histogram(
            "ari_echo_seconds", "Time until an event of our own came back.", "node", buckets=_ECHO_SECONDS
        )
        self._started = gauge(
            "controller_start_timestamp_seconds", "When the controller took charge.", "node"
        )
        self._connections = gauge("ari_connections", "1 while the way to the node is open.", "node")
        self._losses = counter("ari_losses", "Times the way to the node was lost.", "node")
        self._reconnects = counter("ari_reconnects", "Times the way to the node was found again.", "node")
        self._reconcile = gauge("reconcile_seconds", "How long the last reconcile took.", "node")
        self._taken_over = counter("taken_over_calls", "Live calls adopted after a gap.", "node")
        self._ended = counter("ended_meanwhile_calls", "Calls that ended while nobody looked.", "node")
        self._differences = counter(
            "reconcile_differences", "Disagreements with Asterisk.", "node", "kind", limit=_KINDS
        )
        self._jumps = counter("clock_jumps", "Times the wall clock was set to another time.", "node")
        self._trusted = gauge(
            "trusted_clocks", "1 while the wall clock is believed and campaigns may dial.", "node"
        )
        self._failed_prompts = counter(
            "failed_prompts", "Prompts and messages that Asterisk could not play.", "node"
        )
        self._channels = gauge("channels", "Channels that Asterisk has for us.", "node")
        self._bridges = gauge("bridges", "Bridges that Asterisk has for us.", "node")
        self._managers = gauge("ami_connections", "1 while the node tells of its phones.", "node")
        self._phones = gauge("phones", "Agents' and other registered phones.", "node", "state")
        self._phoneless = gauge("unreachable_agents", "Agents at work whose phone cannot be rung.", "node")
        self._registrations = gauge("trunk_registrations", "Our registrations at the trunk.", "node", "state")
        self._silent = gauge("unreachable_trunks", "1 while the trunk is known not to answer.", "node")
        self._refusing = gauge(
            "refusing_trunks",
            "1 while the trunk refuses whatever it is sent and one attempt is tried now and then.",
            "node",
        )
        self._tasks = families.plain_gauge("tasks", "Tasks of the event loop.")
        self._waiting = families.plain_gauge("journal_waiting_facts", "Facts that wait for the database.")
        self._unkept = families.plain_gauge(
            "journal_unkept_facts", "Waiting facts that the local journal could not take."
        )
        self._dropped = families.plain_counter("journal_dropped_facts", "Facts dropped from a full journal.")
        self._failures = families.plain_counter("observer_errors", "Facts on which an observer failed.")
        self._dropped_seen = 0
        self._failures_seen = 0
        self._lost: set[NodeId] = set()

    def observe(self, fact: SystemFact) -> None:
        """Count one fact of the program or of its way to a node."""
        match fact:
            case ControllerStarted():
                self._started[fact.node,].set(fact.at.timestamp())
                self._begin_at_zero(fact.node)
            case AsteriskLost():
                self._lost.add(fact.node)
                self._losses[fact.node,].inc()
                self._connections[fact.node,].set(0)
            case AsteriskReached():
                if fact.node in self._lost:
                    self._lost.remove(fact.node)
                    self._reconnects[fact.node,].inc()
                self._connections[fact.node,].set(1)
                self._reconcile[fact.node,].set(fact.seconds)
                self._taken_over[fact.node,].inc(fact.taken_over)
                self._ended[fact.node,].inc(fact.ended_meanwhile)
            case DifferenceFound():
                self._differences[fact.node, fact.kind].inc()
            case ClockJumped():
                self._jumps[fact.node,].inc()
                self.set_clock(fact.node, trusted=False)
            case ClockBelieved():
                self.set_clock(fact.node, trusted=True)

    def observe_loop_lag(self, seconds: float) -> None:
        """Count one measurement of how late the event loop woke up."""
        self._lag.observe(seconds)

    def observe_echo(self, node: NodeId, seconds: float) -> None:
        """Count one echo over the node's events socket."""
        self._echo[node,].observe(seconds)

    def count_failed_prompt(self, node: NodeId) -> None:
        """Count a prompt that Asterisk could not play."""
        self._failed_prompts[node,].inc()

    def set_journal(self, waiting: int, unkept: int, dropped: int, observer_errors: int) -> None:
        """Show the journal: facts waiting now and those in memory only, facts dropped and observers' failures since the start."""
        self._waiting.set(waiting)
        self._unkept.set(unkept)
        self._dropped.inc(dropped - self._dropped_seen)
        self._failures.inc(observer_errors - self._failures_seen)
        self._dropped_seen, self._failures_seen = dropped, observer_errors

    def set_clock(self, node: NodeId, *, trusted: bool) -> None:
        """Show whether the wall clock is believed at this instant."""
        self._trusted[node,].set(trusted)

    def set_leftovers(self, node: NodeId, channels: int, bridges: int) -> None:
        """Show what a node has for us at this instant."""
        self._channels[node,].set(channels)
        self._bridges[node,].set(bridges)

    def set_phones(self, node: NodeId, figures: PhoneFigures) -> None:
        """Show a node's phones and trunk at this instant."""
        self._managers[node,].set(figures.manager_is_up)
        for state in _PHONE_STATES:
            self._phones[node, state].set(figures.by_state.get(state, 0))
        self._phoneless[node,].set(figures.unreachable_agents)
        self._silent[node,].set(figures.trunk_is_unreachable)
        self._refusing[node,].set(figures.trunk_refuses)
        self._registrations[node, "registered"].set(figures.registered_trunks)
        self._registrations[node, "unregistered"].set(figures.unregistered_trunks)

    def set_tasks(self, tasks: int) -> None:
        """Show how many tasks the event loop has."""
        self._tasks.set(tasks)

    def _begin_at_zero(self, node: NodeId) -> None:
        for counter in (self._losses, self._reconnects, self._taken_over, self._ended, self._jumps):
            counter.begin(node)
        self._differences.begin(node, OTHER)
        self.set_clock(node, trusted=True)
        self._connections.begin(node)
        self._failed_prompts.begin(node)
        self.set_phones(node, NO_PHONES)
