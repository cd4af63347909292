"""What the commands of `dealerlijn simulate` share: options, scenarios, how a figure looks, and a bar for whoever waits."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.cli_frame import Exit, end
from app.garbage import collect_seldom
from dialer.campaign import PacingSettings
from simulation.laboratory import DayDone
from simulation.policies import settings_for
from simulation.scenario import LONGEST_HOURS, Scenario, ScenarioError, load

_IN_PERCENT = frozenset(
    {
        "occupancy",
        "talk_share",
        "abandon_rate",
        "abandon_p95_30min",
        "days_over_limit",
        "inbound_service_level",
    }
    | {"service_level", "lost_share", "relaxed_share", "list_dialled_ratio", "abandon_worst_30min"}
    | {"called_off_share", "occupancy_before_change", "occupancy_settled_after"}
    | {"occupancy_0_10_min_after", "occupancy_10_20_min_after"}
)
ScenarioName = Annotated[str, typer.Option(help="A name (see simulation/scenarios), or a TOML file.")]
Agents = Annotated[int | None, typer.Option(min=1, help="How many agents, if not the scenario's.")]
Hours = Annotated[
    float | None,
    typer.Option(min=0.1, max=LONGEST_HOURS, help="How long the day is, if not the scenario's."),
]
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
CallOffLate = Annotated[
    bool,
    typer.Option(
        "--call-off-late/--ring-out",
        help="Ring nobody any longer, after 15 s, whose answer would too likely meet nobody.",
    ),
]


def scenario_meant(
    name: str, agents: int | None, hours: float | None, warm_up: float | None = None
) -> Scenario:
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


def settings_meant(limit: float, target: float | None, *, call_off_late: bool = False) -> PacingSettings:
    """The pacing with what was asked for."""
    if target is not None and target > limit:
        end(
            f"a target of {target:g} is above the limit of {limit:g}; lower --target or raise --limit",
            Exit.REFUSED,
        )
    return settings_for(limit, target, call_off_late=call_off_late)


def shown(name: str, value: float) -> str:
    """A figure by its name: shares in per cent."""
    return f"{100 * value:.2f} %" if name in _IN_PERCENT else f"{value:.2f}"


@contextmanager
def progress(what: str, days: int) -> Iterator[DayDone]:
    """A bar on the terminal, for whoever waits."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    collect_seldom()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=days)
        yield lambda: bar.advance(task)
