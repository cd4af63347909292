"""Whether the wall clock may be believed, judged by a clock that only counts.

The law asks what time it is, so a clock that is set to another time must not let anybody be dialled. Wall and steady
time go on together; where they part by more than `JUMP_SECONDS` the clock has jumped. It is believed again when it has gone on
evenly for `QUIET_SECONDS` and is where it was before, or nearly (`SMALL_SECONDS`). After a larger jump nobody here can say
which of the two times is right: somebody who knows has to confirm it.

A process that begins compares with what an earlier one told by this clock (`ClockMemory`): a doubt goes on, and a clock that is
behind a moment which has been told before is in doubt until it is not, whatever time it is then. As long as the machine has not
been started anew since, the steady clock tells more: by how much the wall clock was set while nobody looked, forward too.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

JUMP_SECONDS = 3.0
QUIET_SECONDS = 60.0
SMALL_SECONDS = 120.0
# A clock that is put right slowly is followed, so that years of it make no jump.
_FOLLOWED_PER_SECOND = 0.001
# Less than this is followed at a later look: there are hundreds of looks a second.
_TOO_LITTLE_SECONDS = 0.0005
_NO_JUMP = timedelta()


@dataclass(frozen=True, slots=True)
class ClockMemory:
    """What an earlier process told by this clock: the `latest` moment, as the clock would tell it after its last jump.

    `off` is by how much the clock had jumped in all since it was believed, None when it was believed.
    """

    latest: datetime
    off: timedelta | None = None

    def told(self, at: datetime) -> "ClockMemory":
        """The memory after something was told of this moment."""
        return replace(self, latest=max(self.latest, at))

    def jumped(self, by: timedelta) -> "ClockMemory":
        """The memory after a jump."""
        return ClockMemory(self.latest + by, (self.off or timedelta()) + by)

    def ahead_of(self, wall: datetime) -> timedelta:
        """By how much a clock that says this is behind what was told before; nothing when that is too little to matter."""
        ahead = self.latest - wall
        return ahead if ahead > timedelta(seconds=JUMP_SECONDS) else timedelta()


@dataclass(frozen=True, slots=True)
class ClockGuard:
    """Wall time minus steady time, in seconds: `offset` now, `believed` when nothing was in doubt. Steady moments else.

    `jumped_at` is the last jump of a clock in doubt, None while it is believed. `at_least`: what was believed is not known, only
    that it was no less than `believed`.
    """

    offset: float
    believed: float
    looked_at: float
    jumped_at: float | None = None
    at_least: bool = False

    @property
    def trusted(self) -> bool:
        """Whether the wall clock is believed."""
        return self.jumped_at is None

    @property
    def off(self) -> timedelta:
        """How far the wall clock is from what was believed, below 0 when it is behind; nothing while it is believed."""
        return timedelta() if self.trusted else timedelta(seconds=self.offset - self.believed)

    @property
    def asks(self) -> bool:
        """Whether only a confirmation makes it believed."""
        off = self.offset - self.believed
        return (
            self.jumped_at is not None
            and self.looked_at - self.jumped_at >= QUIET_SECONDS
            and (off < -SMALL_SECONDS or (off > SMALL_SECONDS and not self.at_least))
        )


def begun(
    wall: datetime, steady: float, memory: ClockMemory | None = None, believed: float | None = None
) -> ClockGuard:
    """A guard that believes what the clock says now, unless what it has told before speaks against it.

    `believed` is the offset that an earlier process believed on this same steady clock, None when there was none.
    """
    offset = wall.timestamp() - steady
    guard = ClockGuard(offset, offset, steady)
    if memory is None:
        return guard
    if believed is not None:
        set_by = offset - believed
        even = abs(set_by) <= JUMP_SECONDS and memory.off is None
        return guard if even else replace(guard, believed=believed, jumped_at=steady)
    behind = memory.ahead_of(wall)
    if not behind and memory.off is None:
        return guard
    off = (memory.off or timedelta()) - behind
    return replace(
        guard, believed=offset - off.total_seconds(), jumped_at=steady, at_least=behind > timedelta()
    )


def looked(guard: ClockGuard, wall: datetime, steady: float) -> tuple[ClockGuard, timedelta]:
    """The guard after a look at both clocks, and by how much the wall clock has jumped since the last; mostly nothing."""
    drift = wall.timestamp() - steady - guard.offset
    if guard.trusted and abs(drift) < _TOO_LITTLE_SECONDS:
        return guard, _NO_JUMP
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
    return replace(guard, believed=guard.offset, jumped_at=None, at_least=False)
