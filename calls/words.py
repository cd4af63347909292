"""Short closed lists of words that facts, figures and settings share."""

from enum import StrEnum


class Department(StrEnum):
    """What a dealer's customer asks for."""

    SALES = "sales"
    PARTS = "parts"
    WORKSHOP = "workshop"
    RECEPTION = "reception"


class Direction(StrEnum):
    """Who rang whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class CallPhase(StrEnum):
    """How far an inbound call has come."""

    GREETING = "greeting"
    MENU = "menu"
    CLOSED = "closed"
    VOICEMAIL = "voicemail"
    QUEUE = "queue"
    RINGING = "ringing"
    TALKING = "talking"


class InboundOutcome(StrEnum):
    """The one way in which an inbound call ended.

    `lost`: ended before a person spoke to the customer, with nothing promised instead. `short_abandoned`: the same, but
    the customer hung up within the threshold. `diverted`: left our control for the fallback in the dialplan.
    """

    CONNECTED = "connected"
    LOST = "lost"
    SHORT_ABANDONED = "short_abandoned"
    VOICEMAIL = "voicemail"
    DIVERTED = "diverted"


class AttemptOutcome(StrEnum):
    """The one way in which an outbound attempt ended."""

    CONNECTED = "connected"
    ABANDONED = "abandoned"
    MACHINE = "machine"  # connected, and hung up by us because a machine had certainly answered
    HUNG_UP = (
        "hung_up"  # answered, and the customer hung up within the grace time, before any agent or message
    )
    UNANSWERED = "unanswered"
    BUSY = "busy"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"  # committed, but no trace of it after a restart: counts as dialled


class HangupCause(StrEnum):
    """Why a leg ended, reduced from Q.850."""

    NORMAL = "normal"
    BUSY = "busy"
    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    INVALID_NUMBER = "invalid_number"
    CONGESTION = "congestion"
    FAILURE = "failure"
    CALLED_OFF = "called_off"  # no Q.850 cause: we hung up while it rang, before its ring time was over
    LOST_WHILE_DOWN = "lost_while_down"
    NOT_DIALLED = "not_dialled"  # no Q.850 cause: committed, and never sent


class MachineDetection(StrEnum):
    """Who listens whether a person or a machine picked up: nobody, Asterisk's own detector, or ours."""

    OFF = "off"
    APP_AMD = "app_amd"
    FEATURES = "features"


class AmdVerdict(StrEnum):
    """What answering machine detection makes of who picked up."""

    PERSON = "person"
    MACHINE = "machine"
    UNSURE = "unsure"


class PreviewEnd(StrEnum):
    """What became of a contact that an agent had before them."""

    DIALLED = "dialled"
    SKIPPED = "skipped"
    EXPIRED = "expired"  # the agent did nothing, or nothing could be done, until its time was over
    REFUSED = "refused"  # by then a rule forbade the call
    RELEASED = "released"  # the agent was needed elsewhere or left, or the campaign works in another way


class AgentState(StrEnum):
    """What an agent is doing."""

    LOGGED_OUT = "logged_out"
    AVAILABLE = "available"
    RESERVED = "reserved"
    RINGING = "ringing"
    ON_CALL = "on_call"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"


class Replayed(StrEnum):
    """What comes of making a kept decision again. UNKNOWN: what it was made from is not all there any more."""

    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


class ReloadModule(StrEnum):
    """A part of Asterisk's configuration that can be read again while calls go on."""

    PJSIP = "pjsip"
    DIALPLAN = "dialplan"
    QUEUES = "queues"
    MUSIC = "music"


_Q850 = {
    1: HangupCause.INVALID_NUMBER,
    3: HangupCause.INVALID_NUMBER,
    16: HangupCause.NORMAL,
    17: HangupCause.BUSY,
    18: HangupCause.NO_ANSWER,
    19: HangupCause.NO_ANSWER,
    20: HangupCause.NO_ANSWER,
    21: HangupCause.REJECTED,
    22: HangupCause.INVALID_NUMBER,
    26: HangupCause.NORMAL,
    27: HangupCause.FAILURE,
    28: HangupCause.INVALID_NUMBER,
    31: HangupCause.NORMAL,
    34: HangupCause.CONGESTION,
    38: HangupCause.FAILURE,
    41: HangupCause.FAILURE,
    42: HangupCause.CONGESTION,
    58: HangupCause.FAILURE,
}


def cause_from_q850(number: int) -> HangupCause:
    """Reduce a Q.850 cause (ITU-T Q.850 table 1) to our short list; 0 and unknown numbers are `failure`."""
    return _Q850.get(number, HangupCause.FAILURE)
