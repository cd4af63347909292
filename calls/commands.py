"""Commands: what a decision wants done to a call's legs. Imperative, frozen; the outcome comes back as a fact."""

from dataclasses import dataclass

from calls.facts import Fact
from calls.ids import AgentId, BridgeId, LegId, PlaybackId, RecordingId
from calls.words import Department, HangupCause, MachineDetection


@dataclass(frozen=True, slots=True)
class AnswerLeg:
    """Pick up."""

    leg_id: LegId


@dataclass(frozen=True, slots=True)
class PlayPrompts:
    """Play prompts one after another; one `PromptFinished` follows at the end of the last."""

    leg_id: LegId
    playback_id: PlaybackId
    prompts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopPrompts:
    """Stop what plays under this id; no harm when it has ended."""

    playback_id: PlaybackId


@dataclass(frozen=True, slots=True)
class StartMusic:
    """Play music on hold to a leg."""

    leg_id: LegId


@dataclass(frozen=True, slots=True)
class StopMusic:
    """Stop the music on hold."""

    leg_id: LegId


@dataclass(frozen=True, slots=True)
class StartRecording:
    """Record what a leg says, after a beep, until silence, a #, the limit or `StopRecording`."""

    leg_id: LegId
    recording_id: RecordingId
    max_seconds: int
    max_silence_seconds: int


@dataclass(frozen=True, slots=True)
class StopRecording:
    """End a recording and keep it."""

    recording_id: RecordingId


@dataclass(frozen=True, slots=True)
class SetLease:
    """Let Asterisk send the leg to the fallback by itself after `seconds` without renewal; 0 switches this off."""

    leg_id: LegId
    seconds: int


@dataclass(frozen=True, slots=True)
class RingAgent:
    """Ring an agent's phone as leg `leg_id`, showing the customer's number."""

    leg_id: LegId
    agent_id: AgentId
    ring_seconds: int
    show_number: str | None


@dataclass(frozen=True, slots=True)
class JoinPeople:
    """Let the legs hear each other in the bridge, made when it does not exist."""

    bridge_id: BridgeId
    legs: tuple[LegId, ...]


@dataclass(frozen=True, slots=True)
class ListenIn:
    """Let a leg of our own hear what another leg says; it arrives with the purpose `listening`."""

    leg_id: LegId
    listener: LegId


@dataclass(frozen=True, slots=True)
class Detect:
    """Give a leg that listens to a detector; its opinion comes back as a fact."""

    listener: LegId
    detection: MachineDetection


@dataclass(frozen=True, slots=True)
class CloseBridge:
    """Take a bridge away; no harm when it is gone."""

    bridge_id: BridgeId


@dataclass(frozen=True, slots=True)
class LeaveToMessage:
    """Let the dialplan play the information message to a customer and hang up; nothing, when it does so already."""

    leg_id: LegId


@dataclass(frozen=True, slots=True)
class HangUp:
    """End a leg."""

    leg_id: LegId
    cause: HangupCause = HangupCause.NORMAL


@dataclass(frozen=True, slots=True)
class SetTimer:
    """After `seconds` the call gets `TimerExpired(name)`; setting a name again moves its clock."""

    name: str
    seconds: float


@dataclass(frozen=True, slots=True)
class CancelTimer:
    """Stop a clock; no harm when it is not running."""

    name: str


@dataclass(frozen=True, slots=True)
class JoinQueue:
    """The flow before the agent is over: wait for an agent of this department."""

    department: Department


@dataclass(frozen=True, slots=True)
class Publish:
    """Tell the journal and every observer."""

    fact: Fact


Command = (
    AnswerLeg
    | PlayPrompts
    | StopPrompts
    | StartMusic
    | StopMusic
    | StartRecording
    | StopRecording
    | SetLease
    | RingAgent
    | JoinPeople
    | ListenIn
    | Detect
    | CloseBridge
    | LeaveToMessage
    | HangUp
    | SetTimer
    | CancelTimer
    | JoinQueue
    | Publish
)
