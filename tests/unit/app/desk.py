"""The floor's desk with agents, and facts of calls to tell it."""

from collections.abc import Sequence

from app.floor_desk import FloorDesk
from app.journal import Journal
from calls.facts import (
    AgentStateChanged,
    AttemptConnected,
    CallConnected,
    CallEnded,
    CallOffered,
    Fact,
    OfferUnanswered,
)
from calls.ids import AgentId, CallId, offer_leg
from calls.words import AgentState, CallPhase, Department, HangupCause, InboundOutcome
from dialer.life import AgentFound
from routing.agent import Agent
from routing.floor import Floor
from routing.flow import AgentChosen
from tests.fakes.fact_store import FactStore
from tests.fakes.virtual_time import HandClock, after
from tests.unit.app.people import APK, DEMO, SALES, agent, call_id
from tests.unit.app.reached import REACHED

ONE, TWO, THREE = call_id(1), call_id(2), call_id(3)
ANNAS_LINE, BRAMS_LINE = call_id(101), call_id(102)
S = AgentState


class Desk:
    """A desk, who got which agent, and the calls that nobody has any more."""

    def __init__(self, *agents: Agent) -> None:
        self.clock = HandClock()
        self.floor = Floor()
        for one in agents:
            self.floor.restore(one)
        self.journal = Journal(FactStore())
        self.desk = FloorDesk(
            self.floor,
            self.journal,
            self.clock,
            lambda _dealer, _department: SALES,
            lambda _campaign: 20,
        )
        self.facts: list[Fact] = []
        self.given: list[tuple[CallId, AgentId]] = []
        self.lines: list[CallId | None] = []
        self.dead: set[CallId] = set()
        self.asked_for: set[str] = set()
        self.desk.connect(self._deliver, lambda _campaign: self.asked_for)
        self.desk.on_fact(REACHED)
        self.journal.observe("test", self.facts.append)
        self.journal.observe("floor", self.desk.on_fact)

    def at(self, seconds: float, *facts: Fact) -> None:
        self.clock.seconds = seconds
        self.journal.publish(*facts)

    def state(self, agent_id: AgentId) -> AgentState:
        return self.floor.agent(agent_id).state

    def states(self, agent_id: AgentId) -> list[AgentState]:
        changes = [fact for fact in self.facts if isinstance(fact, AgentStateChanged)]
        return [fact.after for fact in changes if fact.agent_id == agent_id]

    def line_up(self, agent_id: AgentId, line: CallId) -> None:
        self.desk.line_up(agent_id, line)

    def _deliver(self, call_id: CallId, fact: object) -> bool:
        if call_id in self.dead:
            return False
        assert isinstance(fact, AgentChosen | AgentFound)
        self.given.append((call_id, fact.agent_id))
        self.lines.append(fact.line)
        return True


def offered(call: CallId, agent_id: AgentId, seconds: float) -> CallOffered:
    return CallOffered(
        after(seconds), call, DEMO, Department.SALES, agent_id, offer_leg(call, 0), "longest_idle"
    )


def unanswered(call: CallId, agent_id: AgentId, seconds: float) -> OfferUnanswered:
    return OfferUnanswered(after(seconds), call, DEMO, Department.SALES, agent_id, HangupCause.NO_ANSWER)


def connected(call: CallId, agent_id: AgentId, seconds: float) -> CallConnected:
    return CallConnected(after(seconds), call, DEMO, Department.SALES, agent_id, offer_leg(call, 0), seconds)


def ended(call: CallId, phase: CallPhase, seconds: float) -> CallEnded:
    outcome = InboundOutcome.CONNECTED if phase is CallPhase.TALKING else InboundOutcome.LOST
    return CallEnded(
        after(seconds), call, DEMO, Department.SALES, phase, outcome, HangupCause.NORMAL, seconds, 0
    )


def joined(call: CallId, agent_id: AgentId, seconds: float) -> AttemptConnected:
    return AttemptConnected(after(seconds), call, APK, DEMO, agent_id, 0.1)


def line_agents(*agent_ids: AgentId) -> Sequence[Agent]:
    return [agent(agent_id, since=n, campaign_id=APK) for n, agent_id in enumerate(agent_ids)]
