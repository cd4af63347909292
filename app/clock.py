"""The clocks: wall time in UTC for facts and the law, monotonic time for waits. Handed to whoever needs the time."""

import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> datetime:
        """Return the wall time, UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never jump."""
        ...


class TrustedClock(Clock, Protocol):
    """A clock that tells whether its wall time can be believed (also `dialer.ports.DialClock`)."""

    def trusted(self) -> bool:
        """Whether the wall time is believed: while it is not, nobody is dialled."""
        ...


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """Return the wall time, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Return seconds that never jump, and go on while the machine sleeps."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """Which run of the machine's steady clock this is: another after each start of the machine. Empty when nobody can tell."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    return ""
