"""What `dealerlijn contacts` does: on the database itself, whether the program runs or not."""

import asyncio
import json
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import asdict
from pathlib import Path

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

from app.cli_frame import Exit, at_home, end, show_table, who
from app.clock import SystemClock
from app.contact_report import usual_report
from app.contacts_import import ImportOptions, ImportResult, import_contacts
from app.dealers import load_profiles
from app.due_refresh import RefreshResult, refresh_list
from app.rdw.client import open_register
from app.settings import RdwAccess, read_database_url, read_dealers_file, read_rdw_access
from app.storage.audit import AuditEntry
from app.storage.campaigns import find_campaign
from app.storage.contact_cards import ContactCard, contact_card
from app.storage.contact_list import load_hash_key
from app.storage.database import opened
from app.storage.due_lists import count_contacts, set_due_window
from app.storage.due_lists import due_window as get_due_window
from calls.errors import NumberError
from calls.numbers import parse_number
from customers.person import number_hash
from customers.plate import as_on_car
from dialer.contact_columns import Field
from dialer.due import DueWindow
from dialer.profiles import Profiles

_FAULTS_SHOWN = 10


def import_list(
    file: Path,
    campaign: str,
    columns: Mapping[Field, str],
    encoding: str | None,
    report: Path | None,
    *,
    rdw: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Add a file of contacts to a campaign's list, and tell what came of it."""
    options = ImportOptions(who=who(), columns=columns, encoding=encoding, dry_run=dry_run, report=report)
    access = read_rdw_access() if rdw else None
    profiles = load_profiles(read_dealers_file())
    result = asyncio.run(_import(read_database_url(), file, campaign, options, access, profiles))
    if as_json:
        _show(result)
    else:
        _tell(result, file, dry_run)
    if result.faults:
        raise typer.Exit(Exit.REFUSED)


def set_window(campaign: str, days_before: int, days_after: int) -> None:
    """Give a list a due window."""
    asyncio.run(_set_window(read_database_url(), campaign, DueWindow(days_before, days_after)))
    typer.echo(f"{campaign} calls from {days_before} days before a date to {days_after} days after it")


def refresh_now(campaign: str, *, dry_run: bool, as_json: bool) -> None:
    """Refresh a list that is kept by dates, and tell what changed."""
    result = asyncio.run(_refresh(read_database_url(), read_rdw_access(), campaign, dry_run))
    if as_json:
        typer.echo(json.dumps(asdict(result), indent=2))
        return
    typer.echo(
        f"{result.appeared} appeared, {result.disappeared} disappeared, {result.unchanged} unchanged, "
        f"{len(result.unknown_plates)} unknown plates, {len(result.unreadable_cars)} unreadable cars"
    )
    for car in result.unreadable_cars[:_FAULTS_SHOWN]:
        typer.echo(
            f"{as_on_car(car.plate)}: the register cannot be read, {car.fault}: the date known before stays; "
            "refresh again later, or ask the RDW to correct it",
            err=True,
        )
    if len(result.unreadable_cars) > _FAULTS_SHOWN:
        typer.echo("… and more: --json tells them all", err=True)
    if result.unknown_plates:
        more = ", …" if len(result.unknown_plates) > _FAULTS_SHOWN else ""
        typer.echo(
            f"unknown: {', '.join(map(as_on_car, result.unknown_plates[:_FAULTS_SHOWN]))}{more}", err=True
        )


def show_card(campaign: str, number: str, *, as_json: bool) -> None:
    """Show where a contact stands on a list."""
    card = asyncio.run(_card(read_database_url(), campaign, number))
    if card is None:
        end(f"the number is not on the list of {campaign}: look at the number and the campaign", Exit.REFUSED)
    if as_json:
        typer.echo(json.dumps(asdict(card), indent=2, default=str))
        return
    typer.echo(f"{card.name}: {told_standing(card)}")
    show_table(
        ("plate", "make", "model", "due on"),
        [(as_on_car(car.plate), car.make, car.model, car.due_on) for car in card.cars],
        "no car is known",
    )


def told_standing(card: ContactCard) -> str:
    """Where a contact stands, until when it rests, and what came of its last attempt."""
    words = [f"{card.state}{f' ({card.closed_reason})' if card.closed_reason else ''}"]
    if card.objected_since is not None:
        words.append(f"and is never called: objected on {at_home(card.objected_since):%d-%m-%Y %H:%M}")
    if card.state == "resting" and card.not_before is not None:
        words.append(f"until {at_home(card.not_before):%d-%m-%Y %H:%M}")
    if card.last_attempt is not None:
        ended = "" if card.last_outcome is None else f": {card.last_outcome} ({card.last_cause})"
        words.append(f"last dialled {at_home(card.last_attempt):%d-%m-%Y %H:%M}{ended}")
    return ", ".join(words)


async def _card(url: str, word: str, number: str) -> ContactCard | None:
    try:
        e164 = parse_number(number).e164
    except NumberError as error:
        end(f"{error.reason}: {error.remedy}", Exit.REFUSED)
    async with opened(url) as database:
        await database.migrate()
        campaign_id = (await find_campaign(database, word)).campaign_id
        return await contact_card(database, campaign_id, number_hash(await load_hash_key(database), e164))


async def _import(
    url: str, file: Path, campaign: str, options: ImportOptions, access: RdwAccess | None, profiles: Profiles
) -> ImportResult:
    async with opened(url) as database, AsyncExitStack() as stack:
        await database.migrate()
        register = None if access is None else await stack.enter_async_context(open_register(access))
        with _bar() as progress:
            tasks = {
                "check": progress.add_task("checking", total=None),
                "store": progress.add_task("storing", total=None, visible=False),
            }

            def advance(stage: str, rows: int) -> None:
                progress.update(tasks[stage], completed=rows, visible=True)

            now = SystemClock().now()
            return await import_contacts(database, file, campaign, options, now, advance, register, profiles)


async def _set_window(url: str, word: str, window: DueWindow) -> None:
    async with opened(url) as database:
        await database.migrate()
        campaign_id = (await find_campaign(database, word)).campaign_id
        before = await get_due_window(database, campaign_id)
        change = AuditEntry(
            at=SystemClock().now(),
            who=who(),
            action="due_window",
            subject=campaign_id,
            before=json.dumps(before and asdict(before)),
            after=json.dumps(asdict(window)),
        )
        await set_due_window(database, campaign_id, window, change)


async def _refresh(url: str, access: RdwAccess, word: str, dry_run: bool) -> RefreshResult:
    async with opened(url) as database, open_register(access) as register:
        await database.migrate()
        campaign_id = (await find_campaign(database, word)).campaign_id
        with _bar() as progress:
            task = progress.add_task("refreshing", total=await count_contacts(database, campaign_id))
            return await refresh_list(
                database,
                register,
                campaign_id,
                SystemClock().now(),
                dry_run=dry_run,
                progress=lambda done: progress.update(task, completed=done),
            )


def _bar() -> Progress:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=Console(stderr=True))


