"""What the commands share that ask the running program: asking its API, and showing the answer."""

from collections.abc import Sequence

import typer
from pydantic import BaseModel

from app.cli_frame import show_table, who
from app.console.campaigns import LIST_CAMPAIGNS
from app.console.routes import Answer, Body, Query, Route
from app.settings import read_api_access
from calls.ids import CampaignId
from dialer.campaign import campaign_meant


def ask(
    route: Route[Body, Query, Answer], body: Body | None = None, query: Query | None = None, **names: str
) -> Answer:
    """Ask the running program through its API; `names` fill the route's path."""
    # A command's help needs no HTTP, which takes longer to import than all the rest of it.
    from app.console.client import ask_once

    return ask_once(read_api_access(), who(), route, body, query, names)


def ask_campaign_id(word: str) -> CampaignId:
    """The campaign that somebody means by its id or its name. Raises UnknownCampaign, AmbiguousCampaign."""
    listed = ask(LIST_CAMPAIGNS)
    return campaign_meant(word, {CampaignId(campaign.id): campaign.name for campaign in listed.campaigns})


def show(answer: BaseModel) -> None:
    """Write an answer as JSON."""
    typer.echo(answer.model_dump_json(indent=2))


def show_list(
    answer: BaseModel, as_json: bool, columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str
) -> None:
    """Write an answer that is a list: as JSON, or its rows as `show_table` does."""
    if as_json:
        show(answer)
    else:
        show_table(columns, rows, empty)
