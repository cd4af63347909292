"""The program's clock, watched: a wall clock that is set to another time stops the dialler, and nothing else.

Whoever keeps moments of the wall clock to measure by is told of a jump before anybody sees the new time, and moves
them along.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from app.clock import Clock
from dialer.clock_guard import ClockMemory, begun, confirmed, looked
from dialer.errors import StoreUnavailable

LOOK_SECONDS = 1.0
ASK_SECONDS = 10.0
AGREES_WITHIN = timedelta(seconds=30)
# Both clocks are read at one moment, unless the program was stopped between them.
_TOGETHER_SECONDS = 0.2
_log = logging.getLogger(__name__)


class ClockWatch:
    """A clock (`app.clock.TrustedClock`) that looks for jumps whenever it is read. `run` looks in between."""

    def __init__(self, clock: Clock, other: Callable[[], Awaitable[datetime | None]]) -> None:
        """`other` tells what a clock of another machine says, None when there is none; it may raise StoreUnavailable."""
        self._clock = clock
        self._other = other
        self._guard = begun(clock.now(), clock.monotonic())
        self._movers: list[Callable[[timedelta], None]] = []
        self._believers: list[Callable[[], None]] = []

    def on_jump(self, mover: Callable[[timedelta], None]) -> None:
        """Call `mover` with every jump from now on, in the order of asking."""
        self._movers.append(mover)

    def on_belief(self, believer: Callable[[], None]) -> None:
        """Call `believer` whenever a clock that was in doubt is believed again."""
        self._believers.append(believer)

    @property
    def believed(self) -> float | None:
        """Wall time minus steady time in seconds, None while that is in doubt."""
        return self._guard.offset if self.trusted() else None

    def remember(self, memory: ClockMemory | None, believed: float | None = None) -> timedelta:
        """Compare with what an earlier process told by this clock: behind that, or in doubt since then, the clock is not believed.

        `believed` is what that process had of the same, if its steady clock is still the same: then the wall clock is not believed
        either when it was set meanwhile. Returns by how much it is off what was believed, below 0 when it is behind; mostly nothing.
        """
        wall, steady = self._both()
        guard = begun(wall, steady, memory, believed)
        if memory is None or guard.trusted:
            return timedelta()
        self._guard = guard
        behind = memory.ahead_of(wall)
        if believed is not None:
            _log.error(
                "the clock was set while no controller ran, or is in doubt since before: nobody is dialled",
                extra={"seconds": round(guard.off.total_seconds(), 1)},
            )
        elif behind:
            _log.error(
                "the clock is behind what was told by it before: nobody is dialled",
                extra={"seconds": round(behind.total_seconds(), 1)},
            )
        else:
            _log.error("the clock is in doubt since before the start: nobody is dialled")
        return guard.off

    def now(self) -> datetime:
        """Return the wall time, UTC, whether it is believed or not."""
        wall, steady = self._both()
        was_trusted = self._guard.trusted
        self._guard, jump = looked(self._guard, wall, steady)
        if self._guard.trusted and not was_trusted:
            self._believe()
        if jump:
            _log.error("the clock has jumped", extra={"seconds": round(jump.total_seconds(), 1)})
            for mover in self._movers:
                mover(jump)
        return wall

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return self._clock.monotonic()

    def trusted(self) -> bool:
        """Whether the wall clock is believed now."""
        self.now()
        return self._guard.trusted

    def confirm(self) -> bool:
        """Believe the clock: somebody who can tell says that it is right. False when it was not in doubt."""
        if self.trusted():
            return False
        self._guard = confirmed(self._guard)
        self._believe()
        return True

    async def run(self) -> None:
        """Look every second; ask the other clock about a jump that nobody here can judge."""
        while True:
            await asyncio.sleep(ASK_SECONDS if await self._asked() else LOOK_SECONDS)

    async def _asked(self) -> bool:
        self.now()
        if not self._guard.asks:
            return False
        try:
            told = await self._other()
        except StoreUnavailable:
            return True
        if told is not None and abs(told - self.now()) <= AGREES_WITHIN:
            self.confirm()
        return True

    def _believe(self) -> None:
        _log.warning("the clock is believed again")
        for believer in self._believers:
            believer()

    def _both(self) -> tuple[datetime, float]:
        while True:
            before = self._clock.monotonic()
            wall = self._clock.now()
            after = self._clock.monotonic()
            if after - before < _TOGETHER_SECONDS:
                return wall, after
