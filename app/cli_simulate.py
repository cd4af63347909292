"""`dealerlijn simulate`: made-up campaign days in virtual time, paced by the real decisions."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.cli_frame import AsJson, Exit, end, new_commands, show_table
from simulation.laboratory import DayDone, Series, run_series
from simulation.policies import POLICIES, settings_for
from simulation.scenario import Scenario, ScenarioError, load

simulate_commands = new_commands("Simulated campaign days, in seconds instead of hours.")

_IN_PERCENT = frozenset(
    {
        "occupancy",
        "talk_share",
        "abandon_rate",
        "abandon_p95_30min",
        "days_over_limit",
        "inbound_service_level",
    }
)
ScenarioName = Annotated[str, typer.Option(help="A name (see simulation/scenarios), or a TOML file.")]


@simulate_commands.callback(invoke_without_command=True)
def simulate(
    scenario: ScenarioName = "r1",
    policy: Annotated[str, typer.Option(help="How to pace; the product is lookahead.")] = "lookahead",
    agents: Annotated[int | None, typer.Option(min=1, help="How many agents, if not the scenario's.")] = None,
    hours: Annotated[float | None, typer.Option(min=0.1, help="How long the day is.")] = None,
    seeds: Annotated[int, typer.Option(min=1, help="How many days, each with its own people.")] = 5,
    limit: Annotated[float, typer.Option(min=0, max=1, help="The highest share of abandoned calls.")] = 0.03,
    as_json: AsJson = False,
) -> None:
    """Simulate so many campaign days, and tell the figures with their spread over the days."""
    if policy not in POLICIES:
        end(f"there is no policy {policy!r}; there are: {', '.join(POLICIES)}", Exit.REFUSED)
    day = _scenario(scenario, agents, hours)
    with _progress(f"{scenario}, {policy}", seeds) as done:
        series = run_series(day, policy, settings_for(limit), seeds, done)
    if as_json:
        typer.echo(json.dumps(_as_json(scenario, day, series), indent=2))
        return
    typer.echo(f"{day.title}. {day.agents} agents, {day.hours:g} hours, {seeds} days.")
    rows = [
        (
            name,
            *(_shown(name, value) for value in (each.mean, each.margin, each.spread, each.least, each.most)),
        )
        for name, each in series.figures.items()
    ]
    show_table(("figure", "mean", "±95 %", "between days", "least", "most"), rows, "")


def _scenario(name: str, agents: int | None, hours: float | None) -> Scenario:
    try:
        scenario = load(name)
    except ScenarioError as error:
        end(str(error), Exit.REFUSED)
    return replace(scenario, agents=agents or scenario.agents, hours=hours or scenario.hours)


def _as_json(name: str, scenario: Scenario, series: Series) -> dict[str, object]:
    return {
        "scenario": name,
        "policy": series.policy,
        "agents": scenario.agents,
        "hours": scenario.hours,
        "seeds": len(series.days),
        **{figure: asdict(measure) for figure, measure in series.figures.items()},
    }


def _shown(name: str, value: float) -> str:
    return f"{100 * value:.2f} %" if name in _IN_PERCENT else f"{value:.2f}"


@contextmanager
def _progress(what: str, days: int) -> Iterator[DayDone]:
    """A bar on the terminal, for whoever waits."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=days)
        yield lambda: progress.advance(task)
