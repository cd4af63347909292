"""Inbound calls a second: the controller beside a bare ARI client and beside the dialplan with app_queue.

    python -m benchmarks.inbound [--rounds N] [--seconds N] [--json]

All three serve the same SIPp callers on the same Asterisk, in turns. A caller presses 1 after 300 ms; an agent's phone answers
at once and hangs up 300 ms later; a call succeeds when the caller is hung up on within 10 s of pressing.

    controller  greeting and menu, key, queue with music, choice of agent, agent's phone, bridge, journal on SQLite
    bare        answer, one prompt, agent's phone, bridge; no key, queue, choice, lease, time limit or journal
    app_queue   Background, WaitExten and Queue in the dialplan

Each climbs a ladder of rates by 10 until a step is not sustained, and then tries the rate 5 below it; a step that fails is tried
once more. Sustained: no call failed, each was served by whom it was meant for, and the p99 of what a call lasts beyond its script is
below half a second. The script is the 300 ms of talk and, before it, the 300 ms to the key or (bare) the 400 ms of the prompt.

Before that, after a warm-up of all three: 50 calls a second through the controller, from the StasisStart event to the first
command. `cpu_ms` is processor time of Asterisk and program for one call, the figure that a busy machine
changes least.
"""

import argparse
import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from benchmarks.rig.asterisk import BARE, DDI, QUEUE, Rig, rig
from benchmarks.rig.controller import FIRST_COMMAND, FIRST_DONE
from benchmarks.rig.sipp import callers, phones
from benchmarks.rig.stopwatch import quantile
from benchmarks.rig.subject import Subject, subject, usage
from benchmarks.rig.tables import show, tell

AGENTS = 200
TALK_MS = 300
LADDER = (20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120, 130, 140, 150, 160, 170, 180)
HALF_A_STEP = 5
LATE_MS = 500.0
WARM_UP_RATE = 20.0
WANTED_RATIO, WANTED_MS = 0.6, 20.0


@dataclass(frozen=True, slots=True)
class Contestant:
    """Who serves the callers of a number; `script_ms` is what a call lasts when nothing takes time."""

    name: str
    number: str
    script_ms: float
    program: Subject | None = None

    async def served(self) -> int | None:
        """How many calls it joined since it was asked last; None when nobody counts."""
        if self.program is None:
            return None
        report = await self.program.ask()
        return int(report["bridged"] if "bridged" in report else report["facts"].get("CallConnected", 0))


@dataclass(frozen=True, slots=True)
class Step:
    """One rate tried once."""

    who: str
    rate: float
    failed: int
    late_p50_ms: float
    late_p99_ms: float
    asterisk_ms: float
    own_ms: float
    sustained: bool


async def step(bench: Rig, who: Contestant, rate: float, seconds: float) -> Step:
    """Offer a rate for some seconds."""
    pids = [bench.pid] + ([who.program.pid] if who.program else [])
    await who.served()
    before = [usage(pid).cpu_seconds for pid in pids]
    load = await callers(bench, "caller_is_left", who.number, rate, seconds)
    await bench.quiet()
    spent = [usage(pid).cpu_seconds - was for pid, was in zip(pids, before, strict=True)]
    served = await who.served()
    late = [each * 1000 - who.script_ms for each in load.seconds]
    failed = load.failed if served is None else max(load.failed, load.offered - served)
    own_ms = spent[1] * 1000 / load.offered if len(spent) > 1 else 0.0
    p99 = quantile(late, 0.99)
    return Step(
        who.name, rate, failed, quantile(late, 0.5), p99, spent[0] * 1000 / load.offered, own_ms,
        sustained=failed == 0 and p99 < LATE_MS,
    )  # fmt: skip


async def climb(bench: Rig, who: Contestant, first: float, seconds: float) -> list[Step]:
    """Climb until a rate is refused twice, and look half a step below."""
    steps: list[Step] = []

    async def bears(rate: float) -> bool:
        for _ in range(2):
            steps.append(await step(bench, who, rate, seconds))
            if steps[-1].sustained:
                return True
        return False

    for rate in (each for each in LADDER if each >= first):
        if not await bears(rate):
            await bears(rate - HALF_A_STEP)
            break
    return steps


