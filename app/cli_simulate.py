"""`dealerlijn simulate`: made-up campaign days in virtual time, paced by the real decisions."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from statistics import fmean
from typing import Annotated

import typer

from app.cli_frame import AsJson, Exit, end, new_commands, show_table
from app.cli_markov import markov
from app.cli_what_if import what_if
from app.show_skills import show_skills
from app.simulate_frame import (
    Agents,
    CallOffLate,
    Hours,
    Limit,
    ScenarioName,
    Seeds,
    Target,
    WarmUp,
    progress,
    scenario_meant,
    settings_meant,
    shown,
)
from simulation.campaign_record import DayRecord
from simulation.drawing import Point, draw
from simulation.laboratory import POLICY_NAMES, Comparison, Series, compare, days_lived, run_series
from simulation.measures import Measure
from simulation.policies import PRODUCT
from simulation.scenario import Scenario
from simulation.skills_day import run_skills_series

# What a comparison shows of each policy: the heading, the factor, and the digits that are left of it in a narrow table.
_COMPARED: dict[str, tuple[str, float, int]] = {
    "occupancy": ("occupancy %", 100.0, 2),
    "talk_share": ("talk %", 100.0, 2),
    "connects_per_agent_hour": ("connects/h", 1.0, 2),
    "abandon_rate": ("abandoned %", 100.0, 2),
    "abandon_p95_30min": ("p95 30min %", 100.0, 2),
    "days_over_limit": ("days over %", 100.0, 0),
    "decision_microseconds": ("decide µs", 1.0, 0),
}

simulate_commands = new_commands()
simulate_commands.command("markov")(markov)
simulate_commands.command("what-if")(what_if)


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
    call_off_late: CallOffLate = False,
    everything: Annotated[bool, typer.Option("--compare", help="All policies on the same days.")] = False,
    plot: Annotated[Path | None, typer.Option(dir_okay=False, help="Draw it into this SVG file.")] = None,
    as_json: AsJson = False,
) -> None:
    """Simulate so many campaign days, and tell the figures with their spread over the days."""
    if context.invoked_subcommand is not None:
        return
    if policy not in POLICY_NAMES:
        end(f"there is no policy {policy!r}; there are: {', '.join(POLICY_NAMES)}", Exit.REFUSED)
    day = scenario_meant(scenario, agents, hours, warm_up)
    if day.teams:
        if policy != PRODUCT or everything or plot is not None or agents is not None:
            end(
                f"{scenario} is a day of inbound calls: leave out --policy, --compare, --plot and --agents",
                Exit.REFUSED,
            )
        with progress(scenario, seeds) as done:
            show_skills(scenario, day, run_skills_series(day, seeds, done), seeds, as_json=as_json)
        return
    if plot is not None:
        _must_be_writable(plot)
    settings = settings_meant(limit, target, call_off_late=call_off_late)
    if everything:
        with progress(scenario, sum(days_lived(each, seeds) for each in POLICY_NAMES)) as done:
            comparison = compare(day, settings, seeds, done)
        series = comparison.series
        _show_comparison(day, comparison, as_json=as_json)
    else:
        with progress(f"{scenario}, {policy}", days_lived(policy, seeds)) as done:
            series = (run_series(day, policy, settings, seeds, done),)
        _show_series(scenario, day, series[0], as_json=as_json)
    if plot is not None:
        drawn = next(each for each in series if not everything or each.policy == PRODUCT)
        plot.write_text(draw(day.title, _points(series), limit, drawn.days[0]), encoding="utf-8")


def _must_be_writable(plot: Path) -> None:
    """Before minutes of simulating. What is in the file stays until there is something to put in its place."""
    if plot.suffix.lower() != ".svg":
        end(f"cannot draw into {plot}: give --plot a file whose name ends in .svg", Exit.REFUSED)
    try:
        with plot.open("a", encoding="utf-8"):
            pass
    except OSError as error:
        end(
            f"cannot write {plot}: {error.strerror}; give --plot a file in a folder that is there",
            Exit.REFUSED,
        )


def _show_series(name: str, scenario: Scenario, series: Series, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"scenario": name, **_described(scenario, series)}, indent=2))
        return
    typer.echo(_told(scenario, len(series.days)))
    rows = [
        (
            name,
            *(shown(name, value) for value in (each.mean, each.margin, each.spread, each.least, each.most)),
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
    rows = [
        (
            each.policy,
            *(
                _with_spread(each.figures[name], factor, digits)
                for name, (_, factor, digits) in _COMPARED.items()
            ),
            _share_told(closed[each.policy]),
        )
        for each in comparison.series
    ]
    typer.echo(_told(scenario, len(comparison.series[0].days)))
    show_table(("policy", *(head for head, *_ in _COMPARED.values()), "closed"), rows, "")
    typer.echo("± is the standard deviation between days.")
    typer.echo(f"The best of the others within the limit: {comparison.best_peer}.")
    typer.echo("Closed is how much of the gap from that one to perfect knowledge of who answers.")


def _with_spread(figure: Measure, factor: float, digits: int) -> str:
    return f"{factor * figure.mean:.{digits}f}±{factor * figure.spread:.{digits}f}"


def _share_told(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.0f} %"


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
