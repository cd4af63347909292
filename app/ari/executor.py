"""Carries out commands on Asterisk. A leg that is gone is no error: its end arrives as a fact.

The one command whose failure nobody else would tell is ringing somebody: then the executor says that the leg ended.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from app.ari.joins import Joins
from app.ari.leases import Leases
from app.ari.operations import Ari, HangupReason
from app.ari.outcome import Done, Gone, Outcome, Unknown, confirmed
from app.ari.transport import Lane
from calls.commands import (
    AnswerLeg,
    CloseBridge,
    Command,
    Detect,
    HangUp,
    JoinPeople,
    LeaveToMessage,
    ListenIn,
    PlayPrompts,
    RingAgent,
    SetLease,
    StartMusic,
    StartRecording,
    StopMusic,
    StopPrompts,
    StopRecording,
)
from calls.ids import AgentId, BridgeId, LegId
from calls.numbers import PhoneNumber
from calls.words import HangupCause, MachineDetection
from dialer.ports import MachineDetector

_log = logging.getLogger(__name__)
PROMPT_FOLDER = "dealerlijn"
_RING_MARGIN_SECONDS = 2  # the call's own clock ends an offer; this one is for when we are gone
_REASONS: dict[HangupCause, HangupReason] = {
    HangupCause.NORMAL: "normal",
    HangupCause.BUSY: "busy",
    HangupCause.NO_ANSWER: "no_answer",
    HangupCause.REJECTED: "rejected",
    HangupCause.INVALID_NUMBER: "unallocated",
    HangupCause.CONGESTION: "congestion",
    HangupCause.FAILURE: "failure",
    HangupCause.CALLED_OFF: "normal",
    HangupCause.LOST_WHILE_DOWN: "normal",
    HangupCause.NOT_DIALLED: "normal",
}


@dataclass(frozen=True, slots=True)
class Dial:
    """A leg to be made: `extension` of `context` is where it lands when it is answered."""

    leg_id: LegId
    endpoint: str
    context: str
    ring_seconds: int
    caller_id: str
    variables: dict[str, str]


class Executor:
    """Carries out one command at a time for a call; calls run side by side."""

    def __init__(
        self,
        ari: Ari,
        leases: Leases,
        joins: Joins,
        application: Callable[[], str],
        endpoint_of: Callable[[AgentId], str | None],
        prompt_seconds: Callable[[str], float],
        detectors: Mapping[MachineDetection, MachineDetector],
    ) -> None:
        self._ari = ari
        self._prompt_seconds = prompt_seconds
        self._application = application
        self.leases = leases
        self.joins = joins
        self._endpoint_of = endpoint_of
        self._detectors = detectors
        self.dialling: set[LegId] = set()
        """Legs that are being made (`making`)."""

    async def carry_out(self, command: Command) -> bool:
        """Carry out a command; False when it could not be done for want of the leg or an answer from Asterisk.

        Timers, `JoinQueue` and `Publish` are the session's own and are not known here.
        """
        outcome: Outcome[object]
        match command:
            case AnswerLeg(leg_id=leg):
                outcome = await self._ari.channels.answer(channel_id=leg)
            case PlayPrompts():
                outcome = await self._play(command)
            case StopPrompts(playback_id=playback):
                outcome = await self._ari.playbacks.stop(playback_id=playback)
            case StartMusic() | StopMusic():
                outcome = await self._music(command)
            case SetLease(leg_id=leg, seconds=seconds):
                await self.leases.set(leg, seconds)
                return True
            case HangUp() | LeaveToMessage():
                outcome = await self._let_go(command)
            case RingAgent():
                return await self._ring(command)
            case JoinPeople(bridge_id=bridge, legs=legs):
                return await self.join(bridge, legs)
            case ListenIn() | Detect():
                return await self._listen(command)
            case CloseBridge(bridge_id=bridge):
                outcome = await self._ari.bridges.destroy(bridge_id=bridge)
            case StartRecording() | StopRecording():
                outcome = await self._record(command)
            case _:
                raise TypeError(f"{type(command).__name__} is not for Asterisk")
        return self._done(command, outcome)

    async def dial(self, dial: Dial) -> bool:
        """Make a leg and follow it. False: there is no such leg, nor will there be.

        A leg that ended between the two requests (refused at once by a neighbour) is reported the same way. A leg that
        Asterisk would not tell of may still ring: the next comparison with what Asterisk has tells its end.
        """
        with self.making(dial.leg_id):
            return await self._dial(dial)

    @contextmanager
    def making(self, leg_id: LegId) -> Iterator[None]:
        """Within it, that Asterisk has no such leg says nothing: it is being made, or how it ended is being asked."""
        outermost = leg_id not in self.dialling
        self.dialling.add(leg_id)
        try:
            yield
        finally:
            if outermost:
                self.dialling.discard(leg_id)

    async def _dial(self, dial: Dial) -> bool:
        leg_id = dial.leg_id
        outcome = await self._ari.channels.originate_with_id(
            channel_id=leg_id,
            endpoint=dial.endpoint,
            context=dial.context,
            extension=leg_id,
            priority=1,
            caller_id=dial.caller_id,
            timeout=dial.ring_seconds,
            variables=dial.variables,
        )
        # "Already exists" may be another channel's prefix, and a lost answer may hide a living channel.
        made = await confirmed(outcome, lambda: self._ari.channels.get(channel_id=leg_id))
        if isinstance(made, Gone):
            return False
        return await self.follow(leg_id) or isinstance(made, Unknown)

    async def follow(self, leg_id: LegId) -> bool:
        """Hear of a leg's events from now on, once however often it is asked; False when there is no such leg."""
        followed = await self._ari.applications.subscribe(
            application_name=self._application(), event_source=[f"channel:{leg_id}"]
        )
        return not isinstance(followed, Gone)

    async def exists(self, leg_id: LegId) -> bool:
        """Whether Asterisk has this leg."""
        return isinstance(await self._ari.channels.get(channel_id=leg_id), Done)

    async def rings(self, leg_id: LegId) -> bool:
        """Whether the phone of this leg rings, as far as the network says so."""
        found = await self._ari.channels.get(channel_id=leg_id)
        return isinstance(found, Done) and found.value.state == "Ringing"

    async def open_bridge(self, bridge_id: BridgeId) -> bool:
        """Make a mixing bridge; True also when it exists."""
        outcome = await self._ari.bridges.create_with_id(
            bridge_id=bridge_id, type="mixing", name=bridge_id, lane=Lane.BRIDGE
        )
        return isinstance(outcome, Done)

    async def join(self, bridge_id: BridgeId, legs: tuple[LegId, ...]) -> bool:
        """Bring legs into a bridge; a bridge that does not exist is made.

        False: they are not in it. Whoever may have come in without an answer of Asterisk's is looked for, or taken out.
        """
        if len(legs) > 1:
            # Two who meet have no bridge yet; whoever joins somebody later has one as a rule.
            await self.open_bridge(bridge_id)
        outcome = await self._ari.bridges.add_channel(bridge_id=bridge_id, channel=legs, lane=Lane.BRIDGE)
        if isinstance(outcome, Gone) and await self.open_bridge(bridge_id):
            outcome = await self._ari.bridges.add_channel(bridge_id=bridge_id, channel=legs, lane=Lane.BRIDGE)
        if isinstance(outcome, Unknown):
            return await self._are_in(bridge_id, legs)
        return isinstance(outcome, Done)

    async def _are_in(self, bridge_id: BridgeId, legs: tuple[LegId, ...]) -> bool:
        found = await self._ari.bridges.get(bridge_id=bridge_id)
        if isinstance(found, Done) and set(legs) <= set(found.value.channels):
            return True
        await self._ari.bridges.remove_channel(bridge_id=bridge_id, channel=legs)
        return False

    async def beep(self, leg_id: LegId) -> None:
        """Let an agent hear that somebody is there. In a bridge nothing else passes to or from the agent meanwhile."""
        # Not to the bridge: Asterisk 22.10.1 then goes through those in it unlocked, and crashes if one leaves meanwhile.
        await self._ari.channels.play(channel_id=leg_id, media=[prompt_media("agent-beep")])

    async def _ring(self, command: RingAgent) -> bool:
        endpoint = self._endpoint_of(command.agent_id)
        if endpoint is None:
            return False
        return await self.dial(
            Dial(
                command.leg_id,
                endpoint,
                "agent-offered",
                command.ring_seconds + _RING_MARGIN_SECONDS,
                caller_id(command.show_number),
                {"DL_CALL": command.leg_id},
            )
        )

    async def _play(self, command: PlayPrompts) -> Outcome[object]:
        seconds = sum(map(self._prompt_seconds, command.prompts))
        await self.leases.cover(command.leg_id, seconds, command.playback_id)
        outcome = await self._ari.channels.play_with_id(
            channel_id=command.leg_id,
            playback_id=command.playback_id,
            media=[prompt_media(name) for name in command.prompts],
        )
        if not isinstance(outcome, Done):
            self.leases.uncover(command.leg_id, command.playback_id)
        return outcome

    async def _music(self, command: StartMusic | StopMusic) -> Outcome[object]:
        channels = self._ari.channels
        asked = channels.start_moh if isinstance(command, StartMusic) else channels.stop_moh
        return await asked(channel_id=command.leg_id)

    async def _listen(self, command: ListenIn | Detect) -> bool:
        if isinstance(command, Detect):
            return await self._detectors[command.detection].listen(command.listener)
        outcome = await self._ari.channels.snoop_channel_with_id(
            channel_id=command.leg_id,
            snoop_id=command.listener,
            spy="in",
            app=self._application(),
            app_args="listening",
        )
        return self._done(command, outcome)

    async def _let_go(self, command: HangUp | LeaveToMessage) -> Outcome[None]:
        channels = self._ari.channels
        if isinstance(command, HangUp):
            return await channels.hangup(channel_id=command.leg_id, reason=_REASONS[command.cause])
        return await channels.continue_in_dialplan(
            channel_id=command.leg_id, context="message", extension="s", priority=1
        )

    async def _record(self, command: StartRecording | StopRecording) -> Outcome[object]:
        if isinstance(command, StopRecording):
            return await self._ari.recordings.stop(recording_name=command.recording_id)
        await self.leases.cover(command.leg_id, command.max_seconds, command.recording_id)
        outcome = await self._ari.channels.record(
            channel_id=command.leg_id,
            name=command.recording_id,
            format="wav",
            max_duration_seconds=command.max_seconds,
            max_silence_seconds=command.max_silence_seconds,
            beep=True,
            terminate_on="#",
            if_exists="fail",
        )
        if not isinstance(outcome, Done):
            self.leases.uncover(command.leg_id, command.recording_id)
        return outcome

    def _done(self, command: Command, outcome: Outcome[object]) -> bool:
        if isinstance(outcome, Done):
            return True
        if not isinstance(outcome, Gone):
            _log.warning(
                "command not carried out", extra={"command": type(command).__name__, "outcome": repr(outcome)}
            )
        return False


def prompt_media(name: str) -> str:
    """The media of one of our prompts."""
    return f"sound:{PROMPT_FOLDER}/{name}"


def caller_id(number: str | None) -> str:
    """What a phone shows for a number; a hidden number shows as anonymous."""
    return f'"{number}" <{number}>' if number else '"Anoniem" <anonymous>'


def dial_string(number: PhoneNumber, trunk_endpoint: str) -> str:
    """Where Asterisk reaches a validated number: the only place where a number becomes a dial string."""
    digits = number.e164
    if not (
        digits.startswith("+") and digits[1:].isascii() and digits[1:].isdecimal() and 8 <= len(digits) <= 16
    ):
        raise ValueError("not an E.164 number")
    return f"PJSIP/{digits}@{trunk_endpoint}"
