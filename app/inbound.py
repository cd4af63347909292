"""An inbound call's machine: the flow before the queue, then the flow from the queue on. It only joins the two."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from calls.commands import Command, JoinQueue, Publish
from calls.facts import CallArrived, Fact
from calls.ids import CallId, LegId, PlaybackId, RecordingId
from calls.legs import LegFact
from calls.words import Department, HangupCause
from ivr import flow as ivr_flow
from ivr.entry import EntryPlan
from ivr.hours import Opening
from ivr.recognition import CallerLookedUp, Recognised
from routing import flow as routing_flow
from routing.queue import QueuePlan

_RECORDING = frozenset({ivr_flow.Stage.RECORDING, ivr_flow.Stage.KEEPING})


@dataclass(frozen=True, slots=True)
class InboundPlan:
    """How one dealer receives callers now."""

    entry: EntryPlan
    opening: Opening
    queue_of: Callable[[Department], QueuePlan]


class InboundCall:
    """One inbound call, from the first ring to its end."""

    def __init__(
        self, arrived: CallArrived, plan: InboundPlan | None, recognised: Recognised | None = None
    ) -> None:
        """`recognised` is whom the call was known to come from before this process had it. Only a call that is past the menu
        goes on without a plan: its dealer has none any longer.
        """
        self.arrived = arrived
        self._plan = plan
        self._recognised = recognised
        self._ivr: ivr_flow.Ivr | None = None
        self._routed: routing_flow.RoutedCall | None = None

    @classmethod
    def resumed(
        cls,
        arrived: CallArrived,
        plan: InboundPlan | None,
        found: ivr_flow.Ivr | routing_flow.RoutedCall,
        recognised: Recognised | None = None,
    ) -> "InboundCall":
        """A call found after a restart, before the queue or from the queue on."""
        call = cls(arrived, plan, recognised)
        if isinstance(found, ivr_flow.Ivr):
            call._ivr = found
        else:
            call._routed = found
        return call

    @property
    def call_id(self) -> CallId:
        """The call."""
        return self.arrived.call_id

    @property
    def ended(self) -> bool:
        """Whether its `CallEnded` has been published."""
        if self._routed is not None:
            return self._routed.stage is routing_flow.Stage.ENDED
        return self._ivr is not None and self._ivr.stage is ivr_flow.Stage.ENDED

    @property
    def customer(self) -> LegId:
        """The caller's leg."""
        return self.arrived.leg_id

    @property
    def routed(self) -> routing_flow.RoutedCall | None:
        """The call since it was queued; None before."""
        return self._routed

    @property
    def playing(self) -> PlaybackId | None:
        """The prompt whose end the call waits for."""
        state = self._routed or self._ivr
        return state.playing if state is not None else None

    @property
    def recording(self) -> RecordingId | None:
        """The caller's message whose end the call waits for."""
        recording = self._routed is None and self._ivr is not None and self._ivr.stage in _RECORDING
        return ivr_flow.recording_id(self.call_id) if recording else None

    @property
    def recognised(self) -> Recognised | None:
        """The contact who returns a campaign's call, when the number tells."""
        return self._ivr.recognised if self._ivr is not None else self._recognised

    @property
    def looks_up(self) -> bool:
        """Whether the call waits for `CallerLookedUp`, for a moment."""
        return self._ivr is not None and self._ivr.stage is ivr_flow.Stage.LOOKING_UP

    @property
    def phase(self) -> str:
        """Where the call is, in one word, for whoever watches."""
        if self._routed is not None:
            return self._routed.stage.value
        return self._ivr.stage.value if self._ivr is not None else ""

    def legs(self) -> Sequence[LegId]:
        """The customer's leg and the agent's, if there is one of this call's own: an open line is its own call."""
        if self._ivr is not None and self._ivr.stage is ivr_flow.Stage.KEEPING:
            return ()
        offer = self._routed.offer if self._routed is not None else None
        if offer is None or offer.line is not None:
            return (self.arrived.leg_id,)
        return (self.arrived.leg_id, offer.leg_id)

    def failed(self, at: datetime) -> Sequence[Fact]:
        """The end of a call that this program fails."""
        if self.ended:
            return ()
        if self._routed is not None:
            return (routing_flow.ended(self._routed, HangupCause.FAILURE, at),)
        assert self._ivr is not None
        return (ivr_flow.ended(self._ivr, HangupCause.FAILURE, at),)

    def begin(self, *, again: bool = False, looks_up: bool = False) -> tuple[Command, ...]:
        """Receive the caller; `again` when the arrival is already known. `looks_up` promises a `CallerLookedUp`."""
        arrived = self.arrived
        assert self._plan is not None
        step = ivr_flow.start(
            self._plan.entry,
            arrived.call_id,
            arrived.leg_id,
            arrived.cli,
            self._plan.opening,
            arrived.at,
            looks_up=looks_up,
            recognised=self._recognised,
        )
        self._ivr = step.state
        return step.commands if again else (*step.commands, Publish(arrived))

    def resume(self) -> tuple[Command, ...]:
        """Go on after a restart."""
        if self._routed is not None:
            routed = routing_flow.resume(self._routed)
            self._routed = routed.state
            return routed.commands
        assert self._ivr is not None
        step = ivr_flow.resume(self._ivr)
        self._ivr = step.state
        return step.commands

    def handle(self, fact: object) -> Sequence[Command]:
        """Take one fact and say what to do."""
        if self._routed is not None:
            if not isinstance(fact, routing_flow.RoutingFact):
                return ()
            routed = routing_flow.step(self._routed, fact)
            self._routed = routed.state
            return routed.commands
        assert self._ivr is not None
        if not isinstance(fact, LegFact | CallerLookedUp):
            return ()
        step = ivr_flow.step(self._ivr, fact)
        self._ivr = step.state
        commands: list[Command] = []
        for command in step.commands:
            if isinstance(command, JoinQueue):
                commands.extend(self._join(command.department, fact.at))
            else:
                commands.append(command)
        return commands

    def _join(self, department: Department, at: datetime) -> tuple[Command, ...]:
        assert self._plan is not None
        plan = self._plan.queue_of(department)
        arrived = self.arrived
        step = routing_flow.start(plan, arrived.call_id, arrived.leg_id, arrived.cli, at)
        self._routed = step.state
        return step.commands
