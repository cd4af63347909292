"""`dealerlijn simulate what-if`: what a planned campaign would bring."""

import asyncio
import json
from dataclasses import asdict, replace
from typing import Annotated

import typer

from app.cli_frame import AsJson, Exit, end, show_table
from app.control_errors import OutOfBounds
from app.plans import BOOKED_RATIO, Question, plan_of
from app.settings import read_database_url
from app.simulate_frame import (
    Seeds,
    Target,
    progress,
    scenario_meant,
    settings_meant,
    shown,
)
from dialer.campaign import Campaign
from simulation.learned import Learned
from simulation.what_if import Plan, live_planned_day, outlook

_USUAL = "r1"


def what_if(
    agents: Annotated[int, typer.Option(min=1, help="Planned agents.")],
    hours: Annotated[float, typer.Option(min=0.1, max=80, help="Planned hours, of several days together.")],
    contacts: Annotated[
        int | None, typer.Option(min=1, help="Contacts on the list, if not the campaign's own.")
    ] = None,
    campaign: Annotated[
        str | None,
        typer.Option(help="The id or name of a campaign: its list, pacing and figures so far."),
    ] = None,
    limit: Annotated[float | None, typer.Option(min=0, max=0.5, help="The highest share abandoned.")] = None,
    target: Target = None,
    attempts: Annotated[
        int | None, typer.Option(min=1, max=10, help="How often one who does not answer is dialled.")
    ] = None,
    rest_hours: Annotated[
        float,
        typer.Option(min=0.1, max=80, help="Planned hours until one who did not answer is dialled again."),
    ] = 8.0,
    booked: Annotated[
        float | None, typer.Option(min=0, max=1, help="The share of reached contacts who book.")
    ] = None,
    scenario: Annotated[
        str | None,
        typer.Option(
            help=f"The figures of a list that is yet to come: a name (see simulation/scenarios), or a TOML file; {_USUAL} if not given."
        ),
    ] = None,
    seeds: Seeds = 5,
    as_json: AsJson = False,
) -> None:
    """What a planned campaign would bring: reached, booked, abandon rate, hours needed, each with its spread."""
    if campaign is not None:
        if scenario is not None:
            end(
                f"{campaign} has figures of its own: leave out --scenario, or leave out --campaign and give --contacts",
                Exit.REFUSED,
            )
        question = Question(agents, hours, seeds, contacts, attempts, rest_hours, target, limit, booked)
        plan = _campaign_plan(campaign, question)
    elif contacts is None:
        end("how long is the list? give --contacts, or --campaign for a list that is there", Exit.REFUSED)
    else:
        base = scenario_meant(scenario or _USUAL, agents, hours, 0.0)
        if base.teams:
            end(f"{scenario} is a day of inbound calls; choose a scenario of a campaign", Exit.REFUSED)
        settings = settings_meant(0.03 if limit is None else limit, target)
        day = replace(
            base,
            contacts=contacts,
            attempts=attempts or 1,
            rest_hours=rest_hours,
        )
        ratio = BOOKED_RATIO if booked is None else booked
        plan = Plan(day, settings.limit_ratio, settings.target_ratio, ratio)
    with progress("what if", seeds) as done:
        days = []
        for seed in range(seeds):
            days.append(live_planned_day(plan, seed))
            done()
    found = asdict(outlook(days, plan))
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    typer.echo(_assumed(plan, found.pop("days")))
    rows = [
        (name, *(shown(name, each[key]) for key in ("mean", "spread", "least", "most")))
        for name, each in found.items()
    ]
    show_table(("expected", "mean", "between days", "least", "most"), rows, "")


def _campaign_plan(word: str, question: Question) -> Plan:
    campaign, learned = asyncio.run(_read(read_database_url(), word))
    try:
        return plan_of(campaign, learned, question)
    except OutOfBounds as error:
        end(str(error), Exit.REFUSED)


async def _read(url: str, word: str) -> tuple[Campaign, Learned]:
    # Without --campaign no database is needed.
    from app.storage.campaigns import find_campaign
    from app.storage.database import opened
    from app.storage.learned import read_learned

    async with opened(url) as database:
        campaign = await find_campaign(database, word)
        return campaign, await read_learned(database, campaign.campaign_id)


def _assumed(plan: Plan, days: int) -> str:
    scenario = plan.scenario
    return (
        f"{scenario.agents} agents, {scenario.hours:g} hours, {plan.contacts} contacts dialled up to "
        f"{scenario.attempts} times, mode {plan.mode}; {scenario.talk.mean:.0f} s of talk and {scenario.wrap_up.mean:.0f} s of "
        f"wrap-up, {100 * plan.booked_ratio:.0f} % book; {days} simulated days."
    )
