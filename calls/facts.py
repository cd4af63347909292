"""Facts: what has happened, past tense, frozen.

Those of campaigns and attempts are in `calls.campaign_facts` and are taken from here too. They are journalled: stored in order, counted by the metrics and shown on the console. None of those
observers is called from a decision. `at` is UTC; durations are seconds. What happens to a single leg is in `calls.legs`.
"""

from dataclasses import dataclass
from datetime import datetime

from calls.campaign_facts import (
    AnswererJudged,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptCalledOff,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    CampaignStarted,
    CampaignStopped,
    ContactRefused,
    DispositionRecorded,
    ForecastMade,
    InformationMessagePlayed,
    MachineMistaken,
    PacingChanged,
    PacingDecided,
    PreviewEnded,
    PreviewShown,
)
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, LegId, NodeId, RecordingId
from calls.words import (
    AgentState,
    CallPhase,
    Department,
    HangupCause,
    InboundOutcome,
)

__all__ = [
    "AgentFact",
    "AgentStateChanged",
    "AgentWishChanged",
    "AnswererJudged",
    "AsteriskLost",
    "AsteriskReached",
    "AttemptAbandoned",
    "AttemptAnswered",
    "AttemptCalledOff",
    "AttemptCommitted",
    "AttemptConnected",
    "AttemptEnded",
    "AttemptFact",
    "CallArrived",
    "CallConnected",
    "CallEnded",
    "CallOffered",
    "CallQueued",
    "CallServedAlone",
    "CallerRecognised",
    "CampaignFact",
    "CampaignStarted",
    "CampaignStopped",
    "ClockBelieved",
    "ClockJumped",
    "ContactRefused",
    "ControllerStarted",
    "DifferenceFound",
    "DispositionRecorded",
    "Fact",
    "ForecastMade",
    "InboundFact",
    "InformationMessagePlayed",
    "MachineMistaken",
    "MenuChosen",
    "OfferUnanswered",
    "PacingChanged",
    "PacingDecided",
    "PreviewEnded",
    "PreviewShown",
    "SystemFact",
    "VoicemailLeft",
]


@dataclass(frozen=True, slots=True)
class CallArrived:
    """A caller reached one of a dealer's numbers. `cli` is E.164, None when hidden or malformed."""

    at: datetime
    call_id: CallId
    dealer: DealerId
    ddi: str
    cli: str | None
    leg_id: LegId
    node: NodeId


@dataclass(frozen=True, slots=True)
class CallerRecognised:
    """The caller returns a campaign's call to this contact, and goes to this department without a choice."""

    at: datetime
    call_id: CallId
    dealer: DealerId
    campaign_id: CampaignId
    contact_id: ContactId
    department: Department


@dataclass(frozen=True, slots=True)
class MenuChosen:
    """The caller chose a department, or was given one after too many misses (`by_default`)."""

    at: datetime
    call_id: CallId
    dealer: DealerId
    department: Department
    misses: int
    by_default: bool


@dataclass(frozen=True, slots=True)
class CallQueued:
    """The call entered a queue: it counts as offered from here."""

    at: datetime
    call_id: CallId
    dealer: DealerId
    department: Department
    priority: int


@dataclass(frozen=True, slots=True)
class CallOffered:
    """An agent's phone is being rung for this call. `reason` says why this agent."""

    at: datetime
    call_id: CallId
    dealer: DealerId
    department: Department
    agent_id: AgentId
    leg_id: LegId
    reason: str


@dataclass(frozen=True, slots=True)
class OfferUnanswered:
    """The agent did not take the offer; the call is back at its old place."""

    at: datetime
    call_id: CallId
    dealer: DealerId
    department: Department
    agent_id: AgentId
    cause: HangupCause


@dataclass(frozen=True, slots=True)
class CallConnected:
    """Customer and agent can hear each other. `wait_seconds` counts from the queue entry."""

    at: datetime
    call_id: CallId
    dealer: DealerId
    department: Department
    agent_id: AgentId
    leg_id: LegId
    wait_seconds: float


