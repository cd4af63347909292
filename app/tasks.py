"""The program's tasks: each belongs to one task group, and all can be ended together."""

import asyncio
from collections.abc import Coroutine


class Tasks:
    """Starts tasks in a group. A task that fails takes the program down, so those that may fail catch it themselves."""

    def __init__(self, group: asyncio.TaskGroup) -> None:
        self._group = group
        self._running: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._running)

    def start(self, name: str, work: Coroutine[None, None, None]) -> asyncio.Task[None]:
        """Run `work` beside everything else."""
        task = self._group.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    def cancel(self) -> None:
        """End every task; the group waits for their last words."""
        for task in list(self._running):
            task.cancel()
