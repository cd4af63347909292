"""The program's tasks: each belongs to one task group, and all can be ended together."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager


class Tasks:
    """Starts tasks in a group. A task that fails takes the program down, so those that may fail catch it themselves."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[asyncio.Task[None]] = set()
        self._lasting: frozenset[asyncio.Task[None]] = frozenset()

    def start(self, name: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run `work` beside everything else."""
        task = self._group.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def all_lasting(self) -> None:
        """What runs by now runs until the program ends."""
        self._lasting = frozenset(self._running)

    def passing(self) -> list[str]:
        """The names of those that still run and should come to an end by themselves: calls, and what is done for them."""
        return [task.get_name() for task in self._running - self._lasting]

    def cancel(self) -> None:
        """End every task; the group waits for their last words."""
        for task in list(self._running):
            task.cancel()


@asynccontextmanager
async def beside(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run `work` as long as the block lasts, or until it is done."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        yield
        task.cancel()


async def woken(wake: asyncio.Event, within: float) -> bool:
    """Wait until somebody sets `wake`, at most so many seconds; whether somebody did. It is clear again afterwards."""
    try:
        async with asyncio.timeout(within):
            await wake.wait()
    except TimeoutError:
        return False
    wake.clear()
    return True
