"""What happens to one leg, and to a call's clocks: the small facts a call's session reads one by one.

They are not journalled. Every one but `TimerExpired` comes from Asterisk, with Asterisk's own time.
"""

from dataclasses import dataclass
from datetime import datetime

from calls.ids import BridgeId, LegId, PlaybackId, RecordingId
from calls.words import AmdVerdict, HangupCause


@dataclass(frozen=True, slots=True)
class LegArrived:
    """A leg came under our control. `purpose` and `detail` are what the dialplan said (`in` and the DDI, say)."""

    at: datetime
    leg_id: LegId
    purpose: str
    detail: str
    cli_text: str


@dataclass(frozen=True, slots=True)
class LegRinging:
    """The other side rings."""

    at: datetime
    leg_id: LegId


@dataclass(frozen=True, slots=True)
class LegAnswered:
    """The leg picked up."""

    at: datetime
    leg_id: LegId


@dataclass(frozen=True, slots=True)
class DigitPressed:
    """A key was pressed: one of 0-9, *, # or A-D."""

    at: datetime
    leg_id: LegId
    digit: str


@dataclass(frozen=True, slots=True)
class AnswererHeard:
    """A detector's opinion of who picked up. `reason` is one word; only a `certain` machine may be hung up on.

    `over`: no other opinion follows, and the listening leg may go.
    """

    at: datetime
    leg_id: LegId
    verdict: AmdVerdict
    reason: str
    certain: bool
    over: bool = False


@dataclass(frozen=True, slots=True)
class PromptStarted:
    """A prompt began to play."""

    at: datetime
    leg_id: LegId
    playback_id: PlaybackId


@dataclass(frozen=True, slots=True)
class PromptFinished:
    """A prompt ended or was stopped. `failed`: nothing of it was played."""

    at: datetime
    leg_id: LegId
    playback_id: PlaybackId
    failed: bool = False


@dataclass(frozen=True, slots=True)
class LegJoined:
    """The leg came into a bridge. `hung_up`: it had hung up before, and is on its way out. Not told to calls (`app.ari.joins`)."""

    at: datetime
    leg_id: LegId
    bridge_id: BridgeId
    hung_up: bool


@dataclass(frozen=True, slots=True)
class PeopleJoined:
    """The legs of a `JoinPeople` are in the bridge: they can hear each other."""

    at: datetime
    bridge_id: BridgeId


@dataclass(frozen=True, slots=True)
class RecordingStopped:
    """A recording ended after `seconds`; `complete` when as much is stored as was recorded."""

    at: datetime
    recording_id: RecordingId
    seconds: float
    complete: bool = True


@dataclass(frozen=True, slots=True)
class LegEnded:
    """The leg is gone."""

    at: datetime
    leg_id: LegId
    cause: HangupCause


@dataclass(frozen=True, slots=True)
class LegLeft:
    """The leg left our control but may still be alive in the dialplan: its lease ran out, or it was sent there.

    `answered_at` and `message_at` are the dialplan's own times of the answer and of its information message, when it told.
    """

    at: datetime
    leg_id: LegId
    answered_at: datetime | None = None
    message_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TimerExpired:
    """A clock the call had set ran out."""

    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class HoldChanged:
    """Whoever is at the other end put us on hold (`on_hold`), or is there again. It concerns nobody but a line's own call."""

    at: datetime
    leg_id: LegId
    on_hold: bool


LegFact = (
    LegArrived
    | LegRinging
    | LegAnswered
    | DigitPressed
    | PromptStarted
    | PromptFinished
    | PeopleJoined
    | RecordingStopped
    | LegEnded
    | LegLeft
    | TimerExpired
)
