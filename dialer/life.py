"""The nouns of an attempt's life: its states, what can happen to it, and the table of what follows what.

`dialer.attempt` opens with the theory and has the effects.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from calls.ids import (
    AgentId,
    CallId,
    CampaignId,
    ContactId,
    DealerId,
    PlaybackId,
    attempt_leg,
    listener_leg,
)
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
from calls.words import AmdVerdict, MachineDetection

GRACE = "grace"
RING = "ring"
INFORMATION_MESSAGE = "information-message"


class AttemptState(StrEnum):
    """How far an attempt has come."""

    COMMITTED = "committed"
    DIALLING = "dialling"
    RINGING = "ringing"
    ANSWERED = "answered"
    WAITING = "waiting"
    JOINING = "joining"
    CONNECTED = "connected"
    MESSAGE = "message"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Dialled:
    """The request to dial goes out now. Fed before it is sent, so that no event of the leg can precede it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class AgentFound:
    """The floor reserved this agent; `line` is the call of the agent's open line."""

    at: datetime
    agent_id: AgentId
    line: CallId


@dataclass(frozen=True, slots=True)
class CalledOff:
    """Whoever has not answered yet is not rung any longer: the person objected, took the consent back or, `late`, an answer would
    likely meet nobody.

    If late, whoever says so hangs up.
    """

    at: datetime
    late: bool = False


@dataclass(frozen=True, slots=True)
class CallingOffOver:
    """Whoever called it off late, or gave it up after its ring time, has done what there was to do. Unless `taken_in` the phone rings on;
    an answered leg may have lost its lease.
    """

    at: datetime
    taken_in: bool
    given_up: bool = False


AttemptInput = (
    Dialled
    | CalledOff
    | CallingOffOver
    | AgentFound
    | LegRinging
    | LegAnswered
    | LegArrived
    | LegEnded
    | LegLeft
    | PeopleJoined
    | PromptStarted
    | PromptFinished
    | DigitPressed
    | AnswererHeard
    | TimerExpired
)


class Trigger(StrEnum):
    """What a fact means to an attempt; the columns of the table."""

    DIALLED = "dialled"
    CALLED_OFF = "called_off"
    RINGING = "ringing"
    ANSWERED = "answered"
    ARRIVED = "arrived"
    AGENT_FOUND = "agent_found"
    JOINED = "joined"
    GRACE_EXPIRED = "grace_expired"
    RING_EXPIRED = "ring_expired"
    MESSAGE_STARTED = "message_started"
    MESSAGE_FINISHED = "message_finished"
    KEY = "key"
    LINE_ENDED = "line_ended"
    LISTENING = "listening"
    HEARD = "heard"
    LEFT = "left"
    CUSTOMER_ENDED = "customer_ended"


def _life() -> dict[tuple[AttemptState, Trigger], AttemptState]:
    s, t = AttemptState, Trigger
    before_answer = (s.COMMITTED, s.DIALLING, s.RINGING)
    after_answer = (s.ANSWERED, s.WAITING, s.JOINING, s.CONNECTED, s.MESSAGE)
    life = {
        (s.COMMITTED, t.DIALLED): s.DIALLING,
        (s.ANSWERED, t.ARRIVED): s.WAITING,
        (s.WAITING, t.ARRIVED): s.WAITING,  # handed to us anew after a lost connection, here and below
        (s.JOINING, t.ARRIVED): s.JOINING,
        (s.CONNECTED, t.ARRIVED): s.CONNECTED,
        (s.WAITING, t.AGENT_FOUND): s.JOINING,
        (s.JOINING, t.JOINED): s.CONNECTED,
        (s.ANSWERED, t.GRACE_EXPIRED): s.MESSAGE,  # not ours: the dialplan itself plays the message
        (s.WAITING, t.GRACE_EXPIRED): s.MESSAGE,
        (s.JOINING, t.GRACE_EXPIRED): s.MESSAGE,  # the agent's line was gone
        (s.MESSAGE, t.ARRIVED): s.MESSAGE,  # ours anew, or after all but too late for an agent
        (s.MESSAGE, t.MESSAGE_STARTED): s.MESSAGE,
        (s.MESSAGE, t.MESSAGE_FINISHED): s.MESSAGE,
        (s.MESSAGE, t.KEY): s.MESSAGE,
        (s.ANSWERED, t.LINE_ENDED): s.ANSWERED,
        (s.WAITING, t.LINE_ENDED): s.WAITING,
        (s.JOINING, t.LINE_ENDED): s.JOINING,  # the grace runs on, then the message
        (s.CONNECTED, t.LINE_ENDED): s.CONNECTED,
        (s.CONNECTED, t.LISTENING): s.CONNECTED,
        (s.CONNECTED, t.HEARD): s.CONNECTED,
    }
    for state in before_answer:
        life[state, t.CALLED_OFF] = state  # hung up on; its end follows
        life[state, t.RING_EXPIRED] = state  # given up; its end follows
        life[state, t.ARRIVED] = s.WAITING
        life[state, t.LINE_ENDED] = state  # of the agent who is kept for this customer; it may come back
        if state is not s.COMMITTED:
            life[state, t.RINGING] = s.RINGING
            life[state, t.ANSWERED] = s.ANSWERED
    for state in (*before_answer, *after_answer):
        life[state, t.CUSTOMER_ENDED] = s.ENDED
        life[state, t.LEFT] = s.ENDED
    # Late but normal: events that crossed ours on the way.
    for state in after_answer:
        life[state, t.CALLED_OFF] = state
        life[state, t.RING_EXPIRED] = state
        life[state, t.RINGING] = state
        life[state, t.ANSWERED] = state
    for state in (s.DIALLING, s.RINGING, s.ANSWERED, s.WAITING, s.JOINING, s.CONNECTED):
        life[state, t.KEY] = state
    life[s.CONNECTED, t.GRACE_EXPIRED] = s.CONNECTED
    life[s.JOINING, t.AGENT_FOUND] = s.JOINING
    life[s.CONNECTED, t.AGENT_FOUND] = s.CONNECTED
    life[s.CONNECTED, t.JOINED] = s.CONNECTED
    life[s.MESSAGE, t.JOINED] = s.MESSAGE
    life[s.MESSAGE, t.LINE_ENDED] = s.MESSAGE
    life[s.MESSAGE, t.AGENT_FOUND] = s.MESSAGE
    for trigger in t:
        life[s.ENDED, trigger] = s.ENDED
    return life


