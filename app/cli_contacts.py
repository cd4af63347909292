"""`dealerlijn contacts …`: what may be asked; `app.cli_lists` does it, and is imported only then."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli_frame import AsJson, new_commands
from dialer.contact_columns import Field

contact_commands = new_commands()

_LONGEST_DAYS = 365

CampaignName = Annotated[str, typer.Option(help="The campaign that calls this list: its id or its name.")]


@contact_commands.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV or XLSX.")],
    campaign: CampaignName,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="HEADING=FIELD", help=f"What a column holds: {', '.join(Field)}."),
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a CSV file; found out when not given.")] = None,
    rdw: Annotated[
        bool, typer.Option("--rdw", help="Fill in missing APK dates from the register of vehicles.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, store nothing.")] = False,
    report: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, help="Where faults are listed; not given: beside FILE, on a dry run nowhere."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Add a file of contacts to a campaign's list: all of it, or nothing and a report of what is wrong."""
    from app.cli_lists import import_list

    fields = dict(map(_column, columns or []))
    import_list(file, campaign, fields, encoding, report, rdw=rdw, dry_run=dry_run, as_json=as_json)


@contact_commands.command()
def due_window(
    campaign: CampaignName,
    days_before: Annotated[
        int, typer.Option(min=0, max=_LONGEST_DAYS, help="Called from so long before.")
    ] = 42,
    days_after: Annotated[int, typer.Option(min=0, max=_LONGEST_DAYS, help="Until so long after.")] = 14,
) -> None:
    """Call a campaign's contacts only around the date of their car; the list follows at its next refresh."""
    from app.cli_lists import set_window

    set_window(campaign, days_before, days_after)


@contact_commands.command()
def refresh(
    campaign: CampaignName,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change no contact.")] = False,
    as_json: AsJson = False,
) -> None:
    """Ask the register of vehicles for the dates of a list: contacts appear when due, and disappear when not."""
    from app.cli_lists import refresh_now

    refresh_now(campaign, dry_run=dry_run, as_json=as_json)


@contact_commands.command("show")
def show_contact(
    number: Annotated[str, typer.Argument(help="The phone number, however it is written.")],
    campaign: CampaignName,
    as_json: AsJson = False,
) -> None:
    """Show where a contact stands on a list, and all the cars that one call is about."""
    from app.cli_lists import show_card

    show_card(campaign, number, as_json=as_json)


def _column(text: str) -> tuple[Field, str]:
    heading, _, name = text.rpartition("=")
    if not heading or name not in set(Field):
        raise typer.BadParameter(f"{text!r} will not do: write it as HEADING=FIELD, such as Telefoon=number")
    return Field(name), heading
