"""What all commands share: how they end, how they show things, and how they ask the running program."""

import asyncio
import getpass
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from enum import IntEnum
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from pydantic import BaseModel, ValidationError
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text
from typer.core import TyperGroup

from app.asterisk.errors import AsteriskError
from app.console.campaigns import LIST_CAMPAIGNS
from app.console.client import ApiClient, open_client
from app.console.errors import ApiError, ApiUnreachable
from app.contact_rows import UnusableFile
from app.contacts_import import ReportFailed
from app.dealers import DealersError
from app.settings import SettingsError, read_api_access
from app.storage.database import Database, open_database
from app.storage.errors import StorageError, WrongDatabaseUrl
from calls.ids import CampaignId
from customers.errors import RegisterError, RegisterUnreachable
from dialer.campaign import campaign_meant
from dialer.errors import DialerError, StoreUnavailable

Result = TypeVar("Result")
# A file or a pipe has no edge at which lines would have to be broken.
_WIDTH_OF_A_FILE = 400
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, for machines.")]


class Exit(IntEnum):
    """How a command ends. 2 is a wrong way of calling it."""

    REFUSED = 1
    SETTINGS = 3
    UNREACHABLE = 4


_ENDINGS: tuple[tuple[type[Exception], Exit], ...] = (
    (SettingsError, Exit.SETTINGS),
    (DealersError, Exit.SETTINGS),
    (WrongDatabaseUrl, Exit.SETTINGS),
    (StoreUnavailable, Exit.UNREACHABLE),
    (RegisterUnreachable, Exit.UNREACHABLE),
    (RegisterError, Exit.REFUSED),
    (ApiUnreachable, Exit.UNREACHABLE),
    (ApiError, Exit.REFUSED),
    (AsteriskError, Exit.REFUSED),
    (StorageError, Exit.REFUSED),
    (DialerError, Exit.REFUSED),
    (UnusableFile, Exit.REFUSED),
    (ReportFailed, Exit.REFUSED),
)


class Guarded(TyperGroup):
    """Commands whose expected errors end in a sentence and an exit code; any other error keeps its stack trace."""

    def invoke(self, ctx: Any) -> Any:  # the type is private to Typer
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ValidationError as error:
            faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
            end("these values will not do:\n  " + "\n  ".join(faults), Exit.REFUSED)
        except Exception as error:
            for kind, code in _ENDINGS:
                if isinstance(error, kind):
                    end(str(error), code)
            raise


def new_commands(help_text: str) -> typer.Typer:
    """A group of commands that ends as `Guarded` says."""
    return typer.Typer(cls=Guarded, help=help_text, no_args_is_help=True, pretty_exceptions_enable=False)


def ask(question: Callable[[ApiClient], Coroutine[Any, Any, Result]]) -> Result:
    """Ask the running program through its API."""
    access = read_api_access()

    async def asking() -> Result:
        async with open_client(access, who()) as client:
            return await question(client)

    return asyncio.run(asking())


def ask_campaign_id(word: str) -> CampaignId:
    """The campaign that somebody means by its id or its name. Raises UnknownCampaign, AmbiguousCampaign."""
    listed = ask(lambda client: client.ask(LIST_CAMPAIGNS))
    return campaign_meant(word, {CampaignId(campaign.id): campaign.name for campaign in listed.campaigns})


@asynccontextmanager
async def opened(url: str, *, must_exist: bool = False) -> AsyncIterator[Database]:
    """The database at an address, closed at the end. Raises WrongDatabaseUrl."""
    database = open_database(url, must_exist=must_exist)
    try:
        yield database
    finally:
        await database.close()


def who() -> str:
    """The name of whoever types, for the audit log."""
    name = "unknown"
    with suppress(OSError, KeyError):  # the user has no name on this machine
        name = getpass.getuser()
    return "cli:" + re.sub(r"[^A-Za-z0-9._@-]", "-", name)[:50]


def show(answer: BaseModel) -> None:
    """Write an answer as JSON."""
    typer.echo(answer.model_dump_json(indent=2))


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """Write a table, or the sentence `empty` when there are no rows. No part of a cell is left out, however narrow the terminal."""
    if not rows:
        typer.echo(empty)
        return
    headed = (Column(name, overflow="fold") for name in columns)
    table = Table(*headed, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        # As text: a name may look like markup.
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in row))
    console = Console()
    if not console.is_terminal:
        console.width = max(console.width, _WIDTH_OF_A_FILE)
    console.print(table)


def utc(moment: datetime | None) -> datetime | None:
    """A moment as it was typed: in UTC where it names no zone."""
    return None if moment is None else moment.replace(tzinfo=moment.tzinfo or UTC)


def show_list(
    answer: BaseModel, as_json: bool, columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str
) -> None:
    """Write an answer that is a list: as JSON, or its rows as `show_table` does."""
    if as_json:
        show(answer)
    else:
        show_table(columns, rows, empty)


def end(sentence: str, code: Exit) -> NoReturn:
    """End the command with a sentence that says what to do."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