def cpu_ms(steps: list[Step], who: str) -> float:
    """Processor time of a call, Asterisk and program together, over the steps that were sustained."""
    sustained = [each for each in steps if each.who == who and each.sustained]
    return median([each.asterisk_ms + each.own_ms for each in sustained]) if sustained else float("nan")


def best(steps: list[Step]) -> float:
    """The highest rate that was sustained."""
    return max((each.rate for each in steps if each.sustained), default=0.0)


async def first_commands(bench: Rig, controller: Subject, seconds: float) -> dict[str, dict[str, float]]:
    """Times to the first command at 50 calls a second."""
    await controller.ask()
    await callers(bench, "caller_is_left", DDI, 50, seconds)
    await bench.quiet()
    watches: dict[str, dict[str, float]] = (await controller.ask())["watches"]
    return {name: watches[name] for name in (FIRST_COMMAND, FIRST_DONE)}


@asynccontextmanager
async def contestants(bench: Rig, folder: Path) -> AsyncIterator[list[Contestant]]:
    login = {"url": bench.ari_url, "user": bench.node.ari.user, "password": bench.node.ari.password}
    plain = {**login, "agents": bench.agents, "open_lines": False, "rate": 0}
    ours = {
        "environment": bench.environment(folder / "bench.db"),
        "agents": bench.agents,
        "campaign": False,
        "login": True,
    }
    async with (
        subject("benchmarks.rig.bare", plain) as bare,
        subject("benchmarks.rig.controller", ours) as controller,
    ):
        yield [
            Contestant("controller", DDI, 300 + TALK_MS, controller),
            Contestant("bare", BARE, 400 + TALK_MS, bare),
            Contestant("app_queue", QUEUE, 300 + TALK_MS),
        ]


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=4.0, help="for each rate")
    parser.add_argument("--first", type=float, default=40.0, help="first rate of the first round")
    parser.add_argument("--ports", type=int, default=27000)
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    options = parser.parse_args()
    steps: list[Step] = []
    reached: dict[str, list[float]] = {}
    async with (
        rig(AGENTS, options.ports) as bench,
        phones(bench, "phone_leaves", TALK_MS),
        contestants(bench, bench.folder) as all_three,
    ):
        for who in all_three:
            await step(bench, who, WARM_UP_RATE, options.seconds)
        first_command = await first_commands(bench, all_three[0].program or _missing(), 8)
        for _ in range(options.rounds):
            for who in all_three:
                known = reached.setdefault(who.name, [])
                # Later rounds begin a little below what was reached.
                first = max(options.first, min(known) - 20) if known else options.first
                climbed = await climb(bench, who, first, options.seconds)
                steps += climbed
                known.append(best(climbed))
    show([asdict(each) for each in steps])
    print()
    rates = {name: median(known) for name, known in reached.items()}
    cpu = {name: cpu_ms(steps, name) for name in reached}
    show(
        [
            {"who": name, "calls/s": rates[name], "rounds": str(known), "cpu_ms": cpu[name]}
            for name, known in reached.items()
        ]
    )
    ratio = rates["controller"] / rates["bare"] if rates["bare"] else 0.0
    print(f"\ncontroller / bare = {ratio:.2f} (wanted: at least {WANTED_RATIO})\n")
    show([{"at 50 calls/s": name, **times} for name, times in first_command.items()])
    print(f"(wanted: p99 of the first below {WANTED_MS:g} ms)")
    if options.json:
        tell(
            "inbound",
            {
                "rates": rates,
                "rounds": reached,
                "ratio": ratio,
                "cpu_ms_per_call": cpu,
                "first_command": first_command,
                "steps": [asdict(each) for each in steps],
            },
        )


def _missing() -> Subject:
    raise RuntimeError("the controller is a program of its own")


if __name__ == "__main__":
    asyncio.run(main())
