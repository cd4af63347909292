"""What happens from the queue to the end of the call, as a pure machine.

One machine, `Stage`, driven by the facts of the customer's leg, of the leg that rings an agent, and by the floor's choice:

    WAITING ──agent chosen──> OFFERED ──agent's leg arrives──> JOINING ──both in the bridge──> TALKING
       ^                         │                                │
       └──── unanswered, gone ───┴────────────────────────────────┘
    every stage ──customer ends or leaves, or either ends while TALKING──> ENDED

An agent on a campaign's open line is not rung: the caller is brought into that line's bridge, so the offer begins at JOINING.
The line and its bridge belong to somebody else and stay when the conversation is over.

The floor is coupled only by facts: it reserves an agent and says so by `AgentChosen`; `CallOffered`, `OfferUnanswered`,
`CallConnected` and `CallEnded` tell it the rest. Each offer has a leg and a ring clock of its own, so what an older one
reports is late; an agent's leg that arrives too late, or after the customer went, is hung up and nothing else happens.
`CallEnded` is published exactly once, on the way into ENDED.

No prompt plays while a phone rings: Asterisk lets a leg into a bridge only after its prompt. The still-waiting message
is cut short by an offer and skipped during one. Left out on purpose: the lease of a waiting customer, which the session
renews; only switching it off is decided here.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from calls.commands import (
    CancelTimer,
    CloseBridge,
    Command,
    HangUp,
    JoinPeople,
    PlayPrompts,
    Publish,
    RingAgent,
    SetLease,
    SetTimer,
    StartMusic,
    StopMusic,
    StopPrompts,
)
from calls.facts import CallConnected, CallEnded, CallOffered, CallQueued, OfferUnanswered
from calls.ids import AgentId, BridgeId, CallId, LegId, PlaybackId, bridge_of, line_leg, offer_leg
from calls.legs import (
    DigitPressed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegFact,
    LegLeft,
    LegRinging,
    PeopleJoined,
    PromptFinished,
    PromptStarted,
    RecordingStopped,
    TimerExpired,
)
from calls.words import CallPhase, HangupCause, InboundOutcome
from routing.queue import QueuePlan

STILL_WAITING_TIMER = "still-waiting"
_JOIN_SECONDS = 5.0


class Stage(StrEnum):
    """Where the call is. ENDED is final."""

    WAITING = "waiting"
    OFFERED = "offered"
    JOINING = "joining"
    TALKING = "talking"
    ENDED = "ended"


_PHASES = {
    Stage.WAITING: CallPhase.QUEUE,
    Stage.OFFERED: CallPhase.RINGING,
    Stage.JOINING: CallPhase.RINGING,
    Stage.TALKING: CallPhase.TALKING,
}


@dataclass(frozen=True, slots=True)
class AgentChosen:
    """The floor reserved an agent for this call. `line` is the open line that the agent is on; None: the phone is to be rung."""

    at: datetime
    agent_id: AgentId
    reason: str
    line: CallId | None = None


@dataclass(frozen=True, slots=True)
class AgentGone:
    """An agent cannot be reached any more. It matters only to the offer that rings that agent."""

    at: datetime
    agent_id: AgentId


RoutingFact = LegFact | AgentChosen | AgentGone


@dataclass(frozen=True, slots=True)
class Offer:
    """The agent who is being rung, or talks, and the leg to that agent; `line` when that leg is an open line's."""

    agent_id: AgentId
    leg_id: LegId
    line: CallId | None = None


@dataclass(frozen=True, slots=True)
class RoutedCall:
    """A call from the queue on; times are UTC.

    `offer` is set while OFFERED, JOINING and TALKING. `offers` counts the agents rung so far and numbers their legs and
    clocks, `playbacks` numbers the prompts. `connected_at` is set once customer and agent have heard each other.
    """

    call_id: CallId
    customer: LegId
    plan: QueuePlan
    cli: str | None
    queued_at: datetime
    stage: Stage = Stage.WAITING
    offers: int = 0
    offer: Offer | None = None
    playbacks: int = 0
    playing: PlaybackId | None = None
    connected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """The state after a fact, and what to do, in this order."""

    state: RoutedCall
    commands: tuple[Command, ...] = ()


def start(plan: QueuePlan, call_id: CallId, customer: LegId, cli: str | None, now: datetime) -> Step:
    """Let an answered customer join the queue at `now`. `cli` (E.164) is what agents' phones will show."""
    call = RoutedCall(call_id, customer, plan, cli, now)
    queued = CallQueued(now, call_id, plan.dealer, plan.department, plan.priority)
    return Step(call, (Publish(queued), *resume(call).commands))


