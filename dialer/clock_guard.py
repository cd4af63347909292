"""Whether the wall clock may be believed, judged by a clock that only counts.

The law asks what time it is, so a clock that is set to another time must not let anybody be dialled. Wall and steady
time go on together; where they part by more than `JUMP_SECONDS` the clock has jumped. It is believed again when it has gone on
evenly for `QUIET_SECONDS` and is where it was before, or nearly (`SMALL_SECONDS`). After a larger jump nobody here can say
which of the two times is right: somebody who knows has to confirm it.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

JUMP_SECONDS = 3.0
QUIET_SECONDS = 60.0
SMALL_SECONDS = 120.0
# A clock that is put right slowly is followed, so that years of it make no jump.
_FOLLOWED_PER_SECOND = 0.001


@dataclass(frozen=True, slots=True)
class ClockGuard:
    """Wall time minus steady time, in seconds: `offset` now, `believed` when nothing was in doubt. Steady moments else.

    `jumped_at` is the last jump of a clock in doubt, None while it is believed.
    """

    offset: float
    believed: float
    looked_at: float
    jumped_at: float | None = None

    @property
    def trusted(self) -> bool:
        """Whether the wall clock is believed."""
        return self.jumped_at is None

    @property
    def asks(self) -> bool:
        """Whether only a confirmation makes it believed."""
        return (
            self.jumped_at is not None
            and self.looked_at - self.jumped_at >= QUIET_SECONDS
            and abs(self.offset - self.believed) > SMALL_SECONDS
        )


def begun(wall: datetime, steady: float) -> ClockGuard:
    """A guard that believes what the clock says now."""
    offset = wall.timestamp() - steady
    return ClockGuard(offset, offset, steady)


def looked(guard: ClockGuard, wall: datetime, steady: float) -> tuple[ClockGuard, timedelta]:
    """The guard after a look at both clocks, and by how much the wall clock has jumped since the last; mostly nothing."""
    drift = wall.timestamp() - steady - guard.offset
    if abs(drift) > JUMP_SECONDS:
        after = replace(guard, offset=guard.offset + drift, looked_at=steady, jumped_at=steady)
        return after, timedelta(seconds=drift)
    most = _FOLLOWED_PER_SECOND * max(0.0, steady - guard.looked_at)
    step = min(max(drift, -most), most)
    after = replace(guard, offset=guard.offset + step, believed=guard.believed + step, looked_at=steady)
    quiet = after.jumped_at is not None and steady - after.jumped_at >= QUIET_SECONDS
    return (confirmed(after) if quiet and not after.asks else after), timedelta()


def confirmed(guard: ClockGuard) -> ClockGuard:
    """The guard after somebody who knows has said that the clock is right."""
    return replace(guard, believed=guard.offset, jumped_at=None)
