"""A customer answers: how long until an agent on an open line hears them, beside a bare ARI client.

    python -m benchmarks.open_line [--rounds N] [--seconds N] [--json]

From the arrival of the customer's Up event in the program to Asterisk's answer that the customer is in the agent's bridge. SIPp
plays the customers (ring for 200 ms to 2 s, answer, hang up after 400 ms) and the agents' phones, whose lines are opened first.

The controller runs a whole campaign: contacts from SQLite, eligibility and commit of each attempt, progressive pacing held
to the wanted rate by the trunk's cap, choice of the agent, and the journal. The bare client dials at the rate and takes the
next line in turn. Both begin with seconds that are not counted, in turns on the same Asterisk.
"""

import argparse
import asyncio
from pathlib import Path

from benchmarks.rig.asterisk import Rig, rig
from benchmarks.rig.controller import BRIDGED
from benchmarks.rig.sipp import customers, phones
from benchmarks.rig.subject import Report, Subject, subject
from benchmarks.rig.tables import Cell, show, tell

AGENTS = 60
TALK_MS = 400
RATES = (5, 15, 30)
WARM_UP_SECONDS = 4.0
WANTED_MS = 25.0


async def measured(program: Subject, seconds: float) -> Report:
    """What the program tells of some seconds after the warm-up."""
    await asyncio.sleep(WARM_UP_SECONDS)
    await program.ask()
    await asyncio.sleep(seconds)
    return await program.ask()


async def controller(bench: Rig, folder: Path, rate: int, seconds: float) -> dict[str, Cell]:
    """One campaign at a rate."""
    folder.mkdir()
    plan = {
        "environment": bench.environment(
            folder / "bench.db",
            DEALERLIJN_TRUNK_CALLS_PER_SECOND=str(rate),
            DEALERLIJN_TRUNK_CONCURRENT_CALLS="1000",
            DEALERLIJN_TRUNK_CALLS_PER_DAY="1000000",
        ),
        "agents": bench.agents,
        "campaign": True,
        "login": True,
        "customers": 200 + round(rate * (seconds + WARM_UP_SECONDS + 5)),
    }
    async with subject("benchmarks.rig.controller", plan) as program:
        report = await measured(program, seconds)
    facts = report["facts"]
    lost = facts.get("AttemptAbandoned", 0) + report["failures"]
    return row("controller", rate, seconds, report, lost)


async def bare(bench: Rig, rate: int, seconds: float) -> dict[str, Cell]:
    """The bare client at a rate."""
    plan = {
        "url": bench.ari_url,
        "user": bench.node.ari.user,
        "password": bench.node.ari.password,
        "agents": bench.agents,
        "open_lines": True,
        "rate": rate,
    }
    async with subject("benchmarks.rig.bare", plan) as program:
        return row("bare", rate, seconds, await measured(program, seconds), 0)


def row(who: str, rate: int, seconds: float, report: Report, lost: int) -> dict[str, Cell]:
    times = report["watches"].get(BRIDGED, {})
    return {
        "who": who,
        "wanted/s": rate,
        "answers/s": times.get("count", 0) / seconds,
        "abandoned": lost,
        "p50_ms": times.get("p50_ms", 0.0),
        "p99_ms": times.get("p99_ms", 0.0),
        "longest_ms": times.get("longest_ms", 0.0),
    }


async def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=8.0, help="for each rate")
    parser.add_argument("--ports", type=int, default=27000)
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    options = parser.parse_args()
    rows: list[dict[str, Cell]] = []
    async with rig(AGENTS, options.ports) as bench, phones(bench, "phone_stays"), customers(bench, TALK_MS):
        for number in range(options.rounds):
            for rate in RATES:
                folder = bench.folder / f"controller-{number}-{rate}"
                for told in (
                    controller(bench, folder, rate, options.seconds),
                    bare(bench, rate, options.seconds),
                ):
                    rows.append(await told)
                    await bench.quiet(patience=0.5)
    show(rows)
    print(f"(wanted: p99 of the controller below {WANTED_MS:g} ms at 30 answers/s)")
    if options.json:
        tell("open_line", {"rows": rows})


if __name__ == "__main__":
    asyncio.run(main())