def resume(call: RoutedCall) -> Step:
    """Go on with a WAITING or TALKING call found after a restart: clocks anew while it waits, and music unless a prompt plays."""
    if call.stage is not Stage.WAITING:
        return Step(call)
    music = (StartMusic(call.customer),) if call.playing is None else ()
    return Step(call, (*music, _still_waiting_clock(call)))


def playback_id(call_id: CallId, number: int) -> PlaybackId:
    """The `number`th prompt of a call in its queue."""
    return PlaybackId(f"{call_id}-q{number:02d}")


def step(call: RoutedCall, fact: RoutingFact) -> Step:
    """Take a fact about this call's legs, clocks or agent. A fact that comes late changes nothing."""
    match fact:
        case AgentChosen():
            return _agent_chosen(call, fact)
        case AgentGone():
            return _agent_gone(call, fact)
        case LegArrived():
            return _leg_arrived(call, fact)
        case PeopleJoined():
            return _people_joined(call, fact)
        case LegEnded():
            return _leg_ended(call, fact)
        case LegLeft():
            return _leg_left(call, fact)
        case TimerExpired():
            return _timer_expired(call, fact)
        case PromptFinished():
            return _prompt_finished(call, fact)
        case LegRinging() | LegAnswered() | DigitPressed() | PromptStarted() | RecordingStopped():
            return Step(call)


def ended(call: RoutedCall, cause: HangupCause, at: datetime, *, left: bool = False) -> CallEnded:
    """The one `CallEnded` of a call that ends at `at` where it is now; `left` when the dialplan has it instead."""
    waited = max(0.0, ((call.connected_at or at) - call.queued_at).total_seconds())
    talked = max(0.0, (at - call.connected_at).total_seconds()) if call.connected_at else 0.0
    if call.connected_at:
        outcome = InboundOutcome.CONNECTED
    elif left:
        outcome = InboundOutcome.DIVERTED
    elif waited < call.plan.short_abandon_seconds and cause is HangupCause.NORMAL:
        outcome = InboundOutcome.SHORT_ABANDONED
    else:
        outcome = InboundOutcome.LOST
    plan = call.plan
    return CallEnded(
        at, call.call_id, plan.dealer, plan.department, _PHASES[call.stage], outcome, cause, waited, talked
    )


def _agent_chosen(call: RoutedCall, fact: AgentChosen) -> Step:
    if call.stage is not Stage.WAITING:
        return Step(call)
    leg_id = offer_leg(call.call_id, call.offers) if fact.line is None else line_leg(fact.line)
    plan = call.plan
    offered = CallOffered(
        fact.at, call.call_id, plan.dealer, plan.department, fact.agent_id, leg_id, fact.reason
    )
    offer = Offer(fact.agent_id, leg_id, fact.line)
    after = replace(call, stage=Stage.OFFERED, offers=call.offers + 1, offer=offer)
    commands: tuple[Command, ...]
    if fact.line is None:
        ring = RingAgent(leg_id, fact.agent_id, plan.ring_seconds, call.cli)
        commands = (Publish(offered), ring, SetTimer(_ring_timer(after), plan.ring_seconds))
    else:
        after, joining = _joining(after, offer)
        commands = (Publish(offered), *joining)
    if call.playing is not None:
        commands = (StopPrompts(call.playing), *commands)
    return Step(after, commands)


def _agent_gone(call: RoutedCall, fact: AgentGone) -> Step:
    if call.offer is None or call.offer.agent_id != fact.agent_id or call.stage is Stage.TALKING:
        return Step(call)
    return _unanswered(call, call.offer, HangupCause.FAILURE, fact.at)


def _leg_arrived(call: RoutedCall, fact: LegArrived) -> Step:
    if fact.leg_id == call.customer:
        return Step(call)
    if call.offer is None or fact.leg_id != call.offer.leg_id:
        return Step(call, (HangUp(fact.leg_id),))
    if call.stage is not Stage.OFFERED:
        return Step(call)
    return Step(*_joining(call, call.offer))


def _joining(call: RoutedCall, offer: Offer) -> tuple[RoutedCall, tuple[Command, ...]]:
    legs = (call.customer, offer.leg_id) if offer.line is None else (call.customer,)
    return replace(call, stage=Stage.JOINING), (
        StopMusic(call.customer),
        JoinPeople(_bridge(call, offer), legs),
        SetTimer(_ring_timer(call), _JOIN_SECONDS),
    )


def _bridge(call: RoutedCall, offer: Offer) -> BridgeId:
    return bridge_of(call.call_id if offer.line is None else offer.line)


