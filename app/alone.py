"""What Asterisk did for people while nobody steered it, as its dialplan marked it (`extensions.conf.j2`). Pure.

The marks of one person are the entries `/dealerlijn/CHANNEL/EVENT` of Asterisk's own database; times are ISO 8601 in UTC.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.dealers import Dealer
from calls.facts import CallServedAlone, VoicemailLeft
from calls.ids import CallId, LegId, NodeId, RecordingId
from calls.legs import RecordingStopped
from calls.numbers import cli_from_sip
from calls.words import InboundOutcome

FAMILY = "dealerlijn"
_SHORTEST_MESSAGE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class MessageHeard:
    """A customer whom we rang answered and got the information message. `objected_at`: pressed the key to object."""

    answered_at: datetime
    message_at: datetime
    objected_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CallerServed:
    """A caller came to the fallback. `connected_at` is None while no phone has answered, `ended_at` until the end.

    `recorded_at`: there was the tone of the voicemail; what was said then, if anything, is `recording_alone`.
    """

    arrived_at: datetime
    ddi: str
    cli_text: str
    connected_at: datetime | None = None
    ended_at: datetime | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alone:
    """All marks there are, by the leg of the person."""

    messages: Mapping[LegId, MessageHeard] = field(default_factory=dict)
    callers: Mapping[LegId, CallerServed] = field(default_factory=dict)


def read_marks(entries: Mapping[str, str]) -> Alone:
    """Make sense of the entries of Asterisk's database. What lacks its beginning, or cannot be read, is passed over."""
    by_leg: dict[LegId, dict[str, str]] = defaultdict(dict)
    for key, value in entries.items():
        match key.split("/"):
            case ["", family, leg_id, event] if family == FAMILY:
                by_leg[LegId(leg_id)][event] = value
            case _:
                pass
    messages, callers = {}, {}
    for leg_id, events in by_leg.items():
        if (message := _message(events)) is not None:
            messages[leg_id] = message
        elif (caller := _caller(events)) is not None:
            callers[leg_id] = caller
    return Alone(messages, callers)


def recording_alone(leg_id: LegId) -> RecordingId:
    """The message that a caller of the fallback may have left, as the dialplan names its file."""
    return RecordingId(f"alone-{leg_id}")


def message_alone(
    caller: CallerServed, recorded: RecordingStopped, dealer: Dealer, call_id: CallId
) -> VoicemailLeft | None:
    """The caller's message, by what is stored of it; None when that is too short to be one."""
    voicemail = dealer.entry.voicemail
    if recorded.seconds < (voicemail.min_seconds if voicemail is not None else _SHORTEST_MESSAGE_SECONDS):
        return None
    cli = cli_from_sip(caller.cli_text)
    return VoicemailLeft(
        recorded.at,
        call_id,
        dealer.dealer,
        recorded.recording_id,
        cli.e164 if cli is not None else None,
        recorded.seconds,
        recorded.complete,
    )


def served_alone(
    caller: CallerServed,
    leg_id: LegId,
    dealer: Dealer,
    call_id: CallId,
    node: NodeId,
    now: datetime,
    *,
    left_message: bool = False,
) -> CallServedAlone:
    """The one fact of a call that is over and of which no controller knew. An end that Asterisk's own death hid is `now`."""
    ended_at = caller.ended_at or now
    cli = cli_from_sip(caller.cli_text)
    waited = max(
        0.0, ((caller.connected_at or caller.recorded_at or ended_at) - caller.arrived_at).total_seconds()
    )
    talked = max(0.0, (ended_at - (caller.connected_at or ended_at)).total_seconds())
    if caller.connected_at is not None:
        outcome = InboundOutcome.CONNECTED
    elif left_message:
        outcome = InboundOutcome.VOICEMAIL
    elif caller.ended_at is not None and waited < dealer.entry.short_abandon_seconds:
        outcome = InboundOutcome.SHORT_ABANDONED
    else:
        outcome = InboundOutcome.LOST
    return CallServedAlone(
        ended_at,
        call_id,
        dealer.dealer,
        caller.ddi,
        cli.e164 if cli is not None else None,
        leg_id,
        node,
        dealer.entry.menu.default,
        caller.arrived_at,
        caller.connected_at,
        outcome,
        waited,
        talked,
    )


def _message(events: Mapping[str, str]) -> MessageHeard | None:
    answered_at, message_at = _time(events, "answered"), _time(events, "message")
    if answered_at is None or message_at is None:
        return None
    return MessageHeard(answered_at, message_at, _time(events, "objection"))


def _caller(events: Mapping[str, str]) -> CallerServed | None:
    arrived, _, rest = events.get("caller", "").partition(" ")
    ddi, _, cli_text = rest.partition(" ")
    arrived_at = read_moment(arrived)
    if arrived_at is None:
        return None
    return CallerServed(
        arrived_at,
        ddi,
        cli_text,
        _time(events, "connected"),
        _time(events, "ended"),
        _time(events, "recording"),
    )


def _time(events: Mapping[str, str], event: str) -> datetime | None:
    return read_moment(events.get(event, ""))


def read_moment(text: str) -> datetime | None:
    """A moment as the dialplan writes it; None when it is none."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError:
        return None
