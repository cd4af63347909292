"""`dealerlijn simulate`: made-up campaign days in virtual time, paced by the real decisions."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.cli_frame import AsJson, Exit, end, new_commands, show_table
from dialer.campaign import PacingSettings
from simulation.against_optimum import against_optimum
from simulation.campaign_record import DayRecord
from simulation.drawing import Point, draw
from simulation.laboratory import POLICY_NAMES, Comparison, DayDone, Series, compare, days_lived, run_series
from simulation.policies import PRODUCT, settings_for
from simulation.scenario import Scenario, ScenarioError, load
from simulation.what_if import outlook

simulate_commands = new_commands("Simulated campaign days: how pacing does, and what a plan would bring.")

_IN_PERCENT = frozenset(
    {
        "occupancy",
        "talk_share",
        "abandon_rate",
        "abandon_p95_30min",
        "days_over_limit",
        "inbound_service_level",
    }
    | {"list_dialled_ratio", "abandon_worst_30min"}
)
ScenarioName = Annotated[str, typer.Option(help="A name (see simulation/scenarios), or a TOML file.")]
Agents = Annotated[int | None, typer.Option(min=1, help="How many agents, if not the scenario's.")]
Hours = Annotated[float | None, typer.Option(min=0.1, help="How long the day is, if not the scenario's.")]
WarmUp = Annotated[
    float | None,
    typer.Option(
        "--warm-up",
        min=0,
        help="Minutes left out of occupancy, talk share and connects, if not the scenario's.",
    ),
]
Seeds = Annotated[int, typer.Option(min=1, help="How many days, each with its own people.")]
Limit = Annotated[float, typer.Option(min=0, max=0.5, help="The highest share of answers abandoned.")]
Target = Annotated[
    float | None,
    typer.Option(min=0, max=0.5, help="The share aimed at, if not 95 % of the limit; at most the limit."),
]


@simulate_commands.callback(invoke_without_command=True)
def simulate(
    context: typer.Context,
    scenario: ScenarioName = "r1",
    policy: Annotated[str, typer.Option(help="How to pace; the product is lookahead.")] = PRODUCT,
    agents: Agents = None,
    hours: Hours = None,
    warm_up: WarmUp = None,
    seeds: Seeds = 5,
    limit: Limit = 0.03,
    target: Target = None,
    everything: Annotated[bool, typer.Option("--compare", help="All policies on the same days.")] = False,
    plot: Annotated[Path | None, typer.Option(dir_okay=False, help="Draw it into this SVG file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Simulate so many campaign days, and tell the figures with their spread over the days."""
    if context.invoked_subcommand is not None:
        return
    if policy not in POLICY_NAMES:
        end(f"there is no policy {policy!r}; there are: {', '.join(POLICY_NAMES)}", Exit.REFUSED)
    day = _scenario(scenario, agents, hours, warm_up)
    if plot is not None:
        _must_be_writable(plot)
    settings = _settings(limit, target)
    if everything:
        with _progress(scenario, sum(days_lived(each, seeds) for each in POLICY_NAMES)) as done:
            comparison = compare(day, settings, seeds, done)
        series = comparison.series
        _show_comparison(day, comparison, as_json=as_json)
    else:
        with _progress(f"{scenario}, {policy}", days_lived(policy, seeds)) as done:
            series = (run_series(day, policy, settings, seeds, done),)
        _show_series(scenario, day, series[0], as_json=as_json)
    if plot is not None:
        drawn = next(each for each in series if not everything or each.policy == PRODUCT)
        plot.write_text(draw(day.title, _points(series), limit, drawn.days[0]), encoding="utf-8")


@simulate_commands.command("what-if")
def what_if(
    agents: Annotated[int, typer.Option(min=1, help="Planned agents.")],
    contacts: Annotated[int, typer.Option(min=1, help="Contacts on the list.")],
    hours: Annotated[float, typer.Option(min=0.1, max=24, help="Planned hours.")],
    limit: Limit = 0.03,
    target: Target = None,
    booked: Annotated[
        float, typer.Option(min=0, max=1, help="The share of reached contacts who book.")
    ] = 0.12,
    scenario: ScenarioName = "r1",
    seeds: Seeds = 5,
    as_json: AsJson = False,
) -> None:
    """What a planned campaign would bring: reached, booked, abandon rate, hours needed."""
    day = replace(_scenario(scenario, agents, hours, 0.0), contacts=contacts)
    with _progress("what if", seeds) as done:
        series = run_series(day, PRODUCT, _settings(limit, target), seeds, done)
    found = asdict(outlook(series.days, contacts, booked))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    rows = [
        (name, *(_shown(name, each[key]) for key in ("mean", "least", "most")))
        for name, each in found.items()
    ]
    show_table(("expected", "mean", "least", "most"), rows, "")