LIFE = _life()
BEFORE_ANSWER = frozenset({AttemptState.COMMITTED, AttemptState.DIALLING, AttemptState.RINGING})
BEFORE_AGENT = frozenset({AttemptState.ANSWERED, AttemptState.WAITING, AttemptState.JOINING})


@dataclass(frozen=True, slots=True)
class Attempt:
    """One dialling of one number. The times are None until they have happened; `language` is the skill that the agent needs.

    `called_off`: it was to be hung up on while it rang, `given_up` after its ring time. It rings for `ring_seconds` from the request
    on, but never for less than `least_ring_seconds` from the first ring; None leaves that to Asterisk.
    """

    call_id: CallId
    campaign_id: CampaignId
    dealer: DealerId
    contact_id: ContactId
    committed_at: datetime
    grace_seconds: float = 1.7
    detection: MachineDetection = MachineDetection.OFF
    drop_machines: bool = False
    state: AttemptState = AttemptState.COMMITTED
    dialled_at: datetime | None = None
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    connected_at: datetime | None = None
    message_at: datetime | None = None
    agent_id: AgentId | None = None
    line: CallId | None = None
    language: str | None = None
    answerer: AmdVerdict | None = None
    dropped: bool = False
    called_off: bool = False
    given_up: bool = False
    ring_seconds: int | None = None
    least_ring_seconds: int = 0
    message_prompt: str = INFORMATION_MESSAGE

    @property
    def playback_id(self) -> PlaybackId:
        """The playback of the information message."""
        return PlaybackId(f"{self.call_id}-p00")

    def still_to_ring(self, at: datetime) -> float:
        """The seconds until it has rung for the least time; 0 when nobody told that it rings.

        The clock of the request may run out just when the first ring is told, and be read after it.
        """
        if self.ringing_at is None:
            return 0.0
        return max(0.0, self.least_ring_seconds - max(0.0, (at - self.ringing_at).total_seconds()))


_PLAIN: Mapping[type[AttemptInput], Trigger] = MappingProxyType(
    {
        Dialled: Trigger.DIALLED,
        CalledOff: Trigger.CALLED_OFF,
        CallingOffOver: Trigger.CALLED_OFF,
        AgentFound: Trigger.AGENT_FOUND,
        LegRinging: Trigger.RINGING,
        LegAnswered: Trigger.ANSWERED,
        LegArrived: Trigger.ARRIVED,
        LegLeft: Trigger.LEFT,
        PeopleJoined: Trigger.JOINED,
        DigitPressed: Trigger.KEY,
        AnswererHeard: Trigger.HEARD,
    }
)


def trigger_of(attempt: Attempt, fact: AttemptInput) -> Trigger | None:
    """What a fact means to this attempt; None for a prompt, a clock or a leg that is not ours to follow."""
    if getattr(fact, "leg_id", None) == listener_leg(attempt.call_id):
        match fact:
            case LegArrived(purpose="listening"):
                return Trigger.LISTENING
            case AnswererHeard():
                return Trigger.HEARD
            case _:
                return None  # the customer's own leg tells the end
    match fact:
        case TimerExpired():
            return {GRACE: Trigger.GRACE_EXPIRED, RING: Trigger.RING_EXPIRED}.get(fact.name)
        case PromptStarted():
            return Trigger.MESSAGE_STARTED if fact.playback_id == attempt.playback_id else None
        case PromptFinished():
            return Trigger.MESSAGE_FINISHED if fact.playback_id == attempt.playback_id else None
        case LegEnded():
            of_customer = fact.leg_id == attempt_leg(attempt.call_id)
            return Trigger.CUSTOMER_ENDED if of_customer else Trigger.LINE_ENDED
        case _:
            return _PLAIN[type(fact)]
