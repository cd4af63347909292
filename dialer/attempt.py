"""The life of an outbound attempt, from the stored intention to its one outcome.

Theory. Three things happen side by side: the customer's leg (rings, is picked up, ends), our grip on that leg (Asterisk
reports the answer first; a moment later the dialplan hands the leg to us and only then can it be bridged or hear a
prompt), and the search for an agent. One table holds what may follow what (`dialer.life.LIFE`):

    committed → dialling → ringing → answered → waiting → joining → connected → ended
                                                   ↓         ↓
                                                message   message → ended

`answered` is picked up but not yet ours, `waiting` is ours and without an agent, `joining` has an agent but the two
cannot hear each other yet. The clock `GRACE` runs from the answer, so that the information message starts within two
seconds whatever happened in between. Asterisk may skip a step (an early answer, a lost event): the table says which. A fact that
comes late and is normal has a row that changes nothing; a pair without a row raises UnexpectedFact.

Coupling. When a step says `wants_agent` the session asks the floor in the same breath, without awaiting, and feeds
`AgentFound` if there is one; an agent who becomes free within the grace is fed later. An agent who comes too late, or
whose line could not be joined within the grace, is handed back in `Step.unused_agent`. The journal facts are the commands
`Publish`; `AttemptEnded` is published exactly once, on entering `ended`, from whichever state.

Who counts as connected: whoever was in the agent's bridge before hanging up, both by Asterisk's own time; whoever hung up
first, though sent in, was not (`app.ari.joins`).

Who counts as abandoned: whoever got the message, left our control while waiting (the lease ran out, the dialplan plays the
message), or hung up after more than the grace without an agent. Who hangs up within the grace counts as `hung_up`.

Whoever objects, or takes the consent back, while the phone rings is hung up on (`CalledOff`); it counts as unanswered, with the cause
`called_off`. After the answer it changes nothing: the agent or the message is there to hear it. Who is called off `late`, because an
answer would likely meet nobody, is hung up on by whoever says so, after a moment in which an answer still voids it; all goes on then as
after any answer, with a lease as usual (`CallingOffOver`). Whoever is hung up on by us all the same between the answer and our grip
counts as abandoned.

The ring time has a clock, `RING`, which runs from the request and, when the network needed long, until the phone has rung for the
least time that the law allows. Whoever is given up then (`Step.gives_up`) is called off in the same way, so that an answer just then is
still one. Asterisk's own limit is a little later: it ends the ring when we are gone.

Who picked up may be told while the two talk (`dialer.machine`): a leg that only listens is set up after the connection, so
that it delays nothing. An opinion changes nothing but what people see, unless the campaign drops machines and it is certain.

Left out: what the agent does during and after the talk (the floor), and why this contact was chosen (eligibility).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from calls.commands import (
    CancelTimer,
    Command,
    Detect,
    HangUp,
    JoinPeople,
    LeaveToMessage,
    ListenIn,
    PlayPrompts,
    Publish,
    SetLease,
    SetTimer,
)
from calls.facts import (
    AnswererJudged,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptConnected,
    AttemptEnded,
    DispositionRecorded,
    InformationMessagePlayed,
)
from calls.ids import AgentId, attempt_leg, bridge_of, listener_leg
from calls.legs import (
    AnswererHeard,
    DigitPressed,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegLeft,
    LegRinging,
    PeopleJoined,
    PromptFinished,
    PromptStarted,
    TimerExpired,
)
from calls.words import AmdVerdict, AttemptOutcome, HangupCause, MachineDetection
from dialer.dispositions import Disposition
from dialer.errors import UnexpectedFact
from dialer.life import (
    BEFORE_AGENT,
    BEFORE_ANSWER,
    GRACE,
    LIFE,
    RING,
    AgentFound,
    Attempt,
    AttemptInput,
    AttemptState,
    CalledOff,
    CallingOffOver,
    Dialled,
    Trigger,
    trigger_of,
)

OBJECTION_KEY = "9"
# The dialplan's lease of 1.9 s would cut a conversation that begins when it has almost run out.
_LATE_SECONDS = 1.0
_JOINING_LEASE_SECONDS = 6


@dataclass(frozen=True, slots=True)
class Step:
    """The attempt after a fact, and what to do, in order.

    `wants_agent`: ask the floor now, without awaiting. `unused_agent`: goes back to the floor. `gives_up`: it has rung long enough.
    """

    attempt: Attempt
    commands: tuple[Command, ...] = ()
    wants_agent: bool = False
    unused_agent: AgentId | None = None
    gives_up: bool = False


def step(attempt: Attempt, fact: AttemptInput, now: datetime) -> Step:
    """Take in one fact. Raises UnexpectedFact when the table has no row for it.

    Times come from the fact; `now` only sets what is left of the grace when the news of an answer was late.
    """
    trigger = trigger_of(attempt, fact)
    if trigger is None:
        return Step(attempt)
    try:
        after = LIFE[attempt.state, trigger]
    except KeyError:
        raise UnexpectedFact(attempt.state, trigger) from None
    if isinstance(fact, AgentFound) and attempt.state is not AttemptState.WAITING:
        return Step(attempt, unused_agent=fact.agent_id)
    if attempt.state is AttemptState.ENDED:
        return Step(attempt)
    if isinstance(fact, CalledOff):
        return _call_off(attempt, fact)
    if isinstance(fact, CallingOffOver):
        return _called_off(attempt, fact)
    if isinstance(fact, LegRinging) and after is AttemptState.RINGING:
        return _ring(attempt, fact.at, now)
    if trigger is Trigger.RING_EXPIRED:
        rings = attempt.state in BEFORE_ANSWER and not attempt.called_off
        return _ring_over(attempt, fact.at) if rings else Step(attempt)
    if trigger is Trigger.LISTENING:
        return Step(attempt, (Detect(listener_leg(attempt.call_id), attempt.detection),))
    if isinstance(fact, AnswererHeard):
        return _judge(attempt, fact)
    return _effect(attempt, after, fact, now)


def _ring(attempt: Attempt, at: datetime, now: datetime) -> Step:
    if attempt.ringing_at is not None:
        return Step(replace(attempt, state=AttemptState.RINGING))
    least, whole = attempt.least_ring_seconds, attempt.ring_seconds
    late = whole is not None and least + _since(attempt.dialled_at, at) > whole
    clock = (SetTimer(RING, least - _since(at, now)),) if late else ()
    return Step(replace(attempt, state=AttemptState.RINGING, ringing_at=at), clock)


def _ring_over(attempt: Attempt, at: datetime) -> Step:
    if (rest := attempt.still_to_ring(at)) > 0:
        return Step(attempt, (SetTimer(RING, rest),))
    return Step(replace(attempt, given_up=True), gives_up=True)


def _call_off(attempt: Attempt, fact: CalledOff) -> Step:
    if attempt.state not in BEFORE_ANSWER:
        return Step(attempt)
    hang_up = () if fact.late else (HangUp(attempt_leg(attempt.call_id)),)
    return Step(replace(attempt, called_off=True), hang_up)


def _called_off(attempt: Attempt, fact: CallingOffOver) -> Step:
    leg = attempt_leg(attempt.call_id)
    match attempt.state:
        case AttemptState.CONNECTED:
            return Step(attempt, (SetLease(leg, 0),))
        case AttemptState.WAITING | AttemptState.JOINING:
            return Step(attempt, (SetLease(leg, _JOINING_LEASE_SECONDS),))
        case state if state in BEFORE_ANSWER:
            if fact.given_up:
                return Step(replace(attempt, given_up=fact.taken_in))
            return Step(replace(attempt, called_off=fact.taken_in))
        case _:  # the dialplan's own, or it is playing the message
            return Step(attempt)


def _effect(attempt: Attempt, after: AttemptState, fact: AttemptInput, now: datetime) -> Step:
    match fact:
        case Dialled(at):
            whole = attempt.ring_seconds
            clock = () if whole is None else (SetTimer(RING, whole - _since(at, now)),)
            return Step(replace(attempt, state=after, dialled_at=at), clock)
        case AgentFound():
            return _connect(attempt, fact)
        case PeopleJoined(at) if attempt.state is AttemptState.JOINING:
            return _joined(attempt, at)
        case LegAnswered(at) | LegArrived(at):
            return _answer(attempt, after, arrived=isinstance(fact, LegArrived), at=at, now=now)
        case TimerExpired(at) if after is AttemptState.MESSAGE:
            return _abandon(attempt, at)
        case LegEnded(at, _, cause) if after is AttemptState.ENDED:
            return _end(attempt, cause, at)
        case LegLeft():
            return _left(attempt, fact)
        case PromptStarted(at):
            return _message_started(attempt, at)
        case DigitPressed(at, _, digit) if after is AttemptState.MESSAGE and digit == OBJECTION_KEY:
            return Step(attempt, (Publish(DispositionRecorded(at, attempt.call_id, None, "objection", "")),))
        case PromptFinished():
            return _message_over(attempt, failed=fact.failed)
        case LegEnded() if after is AttemptState.CONNECTED:
            # The agent's line dropped: there is nobody left to talk to.
            return Step(attempt, (HangUp(attempt_leg(attempt.call_id)),))
        case _:
            return Step(replace(attempt, state=after))


def _answer(attempt: Attempt, after: AttemptState, *, arrived: bool, at: datetime, now: datetime) -> Step:
    answered = replace(attempt, state=after, answered_at=attempt.answered_at or at)
    commands: tuple[Command, ...] = ()
    if attempt.answered_at is None:
        left = max(0.0, attempt.grace_seconds - _since(at, now))
        commands = (SetTimer(GRACE, left), Publish(_answered_fact(answered, at)))
    if arrived and after is AttemptState.MESSAGE and attempt.message_at is None:
        commands = (*commands, _play(attempt))
    return Step(answered, commands, wants_agent=arrived and after is AttemptState.WAITING)


def _connect(attempt: Attempt, fact: AgentFound) -> Step:
    leg = attempt_leg(attempt.call_id)
    joining = replace(attempt, state=AttemptState.JOINING, agent_id=fact.agent_id, line=fact.line)
    join = JoinPeople(bridge_of(fact.line), (leg,))
    if _since(attempt.answered_at, fact.at) < _LATE_SECONDS:
        return Step(joining, (join,))
    return Step(joining, (SetLease(leg, _JOINING_LEASE_SECONDS), join))


def _joined(attempt: Attempt, at: datetime) -> Step:
    assert attempt.agent_id is not None
    connected = AttemptConnected(
        at,
        attempt.call_id,
        attempt.campaign_id,
        attempt.dealer,
        attempt.agent_id,
        _since(attempt.answered_at, at),
    )
    leg, deaf = attempt_leg(attempt.call_id), attempt.detection is MachineDetection.OFF
    listen = () if deaf else (ListenIn(leg, listener_leg(attempt.call_id)),)
    return Step(
        replace(attempt, state=AttemptState.CONNECTED, connected_at=at),
        (SetLease(leg, 0), CancelTimer(GRACE), Publish(connected), *listen),
    )


def _judge(attempt: Attempt, heard: AnswererHeard) -> Step:
    drop = attempt.drop_machines and heard.certain and heard.verdict is AmdVerdict.MACHINE
    judged = AnswererJudged(
        at=heard.at,
        call_id=attempt.call_id,
        campaign_id=attempt.campaign_id,
        dealer=attempt.dealer,
        verdict=heard.verdict,
        reason=heard.reason,
        certain=heard.certain,
        after_seconds=_since(attempt.connected_at, heard.at),
        dropped=drop,
    )
    after = replace(attempt, answerer=heard.verdict, dropped=attempt.dropped or drop)
    deaf = (HangUp(heard.leg_id),) if heard.over else ()
    if not drop:
        return Step(after, (Publish(judged), *deaf))
    machine = DispositionRecorded(heard.at, attempt.call_id, None, Disposition.MACHINE, "")
    hang_up = HangUp(attempt_leg(attempt.call_id))
    return Step(after, (Publish(judged), Publish(machine), hang_up, *deaf))


def _abandon(attempt: Attempt, at: datetime) -> Step:
    # A leg that is not ours yet cannot be played to; the dialplan does so when it fails to reach us.
    play = () if attempt.state is AttemptState.ANSWERED else (_play(attempt),)
    return Step(
        replace(attempt, state=AttemptState.MESSAGE, agent_id=None, line=None),
        (*play, Publish(_abandoned_fact(attempt, at))),
        unused_agent=attempt.agent_id,
    )


def _message_started(attempt: Attempt, at: datetime) -> Step:
    return Step(replace(attempt, message_at=at), (Publish(_message_fact(attempt, at)),))


def _message_over(attempt: Attempt, *, failed: bool) -> Step:
    """Hang up after the message. One that never began finds the leg with the dialplan already, or is left to it if it can be played."""
    leg, begun = attempt_leg(attempt.call_id), attempt.message_at is not None or failed
    return Step(attempt, (HangUp(leg) if begun else LeaveToMessage(leg),))


def _left(attempt: Attempt, fact: LegLeft) -> Step:
    """The dialplan has the leg and plays the message by itself; nothing more of it concerns us."""
    answered_at, message_at = fact.answered_at or fact.at, fact.message_at or fact.at
    commands: tuple[Command, ...] = ()
    if attempt.answered_at is None:
        attempt = replace(attempt, answered_at=answered_at)
        commands = (Publish(_answered_fact(attempt, answered_at)),)
    if attempt.state not in (AttemptState.CONNECTED, AttemptState.MESSAGE):
        attempt = replace(attempt, state=AttemptState.MESSAGE)
        commands = (*commands, CancelTimer(GRACE), Publish(_abandoned_fact(attempt, message_at)))
    if attempt.state is AttemptState.MESSAGE and attempt.message_at is None:
        commands = (*commands, Publish(_message_fact(attempt, message_at)))
    ended = _end(attempt, HangupCause.NORMAL, fact.at)
    return Step(ended.attempt, (*commands, *ended.commands))


def _end(attempt: Attempt, cause: HangupCause, at: datetime) -> Step:
    # An answer of which nobody heard is told as of now; the end, which Asterisk tells with its time, may be before that.
    at = max(at, attempt.answered_at or at)
    if attempt.state in BEFORE_ANSWER and cause in _OF_OUR_OWN and (attempt.called_off or attempt.given_up):
        cause = HangupCause.CALLED_OFF if attempt.called_off else HangupCause.NO_ANSWER
    outcome = _outcome(attempt, cause, at)
    commands: tuple[Command, ...] = ()
    if attempt.state in BEFORE_AGENT:
        commands = (CancelTimer(GRACE),)
        if outcome is AttemptOutcome.ABANDONED:
            commands = (*commands, Publish(_abandoned_fact(attempt, at)))
    ended = AttemptEnded(
        at=at,
        call_id=attempt.call_id,
        campaign_id=attempt.campaign_id,
        dealer=attempt.dealer,
        contact_id=attempt.contact_id,
        outcome=outcome,
        cause=cause,
        ring_seconds=_since(attempt.dialled_at, attempt.answered_at or at),
        talk_seconds=_since(attempt.connected_at, at),
    )
    return Step(replace(attempt, state=AttemptState.ENDED), (*commands, Publish(ended)))


def _outcome(attempt: Attempt, cause: HangupCause, at: datetime) -> AttemptOutcome:
    match attempt.state:
        case AttemptState.CONNECTED:
            return AttemptOutcome.MACHINE if attempt.dropped else AttemptOutcome.CONNECTED
        case AttemptState.MESSAGE:
            return AttemptOutcome.ABANDONED
        case AttemptState.ANSWERED if cause is HangupCause.LOST_WHILE_DOWN:
            return AttemptOutcome.IN_DOUBT
        case AttemptState.ANSWERED if attempt.called_off or attempt.given_up:
            return AttemptOutcome.ABANDONED
        case AttemptState.ANSWERED | AttemptState.WAITING | AttemptState.JOINING:
            in_time = _since(attempt.answered_at, at) <= attempt.grace_seconds
            return AttemptOutcome.HUNG_UP if in_time else AttemptOutcome.ABANDONED
        case _:
            return _UNANSWERED[cause]


# What an end is told to be that came from us: the network said nothing.
_OF_OUR_OWN = frozenset({HangupCause.NORMAL, HangupCause.NO_ANSWER, HangupCause.FAILURE})
# A request refused by the person called is as busy; an end without a cause of its own is our own giving up.
_UNANSWERED = {
    HangupCause.NORMAL: AttemptOutcome.UNANSWERED,
    HangupCause.NO_ANSWER: AttemptOutcome.UNANSWERED,
    HangupCause.BUSY: AttemptOutcome.BUSY,
    HangupCause.REJECTED: AttemptOutcome.BUSY,
    HangupCause.INVALID_NUMBER: AttemptOutcome.FAILED,
    HangupCause.CONGESTION: AttemptOutcome.FAILED,
    HangupCause.FAILURE: AttemptOutcome.FAILED,
    HangupCause.CALLED_OFF: AttemptOutcome.UNANSWERED,
    HangupCause.LOST_WHILE_DOWN: AttemptOutcome.IN_DOUBT,
    HangupCause.NOT_DIALLED: AttemptOutcome.FAILED,
}


def _play(attempt: Attempt) -> PlayPrompts:
    return PlayPrompts(attempt_leg(attempt.call_id), attempt.playback_id, (attempt.message_prompt,))


def _answered_fact(attempt: Attempt, at: datetime) -> AttemptAnswered:
    return AttemptAnswered(
        at, attempt.call_id, attempt.campaign_id, attempt.dealer, _since(attempt.dialled_at, at)
    )


def _abandoned_fact(attempt: Attempt, at: datetime) -> AttemptAbandoned:
    return AttemptAbandoned(
        at, attempt.call_id, attempt.campaign_id, attempt.dealer, _since(attempt.answered_at, at)
    )


def _message_fact(attempt: Attempt, at: datetime) -> InformationMessagePlayed:
    return InformationMessagePlayed(
        at, attempt.call_id, attempt.campaign_id, attempt.dealer, _since(attempt.answered_at, at)
    )


def _since(start: datetime | None, at: datetime) -> float:
    return max(0.0, (at - start).total_seconds()) if start is not None else 0.0
