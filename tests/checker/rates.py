"""The abandon rate of a campaign, over all its calls and over the last day, counted anew and as everybody tells it."""

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from tests.checker.books import Books, get, labelled
from tests.checker.compare import Verdict

DAY_SECONDS = 86_400.0
_ALIKE = 1e-9
_COUNTED = "connected", "abandoned"


@dataclass(frozen=True, slots=True)
class Rates:
    """Abandoned of all who were answered by a person and met an agent or nobody; None where there are none."""

    ever: float | None
    day: float | None


def rates_disagree(verdict: Verdict, books: Books, told: Mapping[str, Rates], now: float) -> list[str]:
    """Whoever tells another rate than the wire, one line each: the tables, and all in `told`. `now` is when they told it."""
    wire = counted(verdict.outcomes, now)
    met = [
        (at, outcome)
        for entry in books.table
        for at, outcome in ((entry.connected_at, "connected"), (entry.abandoned_at, "abandoned"))
        if at is not None
    ]
    lines = []
    for name, rates in {"tables": counted(met, now), **told}.items():
        for which, theirs, ours in (("ever", rates.ever, wire.ever), ("day", rates.day, wire.day)):
            if not _same(theirs, ours):
                lines.append(f"{name}: abandon rate ({which}) is {theirs}, {ours} on the wire")
    return lines


def counted(outcomes: Iterable[tuple[float, str]], now: float) -> Rates:
    """The rates of calls by when each was answered and what became of it."""
    met = [(at, outcome) for at, outcome in outcomes if outcome in _COUNTED]
    return Rates(_rate(met), _rate([each for each in met if each[0] > now - DAY_SECONDS]))


def ask_rates(address: str, token: str, campaign: str) -> dict[str, Rates]:
    """What the API and /metrics tell."""
    figures = json.loads(get(f"{address}/api/v1/campaigns/{campaign}/figures", token))
    ever, day = figures["since_start"], figures["last_24_hours"]
    met = ever["connected"] + ever["abandoned"]
    return {
        "API": Rates(ever["abandoned"] / met if met else None, day["abandon_ratio"]),
        "/metrics": read_rates(get(f"{address}/metrics", token), campaign),
    }


def read_rates(text: str, campaign: str) -> Rates:
    """The rates of one campaign in a Prometheus text; raises KeyError when they are not there."""
    found = {
        labels["window"]: None if math.isnan(float(value)) else float(value)
        for labels, value in labelled(text, "campaign_abandon_ratio")
        if labels.get("campaign") == campaign
    }
    return Rates(found["since_start"], found["24h"])


def _rate(met: list[tuple[float, str]]) -> float | None:
    return sum(outcome == "abandoned" for _, outcome in met) / len(met) if met else None


def _same(one: float | None, other: float | None) -> bool:
    return one == other if one is None or other is None else abs(one - other) < _ALIKE
