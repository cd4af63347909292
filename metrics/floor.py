"""Shows the queues and the agents as a snapshot has them, and counts what agents did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from calls.facts import AgentFact, AgentStateChanged, AgentWishChanged, DispositionRecorded
from calls.ids import DealerId
from calls.words import AgentState, Department
from metrics.families import Families


@dataclass(frozen=True, slots=True)
class QueueFigures:
    """One queue at this instant; the longest wait is that of the customer who waits longest, 0 when nobody does."""

    dealer: DealerId
    department: Department
    waiting: int
    longest_wait_seconds: float


class FloorMetrics:
    """The collectors of queues and agents; `dealers` are those of the settings."""

    def __init__(self, families: Families, dealers: Iterable[DealerId]) -> None:
        self.dealers = tuple(dealers)
        self._waiting = families.gauge(
            "waiting_calls", "Calls in the queue, ringing ones included.", "dealer", "department"
        )
        self._longest = families.gauge(
            "longest_wait_seconds", "Wait of the customer who waits longest.", "dealer", "department"
        )
        self._agents = families.gauge("agents", "Agents by state.", "state")
        self._inbound = families.gauge(
            "inbound_agents", "Agents at work, busy or not, who are given the dealer's callers.", "dealer"
        )
        self._changes = families.counter("agent_state_changes", "Agents that entered the state.", "state")
        self._wishes = families.plain_counter(
            "agent_wishes", "Pauses and log-outs asked for during a call, or taken back."
        )
        self._dispositions = families.plain_counter("dispositions", "Conversations that got a disposition.")
        for state in AgentState:
            self._changes.begin(state)
        self.set_floor(
            (QueueFigures(each, department, 0, 0) for each in self.dealers for department in Department),
            {},
            dict.fromkeys(self.dealers, 0),
        )

    def observe(self, fact: AgentFact) -> None:
        """Count one thing that an agent did."""
        match fact:
            case AgentStateChanged():
                if fact.after is not fact.before:
                    self._changes[fact.after,].inc()
            case AgentWishChanged():
                self._wishes.inc()
            case DispositionRecorded():
                self._dispositions.inc()

    def set_floor(
        self,
        queues: Iterable[QueueFigures],
        agents_by_state: Mapping[AgentState, int],
        inbound_agents: Mapping[DealerId, int],
    ) -> None:
        """Show this instant; a queue that is not named is empty, a state or a dealer that is not named has nobody."""
        now = {(each.dealer, each.department): each for each in queues}
        for labels in self._waiting.keys() - now.keys():
            self._waiting[labels].set(0)
            self._longest[labels].set(0)
        for labels, each in now.items():
            self._waiting[labels].set(each.waiting)
            self._longest[labels].set(each.longest_wait_seconds)
        for state in AgentState:
            self._agents[state,].set(agents_by_state.get(state, 0))
        for dealer in {*self.dealers, *inbound_agents}:
            self._inbound[dealer,].set(inbound_agents.get(dealer, 0))
