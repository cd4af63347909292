"""Why a leg ended, for whoever asks. The events socket is silent about a leg that ended before we followed it."""

import asyncio

from app.ami.facts import LegHungUp
from calls.ids import LegId
from calls.words import HangupCause

KEPT = 1000
WAIT_SECONDS = 0.5


class HangupCauses:
    """The causes of the last `KEPT` legs that ended, as the manager link told them (`app.ami.link.AmiLink`)."""

    def __init__(self) -> None:
        self._causes: dict[LegId, HangupCause] = {}
        self._awaited: dict[LegId, asyncio.Event] = {}

    def on_hung_up(self, gone: LegHungUp) -> None:
        """Remember it, and forget the oldest when there are too many."""
        self._causes[gone.leg_id] = gone.cause
        if len(self._causes) > KEPT:
            del self._causes[next(iter(self._causes))]
        if (awaited := self._awaited.get(gone.leg_id)) is not None:
            awaited.set()

    async def cause_of(self, leg_id: LegId) -> HangupCause | None:
        """Why this leg ended; None when that is not told within `WAIT_SECONDS`, as while the link is down."""
        if leg_id not in self._causes:
            awaited = self._awaited[leg_id] = asyncio.Event()
            try:
                async with asyncio.timeout(WAIT_SECONDS):
                    await awaited.wait()
            except TimeoutError:
                return None
            finally:
                del self._awaited[leg_id]
        return self._causes[leg_id]
