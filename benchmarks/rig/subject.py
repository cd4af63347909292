"""A program under test, in a process of its own, and the way to ask it for its figures.

It reads one line for each question on standard input and answers with one line of JSON; it ends when its input does.
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

READY_SECONDS = 60.0
ANSWER_SECONDS = 10.0
Report = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used so far: processor seconds, and resident memory in MB now."""

    cpu_seconds: float
    memory_mb: float


def usage(pid: int) -> Usage:
    """Read it from the kernel."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    return Usage((int(fields[11]) + int(fields[12])) / ticks, int(fields[21]) * page / 1e6)


@dataclass(frozen=True, slots=True)
class Subject:
    """The running program; `ready` is its first line."""

    process: Process
    ready: Report
    started: float
    """Monotonic time at which its process was started."""

    @property
    def pid(self) -> int:
        return self.process.pid

    async def ask(self, question: str = "report") -> Report:
        """Its figures since the last question."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{question}\n".encode())
        async with asyncio.timeout(ANSWER_SECONDS):
            return await _line(self.process)

    async def kill(self) -> None:
        """As a crash would."""
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@asynccontextmanager
async def subject(module: str, settings: Mapping[str, object]) -> AsyncIterator[Subject]:
    """Start `python -m module SETTINGS` and give it when it is ready; it is ended afterwards."""
    started = monotonic()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, json.dumps(settings), stdin=PIPE, stdout=PIPE
    )
    try:
        async with asyncio.timeout(READY_SECONDS):
            ready = await _line(process)
        yield Subject(process, ready, started)
    finally:
        if process.returncode is None:
            assert process.stdin is not None
            process.stdin.close()
            try:
                async with asyncio.timeout(ANSWER_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


async def _line(process: Process) -> Report:
    assert process.stdout is not None
    line = await process.stdout.readline()
    if not line:
        raise RuntimeError(f"the program under test ended with code {await process.wait()}")
    report: Report = json.loads(line)
    return report


async def answer_questions(report: Callable[[], Report]) -> None:
    """The other side, in the program: say it is ready with a first report, then answer until the input ends."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    print(json.dumps(report()), flush=True)
    while await reader.readline():
        print(json.dumps(report()), flush=True)
