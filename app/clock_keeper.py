"""Keeps what the clock is believed to be by the machine's steady clock, for the next process to compare with."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from app.clock_watch import ClockWatch
from app.tasks import woken
from dialer.errors import StoreUnavailable

LOOK_SECONDS = 10.0
# A clock that is put right slowly: what is kept is never further off than this.
_NOTED_SECONDS = 0.5
_log = logging.getLogger(__name__)


class ClockKeeper:
    """Stores the offset between the two clocks while it is believed, whenever it has changed. `run` looks until cancelled."""

    def __init__(self, clock: ClockWatch, store: Callable[[float], Awaitable[None]]) -> None:
        """`store` keeps an offset; it raises StoreUnavailable."""
        self._clock = clock
        self._store = store
        self._kept: float | None = None
        self._wake = asyncio.Event()
        clock.on_belief(self._wake.set)

    async def run(self) -> None:
        """Look again and again, at once when the clock is believed anew."""
        while True:
            await self.look()
            await woken(self._wake, LOOK_SECONDS)

    async def look(self) -> None:
        """Store the offset if it is believed and not what was stored last. A database that is away is tried again."""
        believed = self._clock.believed
        if believed is None or (self._kept is not None and abs(believed - self._kept) < _NOTED_SECONDS):
            return
        try:
            await self._store(believed)
        except StoreUnavailable as error:
            _log.warning("what the clock is could not be kept", extra={"reason": str(error)})
            return
        self._kept = believed
