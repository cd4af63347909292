"""SIPp as the people: callers at a rate, and phones that answer. Its processes end with the block that started them."""

import asyncio
import shutil
import signal
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.rig.asterisk import CALLERS_HOST, PHONES_HOST, Rig
from benchmarks.rig.register import register_phones

SCENARIOS = Path(__file__).parent / "scenarios"
STOP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Load:
    """What became of callers. `seconds` are the lengths of the calls that succeeded, INVITE to end, in order of their end."""

    offered: int
    failed: int
    seconds: list[float]


@asynccontextmanager
async def phones(rig: Rig, scenario: str, stay_ms: int = 0) -> AsyncIterator[None]:
    """Every agent's phone is registered and behaves like `scenario`; one that leaves does so `stay_ms` after it answered."""
    port = rig.ports + 71
    async with _sipp(rig, scenario, PHONES_HOST, port, "-d", str(stay_ms)):
        await register_phones(rig, port)
        yield


@asynccontextmanager
async def customers(rig: Rig, talk_ms: int) -> AsyncIterator[None]:
    """Everybody who is called over the trunk rings for 200 ms to 2 s, answers and hangs up after `talk_ms`."""
    async with _sipp(rig, "customer", CALLERS_HOST, rig.ports + 70, "-d", str(talk_ms)):
        yield


async def callers(
    rig: Rig, scenario: str, number: str, rate: float, seconds: float, stay_ms: int = 0
) -> Load:
    """Let people ring `number` for `seconds` at `rate` calls a second; returns when the last call is over."""
    offered = max(1, round(rate * seconds))
    call = ("-s", number, "-m", str(offered), "-r", str(round(rate * 1000)), "-rp", "1000000", "-l", "5000")
    limit = seconds + stay_ms / 1000 + 30
    async with _sipp(
        rig, scenario, CALLERS_HOST, rig.ports + 72, *call, "-d", str(stay_ms), "-trace_rtt", "-rtt_freq", "1"
    ) as process:
        async with asyncio.timeout(limit):
            await process.wait()
        file = rig.folder / f"{scenario}_{process.pid}_rtt.csv"
    # There is no file when every call failed.
    lines = file.read_text().splitlines()[1:] if file.exists() else []
    lengths = [float(line.split(";")[1]) / 1000 for line in lines if line]
    return Load(offered, offered - len(lengths), lengths)


@asynccontextmanager
async def _sipp(rig: Rig, scenario: str, host: str, port: int, *more: str) -> AsyncIterator[Process]:
    # SIPp writes its files beside the scenario.
    script = shutil.copy(SCENARIOS / f"{scenario}.xml", rig.folder)
    process = await asyncio.create_subprocess_exec(
        "sipp", f"127.0.0.1:{rig.node.sip_port}", "-sf", script, "-nostdin",
        "-i", host, "-p", str(port), "-mi", host, "-mp", str(port + 30), *more,
        cwd=rig.folder, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_SECONDS):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
