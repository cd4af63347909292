"""How a day of inbound calls with mixed skills is shown."""

import json
from dataclasses import asdict

import typer

from app.cli_frame import show_table
from app.simulate_frame import shown
from simulation.scenario import Scenario
from simulation.skills_day import SkillsSeries


def show_skills(name: str, scenario: Scenario, series: SkillsSeries, days: int, *, as_json: bool) -> None:
    """Each queue's figures over the days, and how busy the agents are."""
    if as_json:
        told = {
            "scenario": name,
            "agents": scenario.agents,
            "hours": scenario.hours,
            "seeds": days,
            "warm_up": {"minutes": scenario.warm_up_minutes},
            "occupancy": asdict(series.occupancy),
            "queues": {
                queue: {figure: asdict(each) for figure, each in figures.items()}
                for queue, figures in series.queues.items()
            },
        }
        typer.echo(json.dumps(told, indent=2))
        return
    typer.echo(
        f"{scenario.title}. {scenario.agents} agents, {scenario.hours:g} hours, {days} days; "
        f"the first {scenario.warm_up_minutes:g} minutes are left out."
    )
    rows = [
        (queue, figure, *(shown(figure, value) for value in (each.mean, each.margin, each.least, each.most)))
        for queue, figures in series.queues.items()
        for figure, each in figures.items()
    ]
    busy = series.occupancy
    rows.append(
        (
            "all",
            "occupancy",
            *(shown("occupancy", value) for value in (busy.mean, busy.margin, busy.least, busy.most)),
        )
    )
    show_table(("queue", "figure", "mean", "±95 %", "least", "most"), rows, "")
