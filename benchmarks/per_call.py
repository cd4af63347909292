"""What one call costs while few or many others go on: processor time and memory at 10, 100 and 300 calls at once.

    python -m benchmarks.per_call [--seconds N] [--json]

Calls begin at the same rate throughout; how long people talk makes the number of calls at once. So a call among many is also a
longer one, and what a call costs while people only talk (no audio is sent) is measured by itself: so many calls are up, and
for some seconds none begins or ends. That, and what is spent when nobody calls, is taken off; what is left, divided by the calls that
began and ended, is the same when a call does not cost more among many. Memory is resident memory above that of the idle programs.

The bare ARI client goes through the same, on the same Asterisk: what Asterisk spends more on its calls among many, whoever
controls them, shows there.
"""

import argparse
import asyncio
from statistics import median

from benchmarks.rig.asterisk import BARE, DDI, Rig, rig
from benchmarks.rig.sipp import callers, phones
from benchmarks.rig.subject import Subject, Usage, subject, usage
from benchmarks.rig.tables import Cell, show, tell

AT_ONCE = (10, 100, 300)
RATE = 10.0
AGENTS = 330
BEFORE_TALK_SECONDS = 0.4
WARM_UP_SECONDS = 5.0
IDLE_SECONDS = 4.0
HELD_RATE = 30.0
HELD_SECONDS = 6.0
PARTS = 3


async def spent(pid: int, seconds: float) -> tuple[float, Usage]:
    """Processor seconds a process uses in some seconds, and what it has used after them."""
    before = usage(pid)
    await asyncio.sleep(seconds)
    after = usage(pid)
    return after.cpu_seconds - before.cpu_seconds, after


async def both(
    bench: Rig, program: Subject, seconds: float
) -> tuple[tuple[float, Usage], tuple[float, Usage]]:
    """What program and Asterisk spend at the same time."""
    async with asyncio.TaskGroup() as tasks:
        own = tasks.create_task(spent(program.pid, seconds))
        asterisk = tasks.create_task(spent(bench.pid, seconds))
    return own.result(), asterisk.result()


Idle = tuple[tuple[float, Usage], tuple[float, Usage]]


async def idle(bench: Rig, program: Subject, number: str) -> Idle:
    """What one second costs when nobody calls, after some calls have been served."""
    await callers(bench, "caller_leaves", number, RATE, WARM_UP_SECONDS, stay_ms=500)
    await bench.quiet()
    (own, own_usage), (asterisk, asterisk_usage) = await both(bench, program, IDLE_SECONDS)
    return (own / IDLE_SECONDS, own_usage), (asterisk / IDLE_SECONDS, asterisk_usage)


async def held(bench: Rig, program: Subject, number: str, calls: int) -> tuple[float, float]:
    """Processor seconds a second of program and Asterisk while so many people talk and nobody comes or goes."""
    beginning = calls / HELD_RATE + WARM_UP_SECONDS
    stay_ms = round((beginning + HELD_SECONDS) * 1000)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(
            callers(bench, "caller_leaves", number, HELD_RATE, calls / HELD_RATE, stay_ms=stay_ms)
        )
        await asyncio.sleep(beginning)
        own, asterisk = await both(bench, program, HELD_SECONDS)
    await bench.quiet()
    return own[0] / HELD_SECONDS, asterisk[0] / HELD_SECONDS


async def at(
    bench: Rig, who: str, program: Subject, number: str, calls: int, seconds: float, nothing: Idle
) -> dict[str, Cell]:
    """Measure with so many calls at once, in parts that show the spread."""
    own_held, asterisk_held = await held(bench, program, number, calls)
    talk = calls / RATE - BEFORE_TALK_SECONDS
    own_ms: list[float] = []
    asterisk_ms: list[float] = []
    part = seconds / PARTS
    length = talk + WARM_UP_SECONDS + seconds
    async with asyncio.TaskGroup() as tasks:
        load = tasks.create_task(
            callers(bench, "caller_leaves", number, RATE, length, stay_ms=round(talk * 1000))
        )
        await asyncio.sleep(talk + WARM_UP_SECONDS)
        for _ in range(PARTS):
            own, asterisk = await both(bench, program, part)
            own_ms.append((own[0] - own_held * part) * 1000 / (RATE * part))
            asterisk_ms.append((asterisk[0] - asterisk_held * part) * 1000 / (RATE * part))
        channels = await bench.channels()
    await bench.quiet()
    return {
        "who": who,
        "at once": calls,
        "channels": channels,
        "failed": load.result().failed,
        "own_ms": median(own_ms),
        "from": min(own_ms),
        "to": max(own_ms),
        "asterisk_ms": median(asterisk_ms),
        "from ": min(asterisk_ms),
        "to ": max(asterisk_ms),
        "own_us_held": (own_held - nothing[0][0]) * 1e6 / calls,
        "asterisk_us_held": (asterisk_held - nothing[1][0]) * 1e6 / calls,
        "own_kB": (own[1].memory_mb - nothing[0][1].memory_mb) * 1000 / calls,
        "asterisk_kB": (asterisk[1].memory_mb - nothing[1][1].memory_mb) * 1000 / calls,
    }


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--seconds", type=float, default=12.0, help="for each number of calls, after a warm-up"
    )
    parser.add_argument("--ports", type=int, default=27000)
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    options = parser.parse_args()
    rows: list[dict[str, Cell]] = []
    async with rig(AGENTS, options.ports) as bench, phones(bench, "phone_stays"):
        login = {"url": bench.ari_url, "user": bench.node.ari.user, "password": bench.node.ari.password}
        plain = {**login, "agents": bench.agents, "open_lines": False, "rate": 0}
        ours = {
            "environment": bench.environment(bench.folder / "bench.db"),
            "agents": bench.agents,
            "campaign": False,
            "login": True,
        }
        for who, module, plan, number in (
            ("bare", "benchmarks.rig.bare", plain, BARE),
            ("controller", "benchmarks.rig.controller", ours, DDI),
        ):
            async with subject(module, plan) as program:
                nothing = await idle(bench, program, number)
                rows += [
                    await at(bench, who, program, number, calls, options.seconds, nothing)
                    for calls in AT_ONCE
                ]
    show(rows)
    if options.json:
        tell("per_call", {"rows": rows})


if __name__ == "__main__":
    asyncio.run(main())
