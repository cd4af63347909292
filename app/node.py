"""One Asterisk node: what comes in on its events socket goes to the calls, and its state decides whether we may act.

A call lives as long as Asterisk has it. When the way to Asterisk is lost, sessions wait; when it is back, everything is
compared (`app/reconcile.py`) before the first new event is read.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import time

from app.ari.beginnings import Beginnings
from app.ari.connection import Up
from app.ari.events import AriEvent
from app.ari.joins import Joins
from app.ari.leases import Leases
from app.ari.models import PlaybackFinished
from app.ari.operations import Ari
from app.ari.outcome import Done
from app.ari.translate import Translator, recorded_leg
from app.clock import Clock
from app.journal import Journal
from app.recordings import Recordings
from app.supervisor import Supervisor
from calls.facts import AsteriskLost, AsteriskReached, DifferenceFound
from calls.ids import LegId, NodeId
from calls.legs import (
    AnswererHeard,
    HoldChanged,
    LegArrived,
    LegEnded,
    LegFact,
    LegJoined,
    LegLeft,
    PromptFinished,
    PromptStarted,
    RecordingStopped,
)

_log = logging.getLogger(__name__)
HEARTBEAT_VARIABLE = "DL_HEARTBEAT"
APP_VARIABLE = "DL_APP"


class AsteriskNode:
    """Follows one events socket (`app.ari.connection.Listener`)."""

    def __init__(
        self,
        node: NodeId,
        ari: Ari,
        supervisor: Supervisor,
        journal: Journal,
        clock: Clock,
        receive: Callable[[LegArrived], None],
        reconcile: Callable[[str], Awaitable[tuple[int, int]]],
        leases: Leases,
        joins: Joins,
        recordings: Recordings,
        echo_seconds: Callable[[float], None],
        prompt_failed: Callable[[], None],
    ) -> None:
        """`receive` takes a leg that no call owns; `reconcile(application)` returns (taken over, ended meanwhile)."""
        self._node = node
        self._ari = ari
        self._supervisor = supervisor
        self._journal = journal
        self._clock = clock
        self._receive = receive
        self._reconcile = reconcile
        self.leases = leases
        self._joins = joins
        self._recordings = recordings
        self._echo_seconds = echo_seconds
        self._translator = Translator()
        self._beginnings = Beginnings(self._deliver_began, prompt_failed)
        self._unannounced = ""
        self.up = False

    async def on_up(self, up: Up) -> None:
        """Compare everything, then let the dialplan send us calls again."""
        began = self._clock.monotonic()
        self._translator.forget()
        self._unannounced = up.application
        await self._announce()
        taken_over, ended = await self._reconcile(up.application)
        await self._beat()
        self.up = True
        seconds = self._clock.monotonic() - began
        self._journal.publish(
            AsteriskReached(self._clock.now(), self._node, up.generation, taken_over, ended, seconds)
        )

    def on_event(self, event: AriEvent) -> None:
        """Hand one event to the call it is about. One that cannot be handled is told as a difference, and the next is read."""
        try:
            self._handle(event)
        except Exception:  # noqa: BLE001 - the boundary of one event: it must not end the calls of all others
            kind = type(event).__name__
            _log.exception("an event could not be handled", extra={"node": self._node, "event": kind})
            self._journal.publish(DifferenceFound(self._clock.now(), self._node, "event_failed", kind))

    def _handle(self, event: AriEvent) -> None:
        fact = self._translator.facts(event)
        if fact is None:
            return
        self._joins.on_fact(fact)
        if isinstance(fact, LegJoined):
            return
        leg_id = recorded_leg(event) if isinstance(fact, RecordingStopped) else leg_of(fact)
        if leg_id is None:
            return
        if isinstance(fact, PromptStarted):
            self._beginnings.hold(fact)
            return
        if isinstance(fact, PromptFinished) and isinstance(event, PlaybackFinished):
            fact = replace(fact, failed=self._beginnings.never_was(fact, event.playback.media_uri))
        self._beginnings.release(leg_id)
        match fact:
            case LegEnded() | LegLeft():
                self.leases.drop(leg_id)
            case PromptFinished(playback_id=what) | RecordingStopped(recording_id=what):
                self.leases.uncover(leg_id, what)
            case _:
                pass
        if isinstance(fact, RecordingStopped):
            fact = self._recordings.checked(fact)
        session = self._supervisor.owner(leg_id)
        if session is not None:
            session.deliver(fact)
        elif isinstance(fact, LegArrived):
            self._receive(fact)

    def _deliver_began(self, began: PromptStarted) -> None:
        session = self._supervisor.owner(began.leg_id)
        if session is not None:
            session.deliver(began)

    async def on_echo(self, seconds: float) -> None:
        """Events reach us: say so to the dialplan."""
        self._echo_seconds(seconds)
        await self._beat()

    def on_down(self, reason: str) -> None:
        """Stop acting on this node until it is back; whoever waits goes to the fallback when that takes long."""
        self.up = False
        self.leases.suspend()
        _log.warning("asterisk is out of reach", extra={"node": self._node, "reason": reason})
        self._journal.publish(AsteriskLost(self._clock.now(), self._node, "socket_down"))

    def on_deaf(self, application: str) -> None:
        """The old application name hears nothing any more; the next one is announced in `on_up`."""
        _log.error(
            "asterisk is deaf on this application", extra={"node": self._node, "application": application}
        )

    async def _announce(self) -> None:
        """Tell the dialplan our application's name; what is not taken in is told again before the next heartbeat."""
        named = await self._ari.asterisk.set_global_var(variable=APP_VARIABLE, value=self._unannounced)
        if isinstance(named, Done):
            self._unannounced = ""

    async def _beat(self) -> None:
        if self._unannounced:
            await self._announce()
        await self._ari.asterisk.set_global_var(variable=HEARTBEAT_VARIABLE, value=str(int(time())))


def leg_of(fact: LegFact | AnswererHeard | HoldChanged) -> LegId | None:
    """The leg a fact is about, None when it is about none."""
    return getattr(fact, "leg_id", None)
