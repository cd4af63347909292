"""Being told to stop: by SIGINT, SIGTERM, or a closed terminal (SIGHUP) unless nohup started the program."""

import asyncio
import signal
from types import TracebackType
from typing import Self


class StopSignals:
    """While the context is open, the program ends in order whenever it is told to, and leaves nothing that it started.

    `told` returns then. At any other moment, such as during start-up, the task that opened the context is cancelled;
    once, so that what is being cleaned up is not broken off in its turn.
    """

    def __init__(self) -> None:
        self._told = asyncio.Event()
        self._awaited = False
        self._cancelled = False
        self._task: asyncio.Task[object] | None = None
        self._numbers = [signal.SIGINT, signal.SIGTERM]

    def __enter__(self) -> Self:
        self._task = asyncio.current_task()
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            self._numbers.append(signal.SIGHUP)
        for number in self._numbers:
            asyncio.get_running_loop().add_signal_handler(number, self._on_signal)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number in self._numbers:
            asyncio.get_running_loop().remove_signal_handler(number)

    async def told(self, within: float | None = None) -> None:
        """Return when the program is told to stop, or after `within` seconds."""
        self._awaited = True
        try:
            async with asyncio.timeout(within):
                await self._told.wait()
        except TimeoutError:
            return
        finally:
            self._awaited = False

    def _on_signal(self) -> None:
        if self._awaited:
            self._told.set()
        elif self._task is not None and not self._cancelled:
            self._cancelled = True
            self._task.cancel()
