"""What the clock is believed to be is kept for the next process, and a doubt is never kept."""

from datetime import datetime, timedelta

from app.clock_keeper import ClockKeeper
from app.clock_watch import ClockWatch
from dialer.errors import StoreUnavailable
from tests.fakes.virtual_time import HandClock


class Kept:
    """The store; `away` while it cannot be reached."""

    def __init__(self) -> None:
        self.offsets: list[float] = []
        self.away = False

    async def __call__(self, offset: float) -> None:
        if self.away:
            raise StoreUnavailable("the test took it away")
        self.offsets.append(offset)


class SetClock(HandClock):
    """A clock that somebody sets."""

    def __init__(self) -> None:
        super().__init__()
        self.set_by = timedelta()

    def now(self) -> datetime:
        return super().now() + self.set_by


async def _nobody() -> None:
    return None


def _started() -> tuple[SetClock, ClockWatch, Kept, ClockKeeper]:
    clock, kept = SetClock(), Kept()
    watch = ClockWatch(clock, _nobody)
    return clock, watch, kept, ClockKeeper(watch, kept)


async def test_it_is_kept_once_and_again_when_a_jump_is_believed() -> None:
    clock, watch, kept, keeper = _started()
    for _ in range(2):
        await keeper.look()
    clock.set_by = timedelta(hours=1)
    await keeper.look()
    in_doubt = list(kept.offsets)
    watch.confirm()
    await keeper.look()

    assert len(in_doubt) == 1
    assert [after - before for before, after in zip(in_doubt, kept.offsets[1:], strict=True)] == [3600]


async def test_a_store_that_is_away_is_asked_again() -> None:
    _, _, kept, keeper = _started()
    kept.away = True
    await keeper.look()
    kept.away = False
    await keeper.look()

    assert len(kept.offsets) == 1
