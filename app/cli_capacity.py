"""`dealerlijn capacity …`: the workshop's places, asked of the running program."""

from datetime import datetime
from typing import Annotated

import typer

from app.cli_ask import ask, show_list
from app.cli_frame import AsJson, new_commands
from app.console import capacity
from app.console.capacity import CapacityAnswer, DayPlaces, NewCapacity

capacity_commands = new_commands()

Dealer = Annotated[str, typer.Argument(metavar="DEALER", help="The dealer, such as demo.")]


@capacity_commands.command("show")
def show_capacity(dealer: Dealer, as_json: AsJson = False) -> None:
    """Show the places of the coming four weeks."""
    answer = ask(capacity.GET_CAPACITY, dealer_id=dealer)
    _tell(answer, as_json, "no places are known: tell them with `dealerlijn capacity set`")


@capacity_commands.command("set")
def set_capacity(
    dealer: Dealer,
    day: Annotated[
        datetime, typer.Argument(formats=["%Y-%m-%d", "%d-%m-%Y"], help="Today or later, such as 2026-12-31.")
    ],
    places: Annotated[int, typer.Argument(help="How many cars fit in that day; 0 when closed.")],
    taken: Annotated[int, typer.Option(help="How many places are taken already.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Tell the places of one day; other days stay as they are."""
    body = NewCapacity(days=[DayPlaces(day=day.date(), places=places, taken=taken)])
    answer = ask(capacity.SET_CAPACITY, body, dealer_id=dealer)
    _tell(answer, as_json, f"{day.date()} is kept; no places are known of the coming four weeks")


def _tell(answer: CapacityAnswer, as_json: bool, empty: str) -> None:
    show_list(
        answer,
        as_json,
        ("day", "places", "taken"),
        [(each.day.isoformat(), each.places, each.taken) for each in answer.days],
        empty,
    )