def _people_joined(call: RoutedCall, fact: PeopleJoined) -> Step:
    if call.stage is not Stage.JOINING or call.offer is None:
        return Step(call)
    plan = call.plan
    waited = max(0.0, (fact.at - call.queued_at).total_seconds())
    connected = CallConnected(
        fact.at, call.call_id, plan.dealer, plan.department, call.offer.agent_id, call.offer.leg_id, waited
    )
    return Step(
        replace(call, stage=Stage.TALKING, connected_at=fact.at),
        (
            SetLease(call.customer, 0),
            CancelTimer(_ring_timer(call)),
            CancelTimer(STILL_WAITING_TIMER),
            Publish(connected),
        ),
    )


def _leg_ended(call: RoutedCall, fact: LegEnded) -> Step:
    if call.stage is Stage.ENDED:
        return Step(call)
    if fact.leg_id == call.customer:
        return _end(call, fact.cause, fact.at)
    if call.offer is None or fact.leg_id != call.offer.leg_id:
        return Step(call)
    return _agent_leg_over(call, call.offer, fact.cause, fact.at, gone=True)


def _leg_left(call: RoutedCall, fact: LegLeft) -> Step:
    if call.stage is Stage.ENDED:
        return Step(call)
    if fact.leg_id == call.customer:
        return _end(call, HangupCause.NORMAL, fact.at, left=True)
    if call.offer is None or fact.leg_id != call.offer.leg_id:
        return Step(call)
    return _agent_leg_over(call, call.offer, HangupCause.FAILURE, fact.at)


def _agent_leg_over(
    call: RoutedCall, offer: Offer, cause: HangupCause, at: datetime, *, gone: bool = False
) -> Step:
    if call.stage is not Stage.TALKING:
        return _unanswered(call, offer, cause, at)
    over = _end(call, cause, at, agent_gone=gone)
    return Step(over.state, (HangUp(call.customer), *over.commands))


def _timer_expired(call: RoutedCall, fact: TimerExpired) -> Step:
    if fact.name == STILL_WAITING_TIMER:
        return _still_waiting(call)
    if fact.name != _ring_timer(call) or call.offer is None:
        return Step(call)
    if call.stage is Stage.OFFERED:
        return _unanswered(call, call.offer, HangupCause.NO_ANSWER, fact.at)
    if call.stage is Stage.JOINING:
        return _unanswered(call, call.offer, HangupCause.FAILURE, fact.at)
    return Step(call)


def _still_waiting(call: RoutedCall) -> Step:
    if call.stage in (Stage.OFFERED, Stage.JOINING):
        return Step(call, (_still_waiting_clock(call),))
    if call.stage is not Stage.WAITING:
        return Step(call)
    number = call.playbacks + 1
    playing = playback_id(call.call_id, number)
    return Step(
        replace(call, playbacks=number, playing=playing),
        (
            StopMusic(call.customer),
            PlayPrompts(call.customer, playing, (call.plan.still_waiting_prompt,)),
            _still_waiting_clock(call),
        ),
    )


def _prompt_finished(call: RoutedCall, fact: PromptFinished) -> Step:
    if fact.playback_id != call.playing:
        return Step(call)
    after = replace(call, playing=None)
    if call.stage not in (Stage.WAITING, Stage.OFFERED):
        return Step(after)
    return Step(after, (StartMusic(call.customer),))


def _unanswered(call: RoutedCall, offer: Offer, cause: HangupCause, at: datetime) -> Step:
    plan = call.plan
    unanswered = OfferUnanswered(at, call.call_id, plan.dealer, plan.department, offer.agent_id, cause)
    commands: tuple[Command, ...] = (CancelTimer(_ring_timer(call)), Publish(unanswered))
    if offer.line is None:
        commands = (HangUp(offer.leg_id), *commands)
    if call.stage is Stage.JOINING:
        music = StartMusic(call.customer)
        commands = (
            (*commands, CloseBridge(bridge_of(call.call_id)), music)
            if offer.line is None
            else (*commands, music)
        )
    return Step(replace(call, stage=Stage.WAITING, offer=None), commands)


def _end(
    call: RoutedCall, cause: HangupCause, at: datetime, *, left: bool = False, agent_gone: bool = False
) -> Step:
    commands: tuple[Command, ...] = (Publish(ended(call, cause, at, left=left)),)
    own_leg = call.offer is not None and call.offer.line is None
    if call.stage in (Stage.JOINING, Stage.TALKING) and own_leg:
        commands = (CloseBridge(bridge_of(call.call_id)), *commands)
    if call.offer is not None and own_leg and not agent_gone:
        commands = (HangUp(call.offer.leg_id), *commands)
    return Step(replace(call, stage=Stage.ENDED, offer=None, playing=None), commands)


def _ring_timer(call: RoutedCall) -> str:
    return f"ring-{call.offers}"


def _still_waiting_clock(call: RoutedCall) -> SetTimer:
    return SetTimer(STILL_WAITING_TIMER, call.plan.still_waiting_seconds)
