"""Time that jumps: a loop that never waits, so that a test of minutes takes none."""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import ParamSpec

P = ParamSpec("P")
START = datetime(2026, 6, 1, 10, tzinfo=UTC)


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Instead of waiting for the next timer it makes it now."""

    def __init__(self) -> None:
        self._seconds = 0.0
        super().__init__(_Jumping(self.jump))

    def time(self) -> float:
        return self._seconds

    def jump(self, seconds: float | None) -> None:
        """Let `seconds` pass; None means that nothing is left to wait for."""
        if seconds is None:
            raise AssertionError("the test waits for something that will never happen")
        self._seconds += max(0.0, seconds)


class _Jumping(selectors.SelectSelector):
    def __init__(self, jump: Callable[[float | None], None]) -> None:
        super().__init__()
        self._jump = jump

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            self._jump(timeout)
        return ready


class LoopClock:
    """The clock of a virtual loop: it stood at `START` when the loop was made."""

    def now(self) -> datetime:
        return START + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    def trusted(self) -> bool:
        return True


class HandClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def now(self) -> datetime:
        return after(self.seconds)

    def monotonic(self) -> float:
        return self.seconds


def after(seconds: float) -> datetime:
    """The moment `seconds` after `START`."""
    return START + timedelta(seconds=seconds)


def virtual_time(test: Callable[P, Coroutine[None, None, None]]) -> Callable[P, None]:
    """Run an async test in a loop of its own whose time jumps."""

    @functools.wraps(test)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
            runner.run(test(*args, **kwargs))

    return run


async def settle() -> None:
    """Let everything happen that needs no time to pass."""
    for _ in range(20):
        await asyncio.sleep(0)
