"""How many campaign days end above the abandon limit: the promise is one in a thousand at most.

Simulated days of 8 hours, each with people of its own, scenario by scenario and team by team in turn, until the time is up.
Every day is a line of a file; a later run goes on where that file ends, so that thousands of days come together. Told are the days over the limit
and the highest share of such days that the count does not exclude (95 %, one-sided, Clopper and Pearson 1934).

    python -m benchmarks.days_over_limit --minutes 60 --file days.jsonl

`--hours` lives shorter days, `--end-unknown` does not tell the pacing how many will still answer; a file of its own for each.
"""

import argparse
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from math import comb
from pathlib import Path

from msgspec.structs import replace as changed

from dialer.pacing import PacingSnapshot
from simulation.campaign_day import CampaignDay
from simulation.measures import measure
from simulation.policies import settings_for
from simulation.product_policy import ProductPolicy
from simulation.scenario import load

LIMIT = 0.03
SETTINGS = settings_for(LIMIT)
CASES = (
    ("r1", 3),
    ("r1", 5),
    ("r1", 10),
    ("r1", 20),
    ("beta_low", 5),
    ("heavy", 5),
    ("breaks", 10),
    ("jump", 10),
    ("blended", 5),
    ("blended", 10),
    ("apk_day", 10),
    ("exhausted", 10),
    ("levers_low", 5),
    ("likely", 30),
)
Day = dict[str, float | str]


class EndUnknown(ProductPolicy):
    """The product on a day of which nobody knows when it will be over."""

    def snapshot(self, day: CampaignDay) -> PacingSnapshot:
        """The day without its end."""
        return changed(super().snapshot(day), answers_to_come=None)


def live(scenario: str, agents: int, seed: int, hours: float, policy: type[ProductPolicy]) -> Day:
    meant = replace(load(scenario), agents=agents, hours=hours)
    record = CampaignDay(meant, policy(meant, SETTINGS), seed).run()
    figures = record.figures()
    return {
        "scenario": scenario,
        "agents": agents,
        "seed": seed,
        "abandon_rate": record.abandon_rate,
        "answered": record.connected + len(record.abandoned_at),
        "occupancy": figures["occupancy"],
        "talk_share": figures["talk_share"],
        "connects_per_agent_hour": figures["connects_per_agent_hour"],
    }


def highest_share(over: int, days: int) -> float:
    """The share of days over the limit at which so few or fewer of so many are seen in one of twenty series."""
    low, high = over / days, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        chance = sum(comb(days, k) * middle**k * (1 - middle) ** (days - k) for k in range(over + 1))
        low, high = (middle, high) if chance > 0.05 else (low, middle)
    return high


def days_to_live(known: set[tuple[str, int, int]]) -> Iterator[tuple[str, int, int]]:
    for seed in count():
        for scenario, agents in CASES:
            if (scenario, agents, seed) not in known:
                yield scenario, agents, seed


def read_days(file: Path) -> list[Day]:
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def show(days: list[Day]) -> None:
    print("| scenario | agents | days | occupancy, mean ± | abandoned, mean (worst day) | days over 3 % |")
    print("| --- | --- | --- | --- | --- | --- |")
    for scenario, agents in CASES:
        these = [day for day in days if (day["scenario"], day["agents"]) == (scenario, agents)]
        if these:
            occupancy = measure([float(day["occupancy"]) for day in these])
            abandoned = measure([float(day["abandon_rate"]) for day in these])
            over = sum(float(day["abandon_rate"]) > LIMIT for day in these)
            print(
                f"| `{scenario}` | {agents} | {len(these)} | {occupancy.mean:.1%} ± {occupancy.margin:.1%} "
                f"| {abandoned.mean:.2%} ({abandoned.most:.2%}) | {over} |"
            )
    over = sum(float(day["abandon_rate"]) > LIMIT for day in days)
    print(
        f"{len(days)} days, {over} over the limit: at most {highest_share(over, len(days)):.2%} of days (95 %)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--file", type=Path, default=Path("days.jsonl"))
    parser.add_argument("--hours", type=float, default=8.0)
    parser.add_argument("--end-unknown", action="store_true")
    asked = parser.parse_args()
    days = read_days(asked.file)
    known = {(str(day["scenario"]), int(day["agents"]), int(day["seed"])) for day in days}
    until = time.monotonic() + 60 * asked.minutes
    with asked.file.open("a", encoding="utf-8") as lines:
        for scenario, agents, seed in days_to_live(known):
            if time.monotonic() >= until:
                break
            policy = EndUnknown if asked.end_unknown else ProductPolicy
            days.append(live(scenario, agents, seed, asked.hours, policy))
            print(json.dumps(days[-1]), file=lines, flush=True)
    if days:
        show(days)


if __name__ == "__main__":
    main()
