"""`dealerlijn contacts …`: on the database itself, whether the program runs or not."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from app.cli_frame import AsJson, Exit, new_commands, opened, who
from app.clock import SystemClock
from app.contacts_import import ImportOptions, ImportResult, import_contacts, usual_report
from app.settings import read_database_url
from dialer.contact_columns import Field

contact_commands = new_commands("Contacts: the lists that campaigns call.")

_FAULTS_SHOWN = 10


@contact_commands.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="CSV or XLSX.")],
    campaign: Annotated[str, typer.Option(help="The campaign that calls this list: its id or its name.")],
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="HEADING=FIELD", help=f"What a column holds: {', '.join(Field)}."),
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a CSV file; found out when not given.")] = None,
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
    fields = dict(map(_column, columns or []))
    options = ImportOptions(who=who(), columns=fields, encoding=encoding, dry_run=dry_run, report=report)
    result = asyncio.run(_import(read_database_url(), file, campaign, options))
    if as_json:
        _show(result)
    else:
        _tell(result, file, dry_run)
    if result.faults:
        raise typer.Exit(Exit.REFUSED)


async def _import(url: str, file: Path, campaign: str, options: ImportOptions) -> ImportResult:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    async with opened(url) as database:
        await database.migrate()
        with Progress(*columns, console=Console(stderr=True)) as progress:
            tasks = {
                "check": progress.add_task("checking", total=None),
                "store": progress.add_task("storing", total=None, visible=False),
            }

            def advance(stage: str, rows: int) -> None:
                progress.update(tasks[stage], completed=rows, visible=True)

            return await import_contacts(database, file, campaign, options, SystemClock().now(), advance)


def _column(text: str) -> tuple[Field, str]:
    heading, _, name = text.rpartition("=")
    if not heading or name not in set(Field):
        raise typer.BadParameter(f"{text!r} will not do: write it as HEADING=FIELD, such as Telefoon=number")
    return Field(name), heading


def _show(result: ImportResult) -> None:
    told = {
        "rows": result.rows,
        "added": result.added,
        "faults": [
            {"line": fault.line, "column": fault.column, "reason": fault.reason, "remedy": fault.remedy}
            for fault in result.faults
        ],
        "report": None if result.report is None else str(result.report),
    }
    typer.echo(json.dumps(told, indent=2))


def _tell(result: ImportResult, file: Path, dry_run: bool) -> None:
    if not result.faults:
        typer.echo(f"{result.rows} rows are in order" if dry_run else f"{result.added} contacts added")
        return
    for fault in result.faults[:_FAULTS_SHOWN]:
        typer.echo(f"line {fault.line}, {fault.column}: {fault.reason}: {fault.remedy}", err=True)
    remedy = (
        f"correct what {result.report} lists"
        if result.report is not None
        else f"--report FILE lists them all; without --dry-run they go to {usual_report(file)}"
    )
    typer.echo(
        f"{len(result.faults)} faults in {result.rows} rows, nothing was stored: {remedy}",
        err=True,
    )
