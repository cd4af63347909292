"""What customers said to Asterisk alone: objections by key in the message that its dialplan plays.

They are looked for each second, since they are in force at once. After each connection nobody is dialled until those of the time
without a controller are stored (`heard`): whoever lives with a person who has just objected may be the next on a list.
"""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime

from app.alone import FAMILY, MessageHeard, read_marks
from app.ami.errors import AmiError
from app.journal import Journal
from app.marks import MarkShelf, Told
from app.seldom import Seldom
from app.tasks import woken
from calls.facts import AsteriskLost, AsteriskReached, DispositionRecorded, Fact
from calls.ids import CallId, LegId, leg_mark
from dialer.dispositions import Disposition
from dialer.errors import StoreUnavailable

LISTEN_SECONDS = 1.0
STORED_WITHIN_SECONDS = 5.0
_log = logging.getLogger(__name__)


class SaidAlone:
    """The objections among the marks of one node. `run` looks for them until cancelled."""

    def __init__(self, shelf: MarkShelf, told: Told, journal: Journal) -> None:
        self._shelf = shelf
        self._told = told
        self._journal = journal
        self._connection = 0
        self._heard_in: int | None = None
        self._published: set[CallId] = set()
        self._wake = asyncio.Event()
        self._is_reached = False
        self._warned = Seldom()

    @property
    def heard(self) -> bool:
        """Whether everything is stored that was said before the present connection with Asterisk."""
        return self._heard_in == self._connection

    def on_fact(self, fact: Fact) -> None:
        """With a new connection all has to be read again; without one nobody presses for the manager's."""
        if isinstance(fact, AsteriskReached):
            self._connection += 1
            self._is_reached = True
            self._wake.set()
        elif isinstance(fact, AsteriskLost):
            self._is_reached = False

    async def run(self) -> None:
        """Listen again and again, until cancelled."""
        while True:
            await self.listen()
            await woken(self._wake, LISTEN_SECONDS)

    async def listen(self) -> None:
        """Tell the objections that are there, and wait until they are stored. What cannot be read or stored is tried again."""
        connection = self._connection
        try:
            within = LISTEN_SECONDS if self._is_reached else 0.0
            messages = read_marks(await self._shelf.database(FAMILY, within)).messages
            self._published &= _said(messages).keys()
            await self.tell(messages)
        except (AmiError, StoreUnavailable) as error:
            if not self.heard and self._warned.is_due(str(error), asyncio.get_running_loop().time()):
                _log.warning("nobody is dialled before what was said is read", extra={"reason": str(error)})
            return
        self._warned.is_over()
        if not self._published or await self._journal.flushed(STORED_WITHIN_SECONDS):
            self._heard_in = connection

    async def tell(self, messages: Mapping[LegId, MessageHeard]) -> None:
        """Publish the objections among these that are not known yet. Raises StoreUnavailable."""
        said = _said(messages)
        if not said.keys() - self._published:
            return
        known = await self._told.objections(said.keys())
        for call_id, at in said.items():
            if call_id not in known and call_id not in self._published:
                self._published.add(call_id)
                self._journal.publish(DispositionRecorded(at, call_id, None, Disposition.OBJECTION, ""))


def _said(messages: Mapping[LegId, MessageHeard]) -> dict[CallId, datetime]:
    return {
        mark.call_id: message.objected_at
        for leg_id, message in messages.items()
        if message.objected_at is not None and (mark := leg_mark(leg_id)) is not None
    }
