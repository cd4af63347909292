"""A queue's rules, and a customer waiting in it."""

from dataclasses import dataclass
from datetime import datetime

from calls.ids import CallId, DealerId
from calls.words import Department
from routing.skills import Relaxation, SkillRequirement

QueueKey = tuple[DealerId, Department]


@dataclass(frozen=True, slots=True)
class QueuePlan:
    """How calls for one department of one dealer are served.

    `relaxations` are in the order of their time. A higher `priority` is served first, over all queues. A customer who
    hangs up within `short_abandon_seconds` of joining is counted as a short abandon.
    """

    dealer: DealerId
    department: Department
    requirements: tuple[SkillRequirement, ...]
    relaxations: tuple[Relaxation, ...]
    priority: int
    ring_seconds: int
    wrap_up_seconds: float
    still_waiting_prompt: str
    still_waiting_seconds: float
    short_abandon_seconds: float


@dataclass(frozen=True, slots=True)
class WaitingCall:
    """A customer who waits since `queued_at`. Put back after an offer, it has the same place as before."""

    call_id: CallId
    plan: QueuePlan
    queued_at: datetime

    @property
    def place(self) -> tuple[int, datetime, CallId]:
        """Sorts waiting calls: priority first, then the time of joining."""
        return (-self.plan.priority, self.queued_at, self.call_id)

    @property
    def queue(self) -> QueueKey:
        """The queue it waits in."""
        return (self.plan.dealer, self.plan.department)

    def waited_seconds(self, now: datetime) -> float:
        """How long it has waited."""
        return max(0.0, (now - self.queued_at).total_seconds())
