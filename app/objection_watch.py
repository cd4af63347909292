"""Whoever objects, or takes a consent back, is not rung any longer: attempts to them that nobody has answered yet are called off."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from app.clock import Clock
from app.journal import Journal
from app.outbound import OutboundCall
from app.supervisor import Supervisor
from app.tasks import woken
from calls.facts import DispositionRecorded, Fact
from calls.ids import CallId
from dialer.dispositions import Disposition
from dialer.errors import StoreUnavailable
from dialer.life import CalledOff

LOOK_SECONDS = 0.5
_STORED_SECONDS = 1.0
_log = logging.getLogger(__name__)


class ObjectionWatch:
    """This node's attempts, held against all objections and withdrawals: at once after one is recorded here, and twice a second, since it may
    have been recorded elsewhere, or a moment before its attempt could be hung up.
    """

    def __init__(
        self,
        objected: Callable[[], Awaitable[Sequence[CallId]]],
        supervisor: Supervisor,
        journal: Journal,
        clock: Clock,
    ) -> None:
        """`objected` tells which unanswered attempts are to people who want none; it raises StoreUnavailable."""
        self._objected = objected
        self._supervisor = supervisor
        self._journal = journal
        self._clock = clock
        self._wake = asyncio.Event()

    async def look(self) -> None:
        """Call off what rings at people whose objection or withdrawal is stored. A database that is away is logged: the next look tries again."""
        if not self._anybody_rings():
            return
        try:
            objected = await self._objected()
        except StoreUnavailable as error:
            _log.warning("objections could not be read", extra={"reason": str(error)})
            return
        for call_id in objected:
            if (session := self._supervisor.call(call_id)) is not None:
                session.deliver(CalledOff(self._clock.now()))

    def on_fact(self, fact: Fact) -> None:
        """An objection by key, or that Asterisk heard alone, comes as a fact: look once it is stored."""
        if isinstance(fact, DispositionRecorded) and fact.disposition == Disposition.OBJECTION:
            self._wake.set()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            if await woken(self._wake, LOOK_SECONDS):
                await self._journal.flushed(_STORED_SECONDS)
            await self.look()

    def _anybody_rings(self) -> bool:
        return any(
            isinstance(machine, OutboundCall) and machine.attempt.answered_at is None
            for machine in self._supervisor.machines()
        )
