"""From Asterisk's events to the facts of a leg: the one place that knows both.

Events tell of a leg's end in several ways and in several orders (a hang-up request, leaving Stasis, destruction). The
translator remembers a hang-up request until the leg has left, so that a leg that was hung up (`LegEnded`) is told apart
from one that left for the dialplan and lives on (`LegLeft`).
"""

from datetime import UTC, datetime, timedelta

from app.ari.models import (
    ChannelDestroyed,
    ChannelDtmfReceived,
    ChannelEnteredBridge,
    ChannelHangupRequest,
    ChannelHold,
    ChannelStateChange,
    ChannelUnhold,
    ChannelUserevent,
    PlaybackFinished,
    PlaybackStarted,
    RecordingFailed,
    RecordingFinished,
    StasisEnd,
    StasisStart,
)
from calls.ids import BridgeId, LegId, PlaybackId, RecordingId
from calls.legs import (
    AnswererHeard,
    DigitPressed,
    HoldChanged,
    LegAnswered,
    LegArrived,
    LegEnded,
    LegFact,
    LegJoined,
    LegLeft,
    LegRinging,
    PromptFinished,
    PromptStarted,
    RecordingStopped,
)
from calls.words import cause_from_q850
from dialer.machine import opinion_of_app_amd

MESSAGE_EVENT = "DealerlijnMessage"
_CHANNEL_URI = "channel:"
_FAILED = "failed"
_A_DAY = timedelta(days=1)
_ON_REQUEST = 32  # AST_SOFTHANGUP_EXPLICIT: hung up over ARI; others tell of a peer that is silent, or of Asterisk stopping
_NO_CAUSE = 0


class Translator:
    """Turns events into facts, one by one, in order. Holds a little of each leg that is being hung up or recorded."""

    def __init__(self) -> None:
        self._requested: dict[LegId, int] = {}
        self._recording_since: dict[str, datetime] = {}

    def forget(self) -> None:
        """Drop what is remembered: after a reconnect the events between are lost."""
        self._requested.clear()
        self._recording_since.clear()

    def facts(self, event: object) -> LegFact | LegJoined | AnswererHeard | HoldChanged | None:
        """Return the fact an event tells, None when it tells none."""
        match event:
            case StasisStart(channel=channel, args=["judged", said], timestamp=at):
                verdict, reason = opinion_of_app_amd(said)
                return AnswererHeard(_utc(at), LegId(channel.id), verdict, reason, certain=False, over=True)
            case StasisStart(channel=channel, args=args, timestamp=at):
                return LegArrived(
                    _utc(at),
                    LegId(channel.id),
                    args[0] if args else "",
                    args[1] if len(args) > 1 else "",
                    channel.caller.number,
                )
            case ChannelStateChange(channel=channel, timestamp=at):
                if channel.state == "Up":
                    return LegAnswered(_utc(at), LegId(channel.id))
                return LegRinging(_utc(at), LegId(channel.id)) if channel.state == "Ringing" else None
            case ChannelDtmfReceived(channel=channel, digit=digit, timestamp=at):
                return DigitPressed(_utc(at), LegId(channel.id), digit)
            case ChannelHold(channel=channel, timestamp=at) | ChannelUnhold(channel=channel, timestamp=at):
                return HoldChanged(_utc(at), LegId(channel.id), isinstance(event, ChannelHold))
            case ChannelEnteredBridge(channel=channel, bridge=bridge, timestamp=at) if channel is not None:
                leg_id = LegId(channel.id)
                return LegJoined(_utc(at), leg_id, BridgeId(bridge.id), hung_up=leg_id in self._requested)
            case ChannelHangupRequest() | StasisEnd() | ChannelDestroyed():
                return self._leaving(event)
            case PlaybackStarted() | PlaybackFinished():
                return self._prompt(event)
            case ChannelUserevent(channel=channel, timestamp=at) if (
                event.eventname == MESSAGE_EVENT and channel
            ):
                # The dialplan itself plays the message: the leg will not be ours any more.
                answered = _moment(event.userevent.get("answered"), latest=_utc(at))
                return LegLeft(_utc(at), LegId(channel.id), answered, _utc(at))
            case (
                RecordingFinished(recording=recording, timestamp=at)
                | RecordingFailed(recording=recording, timestamp=at)
            ):
                return RecordingStopped(_utc(at), RecordingId(recording.name), float(recording.duration or 0))
            case _:
                return None

    def _prompt(self, event: PlaybackStarted | PlaybackFinished) -> LegFact | None:
        playback, at = event.playback, _utc(event.timestamp)
        if not playback.target_uri.startswith(_CHANNEL_URI):
            return None
        leg_id, playback_id = LegId(playback.target_uri.removeprefix(_CHANNEL_URI)), PlaybackId(playback.id)
        if isinstance(event, PlaybackStarted):
            return PromptStarted(at, leg_id, playback_id)
        # A prompt during which somebody hangs up has failed too, in Asterisk's word.
        failed = playback.state == _FAILED and leg_id not in self._requested
        return PromptFinished(at, leg_id, playback_id, failed)

    def _leaving(self, event: ChannelHangupRequest | StasisEnd | ChannelDestroyed) -> LegFact | None:
        leg_id = LegId(event.channel.id)
        match event:
            case ChannelHangupRequest(cause=cause, soft=soft):
                if soft:
                    # Asterisk's own wish: its number is no cause, but says on whose behalf. Ours is an ordinary end.
                    cause = 16 if cause == _ON_REQUEST else _NO_CAUSE
                elif not cause:
                    cause = 16
                # The first request names the cause; later ones repeat it with less.
                self._requested.setdefault(leg_id, cause)
                return None
            case StasisEnd(timestamp=at):
                requested = self._requested.pop(leg_id, None)
                if requested is None:
                    return LegLeft(_utc(at), leg_id)
                return LegEnded(_utc(at), leg_id, cause_from_q850(requested))
            case ChannelDestroyed(cause=cause, timestamp=at):
                requested = self._requested.pop(leg_id, None)
                return LegEnded(_utc(at), leg_id, cause_from_q850(cause or requested or 0))


def recorded_leg(event: object) -> LegId | None:
    """Return the leg that a recording event is about."""
    if isinstance(event, RecordingFinished | RecordingFailed):
        uri = event.recording.target_uri
        return LegId(uri.removeprefix(_CHANNEL_URI)) if uri.startswith(_CHANNEL_URI) else None
    return None


def _moment(text: object, *, latest: datetime) -> datetime:
    """A moment in UTC that the dialplan wrote; `latest` when it wrote none that can be."""
    try:
        told = datetime.fromisoformat(text if isinstance(text, str) else "")
        told = told.replace(tzinfo=UTC) if told.tzinfo is None else _utc(told)
    except (ValueError, OverflowError):
        return latest
    return told if latest - _A_DAY < told < latest else latest


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
