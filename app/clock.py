"""The clocks: wall time in UTC for facts and the law, monotonic time for waits. Handed to whoever needs the time."""

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the wall time, UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Return the wall time, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        return time.monotonic()
