"""`dealerlijn simulate markov`: the pacing beside the exact optimum."""

import json
from dataclasses import asdict
from typing import Annotated

import typer

from app.cli_frame import AsJson, show_table
from app.simulate_frame import Limit, Seeds, Target, progress, scenario_meant, settings_meant
from simulation.against_optimum import against_optimum


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
    day = scenario_meant("exponential", None, hours)
    settings = settings_meant(limit, target)
    with progress("exponential", len(teams) * seeds) as done:
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