@simulate_commands.command("markov")
def markov(
    agents: Annotated[
        list[int] | None, typer.Option(min=1, max=20, help="A size of team; may be repeated.")
    ] = None,
    hours: Annotated[
        float, typer.Option(min=2, help="How long each day is; its first hour is warm-up.")
    ] = 12.0,
    seeds: Seeds = 4,
    limit: Limit = 0.03,
    target: Target = None,
    as_json: AsJson = False,
) -> None:
    """The pacing beside the exact optimum, where everything is exponential: teams of 1 to 10 and of 20, if not told."""
    teams = agents or [*range(1, 11), 20]
    day = _scenario("exponential", None, hours)
    settings = _settings(limit, target)
    with _progress("exponential", len(teams) * seeds) as done:
        found = [against_optimum(day, settings, team, seeds, done) for team in teams]
    if as_json:
        told = [
            {**asdict(each), "of_best": each.of_best, "of_best_there": each.of_best_there} for each in found
        ]
        typer.echo(json.dumps({"limit": limit, "hours": hours, "seeds": seeds, "teams": told}, indent=2))
        return
    rows = [
        (
            each.agents,
            f"{100 * each.best.occupancy:.2f} %",
            f"{100 * each.occupancy.mean:.2f} %",
            f"{100 * each.occupancy.margin:.2f}",
            f"{100 * each.reached:.2f} %",
            f"{100 * each.of_best:.1f} %",
            f"{100 * each.of_best_there:.1f} %",
            f"{100 * each.days_over_limit:.0f} %",
        )
        for each in found
    ]
    show_table(
        (
            "agents",
            "optimum",
            "look-ahead",
            "±95 %",
            "abandoned",
            "of the optimum",
            "of that there",
            "days over",
        ),
        rows,
        "",
    )
    typer.echo(
        f"The optimum abandons {100 * limit:g} %. `of that there`: as if what was abandoned were the limit."
    )


def _settings(limit: float, target: float | None) -> PacingSettings:
    if target is not None and target > limit:
        end(
            f"a target of {target:g} is above the limit of {limit:g}; lower --target or raise --limit",
            Exit.REFUSED,
        )
    return settings_for(limit, target)


def _must_be_writable(plot: Path) -> None:
    """Before minutes of simulating. What is in the file stays until there is something to put in its place."""
    try:
        with plot.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        end(
            f"cannot write {plot}: {error.strerror}; give --plot a file in a folder that is there",
            Exit.REFUSED,
        )


def _scenario(name: str, agents: int | None, hours: float | None, warm_up: float | None = None) -> Scenario:
    """The scenario with what was asked for. Its own warm-up is at most a quarter of a day that was made short."""
    try:
        scenario = load(name)
    except ScenarioError as error:
        end(str(error), Exit.REFUSED)
    hours = hours or scenario.hours
    if warm_up is None:
        warm_up = min(scenario.warm_up_minutes, hours * 60.0 / 4)
    elif warm_up >= hours * 60.0:
        end(
            f"a warm-up of {warm_up:g} minutes leaves nothing of a day of {hours:g} hours; "
            "give fewer minutes to --warm-up or more --hours",
            Exit.REFUSED,
        )
    return replace(scenario, agents=agents or scenario.agents, hours=hours, warm_up_minutes=warm_up)


def _show_series(name: str, scenario: Scenario, series: Series, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"scenario": name, **_described(scenario, series)}, indent=2))
        return
    typer.echo(_told(scenario, len(series.days)))
    rows = [
        (
            name,
            *(_shown(name, value) for value in (each.mean, each.margin, each.spread, each.least, each.most)),
        )
        for name, each in series.figures.items()
    ]
    show_table(("figure", "mean", "±95 %", "between days", "least", "most"), rows, "")


def _show_comparison(scenario: Scenario, comparison: Comparison, *, as_json: bool) -> None:
    closed = {each.policy: comparison.gap_closed(each.policy) for each in comparison.series}
    if as_json:
        policies = [
            {**_described(scenario, each), "gap_closed": closed[each.policy]} for each in comparison.series
        ]
        typer.echo(json.dumps({"best_peer": comparison.best_peer, "policies": policies}, indent=2))
        return
    names = ("occupancy", "talk_share", "connects_per_agent_hour", "abandon_rate", "abandon_p95_30min")
    rows = [
        (
            each.policy,
            *(_shown(name, each.figures[name].mean) for name in names),
            _shown("days_over_limit", each.figures["days_over_limit"].mean),
            f"{100 * closed[each.policy]:.0f} %",
        )
        for each in comparison.series
    ]
    typer.echo(_told(scenario, len(comparison.series[0].days)))
    show_table(
        ("policy", "occupancy", "talk", "connects/h", "abandoned", "p95 30 min", "days over", "gap closed"),
        rows,
        "",
    )
    typer.echo(f"The best of the others within the limit: {comparison.best_peer}.")


def _told(scenario: Scenario, days: int) -> str:
    told = f"{scenario.title}. {scenario.agents} agents, {scenario.hours:g} hours, {days} days."
    if scenario.warm_up_minutes:
        told += f" The first {scenario.warm_up_minutes:g} minutes count for the abandon rates only."
    return told


def _described(scenario: Scenario, series: Series) -> dict[str, object]:
    return {
        "policy": series.policy,
        "agents": scenario.agents,
        "hours": scenario.hours,
        "seeds": len(series.days),
        "warm_up": {name: fmean(cuts) for name, cuts in _cut(series.days).items()},
        **{figure: asdict(measure) for figure, measure in series.figures.items()},
    }


def _cut(days: Sequence[DayRecord]) -> dict[str, list[float]]:
    """What was left out, of every day."""
    cuts = [day.cut() for day in days]
    return {name: [cut[name] for cut in cuts] for name in cuts[0]}


def _points(series: Sequence[Series]) -> list[Point]:
    return [
        Point(each.policy, each.figures["abandon_rate"].mean, each.figures["occupancy"].mean)
        for each in series
    ]


def _shown(name: str, value: float) -> str:
    return f"{100 * value:.2f} %" if name in _IN_PERCENT else f"{value:.2f}"


@contextmanager
def _progress(what: str, days: int) -> Iterator[DayDone]:
    """A bar on the terminal, for whoever waits."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=days)
        yield lambda: progress.advance(task)
