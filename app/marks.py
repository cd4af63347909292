"""Picks up the marks of what Asterisk did alone: tells them to the journal, and removes them when they are stored.

A mark stays until its facts are in the database, so nothing is lost when this process dies in between; and what the
database knows already is not told again, so nothing is counted twice. Attempts are told by their own session
(`app/reconcile.py`), and what they said in the message by `app/said_alone.py`.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping, Set
from datetime import datetime
from typing import Protocol

from app.alone import (
    FAMILY,
    Alone,
    CallerServed,
    MessageHeard,
    message_alone,
    read_marks,
    recording_alone,
    served_alone,
)
from app.ami.errors import AmiError
from app.clock import Clock
from app.dealers import Dealers
from app.journal import Journal
from app.recordings import Recordings
from app.supervisor import Supervisor
from calls.facts import Fact
from calls.ids import CallId, LegId, NodeId, RecordingId
from dialer.errors import StoreUnavailable

LOOK_SECONDS = 5.0
STORED_WITHIN_SECONDS = 5.0
_log = logging.getLogger(__name__)


class MarkShelf(Protocol):
    """Asterisk's database. Each raises AmiError when it cannot be reached."""

    async def database(self, family: str, within: float = 0.0) -> Mapping[str, str]:
        """All entries of a family; waits up to `within` seconds for the link."""
        ...

    async def forget(self, family: str, key: str) -> None:
        """Remove what is below a key."""
        ...


class Told(Protocol):
    """What the database knows already. Each raises StoreUnavailable when it cannot be read."""

    async def callers(self, legs: Set[LegId], since: datetime) -> Mapping[LegId, CallId]:
        """The calls of those of the legs that have one in the journal; the first of them came to the fallback at `since`."""
        ...

    async def messages(self, recordings: Set[RecordingId]) -> Set[RecordingId]:
        """Those of the recordings that are listed as messages."""
        ...

    async def objections(self, calls: Set[CallId]) -> Set[CallId]:
        """Those of the calls in which somebody objected."""
        ...


class Marks:
    """The marks of one node. `exists` asks Asterisk whether it still has a leg."""

    def __init__(
        self,
        node: NodeId,
        shelf: MarkShelf,
        told: Told,
        dealers: Dealers,
        supervisor: Supervisor,
        journal: Journal,
        clock: Clock,
        recordings: Recordings,
        new_call_id: Callable[[], CallId],
        exists: Callable[[LegId], Awaitable[bool]],
        tell_objections: Callable[[Mapping[LegId, MessageHeard]], Awaitable[None]],
    ) -> None:
        """`tell_objections` publishes those in messages that are not known yet; it raises StoreUnavailable."""
        self._node = node
        self._shelf = shelf
        self._told = told
        self._dealers = dealers
        self._supervisor = supervisor
        self._journal = journal
        self._clock = clock
        self._recordings = recordings
        self._new_call_id = new_call_id
        self._exists = exists
        self._tell_objections = tell_objections
        self._seen: set[LegId] = set()
        self._published: set[LegId] = set()

    async def read(self, within: float) -> Alone | None:
        """All marks there are; None when Asterisk cannot be asked within so many seconds."""
        try:
            return read_marks(await self._shelf.database(FAMILY, within))
        except AmiError as error:
            _log.warning("marks cannot be read", extra={"reason": str(error)})
            return None

    async def look(self) -> None:
        """Tell and remove what was over at the look before this one already.

        By then everything is read that the events socket had still to say of these people: after standing still, a call
        that was ours for a moment is known as such, and is not told a second time.
        """
        alone = await self.read(0.0)
        if alone is None:
            return
        over = {leg_id for leg_id in (*alone.messages, *alone.callers) if await self._over(alone, leg_id)}
        due, self._seen = over & self._seen, over
        if due:
            try:
                await self._pick_up(alone, due)
            except (AmiError, StoreUnavailable) as error:
                _log.warning("marks wait", extra={"reason": str(error)})

    async def _over(self, alone: Alone, leg_id: LegId) -> bool:
        if self._supervisor.owner(leg_id) is not None:
            return False
        caller = alone.callers.get(leg_id)
        if caller is not None and caller.ended_at is not None:
            return True
        return not await self._exists(leg_id)

    async def _pick_up(self, alone: Alone, due: set[LegId]) -> None:
        if not await self._journal.flushed(STORED_WITHIN_SECONDS):
            return
        fresh = due - self._published
        facts = await self._callers({leg: alone.callers[leg] for leg in fresh & alone.callers.keys()})
        await self._tell_objections({leg: alone.messages[leg] for leg in fresh & alone.messages.keys()})
        self._journal.publish(*facts)
        self._published |= fresh
        if not await self._journal.flushed(STORED_WITHIN_SECONDS):
            return
        for leg_id in due:
            await self._shelf.forget(FAMILY, leg_id)
            self._published.discard(leg_id)

    async def _callers(self, callers: Mapping[LegId, CallerServed]) -> list[Fact]:
        if not callers:
            return []
        earliest = min(caller.arrived_at for caller in callers.values())
        known = await self._told.callers(callers.keys(), earliest)
        recorded = {
            recording_alone(leg_id) for leg_id, caller in callers.items() if caller.recorded_at is not None
        }
        unlisted = recorded - await self._told.messages(recorded) if recorded else recorded
        facts: list[Fact] = []
        for leg_id, caller in callers.items():
            dealer = self._dealers.at_number(caller.ddi)
            if dealer is None:
                continue
            call_id = known.get(leg_id) or self._new_call_id()
            message = None
            if (recording := recording_alone(leg_id)) in unlisted:
                stopped = self._recordings.found(recording, caller.ended_at or self._clock.now())
                message = message_alone(caller, stopped, dealer, call_id)
            if leg_id not in known:
                left_message = message is not None
                now = self._clock.now()
                facts.append(
                    served_alone(caller, leg_id, dealer, call_id, self._node, now, left_message=left_message)
                )
            if message is not None:
                facts.append(message)
        return facts
