"""The task that owns one call: it reads facts one by one, asks the call's machine and carries out the commands.

No rule about calls is in here. What the machine decides is data; what fails because a leg is gone is told as a fact.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from app.ari.executor import Executor
from app.clock import Clock
from app.journal import Journal
from calls.commands import (
    CancelTimer,
    Command,
    JoinPeople,
    PlayPrompts,
    Publish,
    RingAgent,
    SetTimer,
    StartRecording,
)
from calls.facts import Fact
from calls.ids import CallId, LegId
from calls.legs import LegEnded, LegFact, PeopleJoined, PromptFinished, RecordingStopped, TimerExpired
from calls.words import HangupCause

INBOX_SIZE = 1000
_log = logging.getLogger(__name__)


class Machine(Protocol):
    """What a kind of call does: a fact in, commands out. Plain, no await."""

    @property
    def call_id(self) -> CallId:
        """The call."""
        ...

    @property
    def ended(self) -> bool:
        """Whether nothing more will be done."""
        ...

    def handle(self, fact: object) -> Sequence[Command]:
        """Take one fact and say what to do."""
        ...

    def legs(self) -> Sequence[LegId]:
        """The legs that belong to the call now: what must be hung up if this program fails it."""
        ...

    def failed(self, at: datetime) -> Sequence[Fact]:
        """What is to be published when this program fails the call: its end, unless that was told already."""
        ...


class CallSession:
    """One call, one inbox, one task."""

    def __init__(self, machine: Machine, executor: Executor, journal: Journal, clock: Clock) -> None:
        self.machine = machine
        self._executor = executor
        self._journal = journal
        self._clock = clock
        self._inbox: asyncio.Queue[object] = asyncio.Queue(INBOX_SIZE)
        self._timers: dict[str, asyncio.TimerHandle] = {}

    def deliver(self, fact: object) -> None:
        """Hand over a fact; it is read in order. A full inbox drops it: such a call is beyond help and logged."""
        try:
            self._inbox.put_nowait(fact)
        except asyncio.QueueFull:
            _log.error(
                "a call's inbox is full", extra={"call": self.machine.call_id, "fact": type(fact).__name__}
            )

    async def run(self, first: Sequence[Command] = ()) -> None:
        """Carry out `first`, then live until the machine has ended. Timers end with it."""
        try:
            await self._carry_out(first)
            while not self.machine.ended:
                await self._carry_out(self.machine.handle(await self._inbox.get()))
        finally:
            for timer in self._timers.values():
                timer.cancel()
            self._timers.clear()

    async def _carry_out(self, commands: Sequence[Command]) -> None:
        # What came of these commands is read before the inbox: a clock that ran out while people were being joined must
        # find them joined.
        outcomes: list[LegFact] = []
        for command in commands:
            match command:
                case Publish(fact=fact):
                    self._journal.publish(fact)
                case SetTimer(name=name, seconds=seconds):
                    self._set_timer(name, seconds)
                case CancelTimer(name=name):
                    if (timer := self._timers.pop(name, None)) is not None:
                        timer.cancel()
                case JoinPeople(bridge_id=bridge_id, legs=legs):
                    if await self._executor.carry_out(command):
                        at = await self._executor.joins.moment(bridge_id, legs, self._clock.now)
                        if at is not None:
                            outcomes.append(PeopleJoined(at, bridge_id))
                case _:
                    done = await self._executor.carry_out(command)
                    if (outcome := _outcome(command, self._clock.now(), done=done)) is not None:
                        outcomes.append(outcome)
        for outcome in outcomes:
            await self._carry_out(self.machine.handle(outcome))

    def _set_timer(self, name: str, seconds: float) -> None:
        if (running := self._timers.pop(name, None)) is not None:
            running.cancel()
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, self._expire, name)

    def _expire(self, name: str) -> None:
        self._timers.pop(name, None)
        self.deliver(TimerExpired(self._clock.now(), name))


def _outcome(command: Command, at: datetime, *, done: bool) -> LegFact | None:
    """What became of a command, as far as nobody else would tell the machine."""
    match command:
        case PlayPrompts(leg_id=leg_id, playback_id=playback_id) if not done:
            return PromptFinished(at, leg_id, playback_id)
        case RingAgent(leg_id=leg_id) if not done:
            return LegEnded(at, leg_id, HangupCause.FAILURE)
        case StartRecording(recording_id=recording) if not done:
            return RecordingStopped(at, recording, 0.0, complete=False)
        case _:
            return None