def _show(result: ImportResult) -> None:
    told = {
        "rows": result.rows,
        "added": result.added,
        "faults": [
            {"line": fault.line, "column": fault.column, "reason": fault.reason, "remedy": fault.remedy}
            for fault in result.faults
        ],
        "report": None if result.report is None else str(result.report),
        "notices": result.notices,
    }
    typer.echo(json.dumps(told, indent=2))


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _tell(result: ImportResult, file: Path, dry_run: bool) -> None:
    for notice in result.notices:
        typer.echo(notice, err=True)
    if not result.faults:
        if dry_run:
            typer.echo(f"{_count(result.rows, 'row')} {'is' if result.rows == 1 else 'are'} in order")
        else:
            typer.echo(f"{_count(result.added, 'contact')} added")
        return
    for fault in result.faults[:_FAULTS_SHOWN]:
        typer.echo(f"line {fault.line}, {fault.column}: {fault.reason}: {fault.remedy}", err=True)
    remedy = (
        f"correct what {result.report} lists"
        if result.report is not None
        else f"--report FILE lists them all; without --dry-run they go to {usual_report(file)}"
    )
    typer.echo(
        f"{_count(len(result.faults), 'fault')} in {_count(result.rows, 'row')}, nothing was stored: {remedy}",
        err=True,
    )
