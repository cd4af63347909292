"""The controller killed with live calls: how long until the next one has taken over all of them.

    python -m benchmarks.restart [--calls N] [--repeats N] [--json]

So many callers talk with agents. The controller is killed with SIGKILL and started again at once, several times over; counted are
the seconds from the start of the new process, and from when it begins to connect to ARI, until it has told that every call is
taken over. At the end the callers hang up by themselves: a caller or an agent who was cut off earlier counts as dropped, and
the last controller must have ended every call.
"""

import argparse
import asyncio
from statistics import median

from benchmarks.rig.asterisk import DDI, Rig, rig
from benchmarks.rig.sipp import callers, phones
from benchmarks.rig.subject import Report, Subject, subject
from benchmarks.rig.tables import Cell, show, tell

RATE = 20.0
SECONDS_EACH = 8.0
SPARE_SECONDS = 8.0


async def talking(controller: Subject, calls: int) -> None:
    """Return when so many customers talk with agents and the journal has everything."""
    joined = 0
    async with asyncio.timeout(30):
        while True:
            report = await controller.ask()
            joined += report["facts"].get("CallConnected", 0)
            if joined >= calls and not report["unstored"]:
                return
            await asyncio.sleep(0.2)


def figures(number: int, program: Subject, report: Report, calls: int) -> dict[str, Cell]:
    reached = report["reached"][0]
    return {
        "restart": number,
        "taken over": f"{reached['taken_over']} of {calls}",
        "from process start s": f"{reached['at'] - program.started:.3f}",
        "from connecting s": f"{reached['at'] - report['connecting']:.3f}",
        "reconcile s": f"{reached['seconds']:.3f}",
    }


async def run(bench: Rig, calls: int, repeats: int) -> tuple[list[dict[str, Cell]], int, int]:
    """The restarts' figures, how many callers were dropped, and how many calls the last controller ended."""
    rows: list[dict[str, Cell]] = []
    plan = {
        "environment": bench.environment(bench.folder / "bench.db"),
        "agents": bench.agents,
        "campaign": False,
        "login": True,
    }
    stay_ms = round((calls / RATE + SECONDS_EACH * repeats + SPARE_SECONDS) * 1000)
    async with asyncio.TaskGroup() as tasks:
        async with subject("benchmarks.rig.controller", plan) as first:
            load = tasks.create_task(callers(bench, "caller_leaves", DDI, RATE, calls / RATE, stay_ms))
            await talking(first, calls)
            await first.kill()
        for number in range(1, repeats + 1):
            async with subject("benchmarks.rig.controller", {**plan, "login": False}) as program:
                rows.append(figures(number, program, program.ready, calls))
                if number < repeats:
                    await asyncio.sleep(2)
                    await program.kill()
                    continue
                await load
                await bench.quiet()
                ended = (await program.ask())["facts"].get("CallEnded", 0)
    # Who was cut off ends sooner than planned, so SIPp counts that call as failed.
    return rows, load.result().failed, ended


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=4)
    parser.add_argument("--ports", type=int, default=27000)
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    options = parser.parse_args()
    async with rig(options.calls + 10, options.ports) as bench, phones(bench, "phone_stays"):
        rows, dropped, ended = await run(bench, options.calls, options.repeats)
    show(rows)
    seconds = [float(str(row["from process start s"])) for row in rows]
    print(
        f"median {median(seconds):.2f} s, {min(seconds):.2f} to {max(seconds):.2f} s; {dropped} calls dropped"
    )
    print(f"{ended} calls ended by the last controller")
    if options.json:
        tell("restart", {"rows": rows, "dropped": dropped, "ended": ended, "median_seconds": median(seconds)})


if __name__ == "__main__":
    asyncio.run(main())
