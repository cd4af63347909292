"""What one call costs while few or many others go on: processor time and memory at 10, 100 and 300 calls at once.

    python -m benchmarks.per_call [--seconds N] [--json]

Calls begin at the same rate throughout; how long people talk makes the number of calls at once. So the processor time of the
controller and of Asterisk, divided by the calls that began and ended meanwhile, is the same when a call does not cost more
among many. No audio is sent while people talk: what Asterisk spends on audio grows with the calls and is no matter of control.
Time spent when nobody calls is measured first and taken off. Memory is resident memory above that of the idle programs.
"""

import argparse
import asyncio
from statistics import median

from benchmarks.rig.asterisk import DDI, Rig, rig
from benchmarks.rig.sipp import callers, phones
from benchmarks.rig.subject import Subject, Usage, subject, usage
from benchmarks.rig.tables import Cell, show, tell

AT_ONCE = (10, 100, 300)
RATE = 10.0
AGENTS = 330
BEFORE_TALK_SECONDS = 0.4
WARM_UP_SECONDS = 5.0
PARTS = 3


async def spent(pid: int, seconds: float) -> tuple[float, Usage]:
    """Processor seconds a process uses in some seconds, and what it has used after them."""
    before = usage(pid)
    await asyncio.sleep(seconds)
    after = usage(pid)
    return after.cpu_seconds - before.cpu_seconds, after


async def both(
    bench: Rig, controller: Subject, seconds: float
) -> tuple[tuple[float, Usage], tuple[float, Usage]]:
    async with asyncio.TaskGroup() as tasks:
        ours = tasks.create_task(spent(controller.pid, seconds))
        theirs = tasks.create_task(spent(bench.pid, seconds))
    return ours.result(), theirs.result()


async def at(
    bench: Rig,
    controller: Subject,
    calls: int,
    seconds: float,
    idle: tuple[tuple[float, Usage], tuple[float, Usage]],
) -> dict[str, Cell]:
    """Measure with so many calls at once, in parts that show the spread; `idle` is for one second of nothing."""
    talk = calls / RATE - BEFORE_TALK_SECONDS
    ours: list[float] = []
    theirs: list[float] = []
    part = seconds / PARTS
    length = talk + WARM_UP_SECONDS + seconds
    async with asyncio.TaskGroup() as tasks:
        load = tasks.create_task(
            callers(bench, "caller_leaves", DDI, RATE, length, stay_ms=round(talk * 1000))
        )
        await asyncio.sleep(talk + WARM_UP_SECONDS)
        for _ in range(PARTS):
            own, asterisk = await both(bench, controller, part)
            ours.append((own[0] - idle[0][0] * part) * 1000 / (RATE * part))
            theirs.append((asterisk[0] - idle[1][0] * part) * 1000 / (RATE * part))
        live = (await controller.ask())["calls"]
    await bench.quiet()
    return {
        "at once": calls,
        "seen": live,
        "failed": load.result().failed,
        "controller_ms": median(ours),
        "from": min(ours),
        "to": max(ours),
        "asterisk_ms": median(theirs),
        "from ": min(theirs),
        "to ": max(theirs),
        "controller_kB": (own[1].memory_mb - idle[0][1].memory_mb) * 1000 / calls,
        "asterisk_kB": (asterisk[1].memory_mb - idle[1][1].memory_mb) * 1000 / calls,
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
    async with rig(AGENTS, options.ports) as bench, phones(bench, "phone_stays"):
        plan = {
            "environment": bench.environment(bench.folder / "bench.db"),
            "agents": bench.agents,
            "campaign": False,
            "login": True,
        }
        async with subject("benchmarks.rig.controller", plan) as controller:
            await callers(bench, "caller_leaves", DDI, RATE, WARM_UP_SECONDS, stay_ms=500)
            await bench.quiet()
            (own, own_usage), (asterisk, asterisk_usage) = await both(bench, controller, 4.0)
            idle = (own / 4, own_usage), (asterisk / 4, asterisk_usage)
            rows = [await at(bench, controller, calls, options.seconds, idle) for calls in AT_ONCE]
    show(rows)
    print(
        f"idle: controller {own / 4:.1%} and Asterisk {asterisk / 4:.1%} of a core, {AGENTS} agents logged in"
    )
    if options.json:
        tell("per_call", {"rows": rows, "idle_cores": {"controller": own / 4, "asterisk": asterisk / 4}})


if __name__ == "__main__":
    asyncio.run(main())