@dataclass(frozen=True, slots=True)
class VoicemailLeft:
    """The caller left a message. `seconds` is its length; `complete` is False when the file is shorter than that."""

    at: datetime
    call_id: CallId
    dealer: DealerId
    recording_id: RecordingId
    cli: str | None
    seconds: float
    complete: bool


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over. `phase` is where it was when it ended; `wait_seconds` is None when it was never queued."""

    at: datetime
    call_id: CallId
    dealer: DealerId
    department: Department | None
    phase: CallPhase
    outcome: InboundOutcome
    cause: HangupCause
    wait_seconds: float | None
    talk_seconds: float


@dataclass(frozen=True, slots=True)
class CallServedAlone:
    """Asterisk alone received a caller of whom no controller knew, and the call is over. It counts as offered.

    `at` is its end. `connected_at` is when a phone answered, None when nobody spoke to the caller; `wait_seconds` then runs
    to the tone of the voicemail, or to the end. `department` is the one that callers without a choice get.
    """

    at: datetime
    call_id: CallId
    dealer: DealerId
    ddi: str
    cli: str | None
    leg_id: LegId
    node: NodeId
    department: Department
    arrived_at: datetime
    connected_at: datetime | None
    outcome: InboundOutcome
    wait_seconds: float
    talk_seconds: float

    @property
    def phase(self) -> CallPhase:
        """Where the call was when it ended."""
        if self.outcome is InboundOutcome.VOICEMAIL:
            return CallPhase.VOICEMAIL
        return CallPhase.QUEUE if self.connected_at is None else CallPhase.TALKING


@dataclass(frozen=True, slots=True)
class AgentStateChanged:
    """An agent went from one state to another, or is paused for another reason. `reason` is one word; `call_id` the call, if any.

    `wrap_up_until` is when the wrap-up that begins is over, unless the agent ends it before. Who was taken out of a wrap-up for
    a call has what is left of it still to come: then it is when that would be over if it went on at once.
    """

    at: datetime
    agent_id: AgentId
    before: AgentState
    after: AgentState
    reason: str
    call_id: CallId | None = None
    campaign_id: CampaignId | None = None
    wrap_up_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class AgentWishChanged:
    """An agent with a call asked for something after it: PAUSED or LOGGED_OUT, or None, for nothing any more."""

    at: datetime
    agent_id: AgentId
    pending: AgentState | None
    reason: str


@dataclass(frozen=True, slots=True)
class ControllerStarted:
    """A controller took charge of a node under a new epoch."""

    at: datetime
    node: NodeId
    epoch: int


@dataclass(frozen=True, slots=True)
class AsteriskLost:
    """The way to a node's Asterisk is gone. `reason` is one word."""

    at: datetime
    node: NodeId
    reason: str


@dataclass(frozen=True, slots=True)
class AsteriskReached:
    """The way to a node's Asterisk is open and reconciled; `taken_over` live calls were adopted, `seconds` it took."""

    at: datetime
    node: NodeId
    generation: int
    taken_over: int
    ended_meanwhile: int
    seconds: float


@dataclass(frozen=True, slots=True)
class DifferenceFound:
    """What Asterisk has and what we think it has did not agree; `kind` is one word. Should stay at zero."""

    at: datetime
    node: NodeId
    kind: str
    object_id: str


@dataclass(frozen=True, slots=True)
class ClockJumped:
    """The wall clock was set to another time, `seconds` later or, below 0, earlier; `at` is the new time."""

    at: datetime
    node: NodeId
    seconds: float


@dataclass(frozen=True, slots=True)
class ClockBelieved:
    """A wall clock that was in doubt is believed again."""

    at: datetime
    node: NodeId


InboundFact = (
    CallArrived
    | CallerRecognised
    | MenuChosen
    | CallQueued
    | CallOffered
    | OfferUnanswered
    | CallConnected
    | VoicemailLeft
    | CallEnded
    | CallServedAlone
)
AttemptFact = (
    AttemptCommitted
    | AttemptCalledOff
    | AttemptAnswered
    | AttemptConnected
    | AttemptAbandoned
    | InformationMessagePlayed
    | AnswererJudged
    | MachineMistaken
    | AttemptEnded
)
CampaignFact = (
    CampaignStarted
    | CampaignStopped
    | PacingChanged
    | PacingDecided
    | ForecastMade
    | ContactRefused
    | PreviewShown
    | PreviewEnded
)
SystemFact = (
    ControllerStarted | AsteriskLost | AsteriskReached | DifferenceFound | ClockJumped | ClockBelieved
)
AgentFact = AgentStateChanged | AgentWishChanged | DispositionRecorded
Fact = InboundFact | AttemptFact | CampaignFact | SystemFact | AgentFact
