"""What the floor looks like at one moment, for the console and the metrics."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from calls.facts import AgentStateChanged
from calls.ids import AgentId, CampaignId, DealerId
from calls.words import AgentState, Department
from routing.agent import Agent
from routing.queue import QueueKey, WaitingCall
from routing.select import SelectionReason, gets_callers
from routing.skills import meets
from routing.wait import RecentService, estimated_wait_seconds


@dataclass(frozen=True, slots=True)
class Assignment:
    """A waiting call and the agent who is now reserved for it; `fact` is to be published."""

    call: WaitingCall
    agent_id: AgentId
    reason: SelectionReason
    fact: AgentStateChanged


@dataclass(frozen=True, slots=True)
class LineReservation:
    """The line agent who is now reserved for a customer who answered; `fact` is to be published."""

    agent_id: AgentId
    fact: AgentStateChanged


@dataclass(frozen=True, slots=True)
class CallersForLines:
    """Callers who wait and whom agents on a campaign's lines can take; agents off the lines who are free go before them."""

    waiting: int
    others_free: int


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue. Customers whose offer rings are still waiting and count in `length`.

    `estimated_wait_seconds` is for a customer who joins behind them now; None when nobody at work can serve the queue.
    Of an empty queue it is 0: the floor does not know what its next call will need.
    """

    dealer: DealerId
    department: Department
    length: int
    longest_wait_seconds: float
    estimated_wait_seconds: float | None


@dataclass(frozen=True, slots=True)
class FloorView:
    """Every agent and every queue that was ever used, the empty ones too."""

    agents: tuple[Agent, ...]
    queues: tuple[QueueView, ...]


def queue_view(
    queue: QueueKey,
    waiting: Sequence[WaitingCall],
    agents: Sequence[Agent],
    service: RecentService,
    now: datetime,
    blended: Collection[CampaignId] = (),
) -> QueueView:
    """Look at one queue, whose `waiting` calls are given in the order of their places."""
    dealer, department = queue
    if not waiting:
        return QueueView(dealer, department, 0, 0.0, 0.0)
    longest = max(call.waited_seconds(now) for call in waiting)
    plan = waiting[0].plan
    at_work = [
        agent
        for agent in agents
        if gets_callers(agent, dealer, blended) and meets(agent.profile.skills, plan.requirements)
    ]
    free = sum(agent.state is AgentState.AVAILABLE for agent in at_work)
    estimate = estimated_wait_seconds(len(waiting) + 1, free, len(at_work), service)
    return QueueView(dealer, department, len(waiting), longest, estimate)
