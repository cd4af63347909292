"""The controller as a process of its own, to be killed, frozen and replaced by the tests.

As a program it reads its standard input line by line: a `Job`, `go`, the names of agents who are to pause, and `home`. Then
everybody logs out, and it ends with code 0 when nothing is left of its calls.
"""

import asyncio
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import TypeAdapter

from app.console.server import reserved
from app.dealers import load_dealers
from app.main import reachable
from app.program import Program
from app.settings import Settings
from app.wiring import running
from calls.ids import AgentId, CampaignId
from calls.words import AgentState
from tests.e2e.calls.floor import Watched, nothing_is_left

READY, LIVE = "ready", "live"


@dataclass(frozen=True, slots=True)
class Job:
    """What the process runs, and who is at work: an agent's name with the campaign, empty for waiting calls."""

    settings: Settings
    dealers: list[Path]
    at_work: dict[str, str]


_JOB = TypeAdapter(Job)


@dataclass(slots=True)
class ControllerProcess:
    """The process, as the test sees it."""

    process: asyncio.subprocess.Process

    @classmethod
    async def standing_by(cls, job: Job) -> Self:
        """A process that has loaded the program and waits for `go`."""
        pipe = asyncio.subprocess.PIPE
        command = [sys.executable, "-m", "tests.e2e.calls.controller_process"]
        controller = cls(await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe))
        await controller.say(_JOB.dump_json(job).decode())
        await controller._hears(READY, 30)
        return controller

    async def go(self, limit: float = 15) -> None:
        """Run; return when it is live on Asterisk."""
        await self.say("go")
        await self._hears(LIVE, limit)

    async def say(self, line: str) -> None:
        """Give it a line."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        await self.process.stdin.drain()

    def kill(self) -> datetime:
        """End it as a crash would; when that was."""
        self.process.kill()
        return datetime.now(UTC)

    def freeze(self) -> datetime:
        """Stop it in its tracks; when that was."""
        self.process.send_signal(signal.SIGSTOP)
        return datetime.now(UTC)

    def thaw(self) -> None:
        """Let it go on."""
        self.process.send_signal(signal.SIGCONT)

    async def gone(self, limit: float = 15) -> int:
        """Its exit code, once it has ended."""
        async with asyncio.timeout(limit):
            return await self.process.wait()

    async def go_home(self) -> None:
        """Everybody logs out; fails when anything is left afterwards."""
        await self.say("home")
        assert await self.gone(30) == 0

    async def ended(self) -> None:
        """Make sure that it is gone."""
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()

    async def _hears(self, word: str, limit: float) -> None:
        assert self.process.stdout is not None
        async with asyncio.timeout(limit):
            line = (await self.process.stdout.readline()).decode().strip()
        assert line == word, f"the controller ended with code {self.process.returncode}"


async def serve(lines: asyncio.StreamReader) -> None:
    """Run the controller until `home`."""
    job = _JOB.validate_json(await lines.readline())
    _tell(READY)
    await lines.readline()
    with reserved(job.settings.http_host, job.settings.http_port) as bound:
        async with running(job.settings, load_dealers(*job.dealers)) as program, reachable(program, bound):
            await _serve_live(program, job, lines)


async def _serve_live(program: Program, job: Job, lines: asyncio.StreamReader) -> None:
    watched = Watched(program, [])
    program.journal.observe("test", watched.facts.append)
    while not program.connection.live:
        await asyncio.sleep(0.01)
    for name, campaign in job.at_work.items():
        if program.desk.floor.agent(AgentId(name)).state is AgentState.LOGGED_OUT:
            program.desk.login(AgentId(name), CampaignId(campaign) if campaign else None)
    _tell(LIVE)
    while (line := (await lines.readline()).decode().strip()) != "home":
        program.desk.pause(AgentId(line), "coffee")
    await nothing_is_left(watched)


def _tell(word: str) -> None:
    print(word, flush=True)  # the test reads it


async def _main() -> None:
    lines = asyncio.StreamReader()

    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    await serve(lines)


def job_of(settings: Settings, folder: Path, at_work: Sequence[str], on_lines: Sequence[str] = ()) -> Job:
    """The job of a controller with the dealers of `folder` (`floor.dealers` wrote them), some agents on the campaign."""
    overrides = sorted(folder.glob("override*.toml"))
    who = dict.fromkeys(at_work, "") | dict.fromkeys(on_lines, "apk")
    return Job(settings, [Path("dealers.toml"), *overrides], who)


if __name__ == "__main__":
    asyncio.run(_main())
