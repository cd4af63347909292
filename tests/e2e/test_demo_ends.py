"""The demo is told to stop at an awkward moment: nothing of it is left, whatever the signal."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

FOLDER = Path("var/demo").resolve()
Start = Callable[[], Awaitable[asyncio.subprocess.Process]]


def _running() -> list[int]:
    """The processes that have a file of the demo on their command line."""
    found = []
    for told in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = told.read_bytes()
        except OSError:
            continue
        if f"{FOLDER}/".encode() in words:
            found.append(int(told.parent.name))
    return found


@pytest.fixture
async def start(port_base: int) -> AsyncIterator[Start]:
    """Starts the demo as `./run --seconds 10` does, in a terminal that may be closed."""
    started: list[asyncio.subprocess.Process] = []

    async def go() -> asyncio.subprocess.Process:
        command = [sys.executable, "-m", "app.cli", "demo", "--seconds", "10", "--seed", "7"]
        process = await asyncio.create_subprocess_exec(
            *command,
            *("--ports", str(port_base + 8000)),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),
        )
        started.append(process)
        return process

    yield go
    for process in started:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
            await process.communicate()


async def test_a_terminal_closed_while_its_asterisks_start_takes_them_along(
    start: Start,
) -> None:
    demo = await start()
    while not _running():
        await asyncio.sleep(0.02)

    demo.send_signal(signal.SIGHUP)
    _, told = await demo.communicate()

    assert demo.returncode == 1
    assert "nothing is left running" in told.decode()
    assert _running() == []


async def test_a_demo_terminated_while_the_last_calls_end_takes_its_asterisks_along(
    start: Start,
) -> None:
    demo = await start()
    assert demo.stderr is not None
    while b"stopping" not in await demo.stderr.readline():
        assert not demo.stderr.at_eof()
    assert len(_running()) >= 2

    demo.send_signal(signal.SIGTERM)
    demo.send_signal(signal.SIGTERM)
    await demo.communicate()

    assert _running() == []
