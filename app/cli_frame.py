"""What all commands share: how they are found, how they end, and how they show things."""

import gc
import getpass
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from enum import IntEnum
from pkgutil import resolve_name
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text
from typer.core import TyperGroup
from typer.main import get_group

from dialer.due import HOME

# A file or a pipe has no edge at which lines would have to be broken.
_WIDTH_OF_A_FILE = 400
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, for machines.")]


class Exit(IntEnum):
    """How a command ends. 2 is a wrong way of calling it."""

    REFUSED = 1
    SETTINGS = 3
    UNREACHABLE = 4


class Guarded(TyperGroup):
    """Commands whose expected errors end in a sentence and an exit code; any other error keeps its stack trace."""

    def invoke(self, ctx: Any) -> Any:  # the type is private to Typer
        """Run the command."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort):
            raise
        except Exception as error:
            # A command that ends well need not know all that can go wrong.
            from app.cli_endings import ending

            if (told := ending(error)) is None:
                raise
            end(*told)


class Later(TyperGroup):
    """Commands of which only the name and the help are known, until one of them is asked for: then their module is imported."""

    def __init__(self, name: str, help_text: str, place: str) -> None:
        """`place` is the module and the name in it of what `new_commands` made, as `module:name`."""
        super().__init__(name=name, help=help_text)
        self._place = place

    def make_context(self, *args: Any, **extra: Any) -> Any:  # the types are private to Typer
        """Go on with the commands themselves."""
        with importing():
            found = get_group(resolve_name(self._place))
        found.help = self.help
        return found.make_context(*args, **extra)


@contextmanager
def importing() -> Iterator[None]:
    """Import without garbage collections while the block runs: what is imported stays, and looking through it over and over takes an eighth
    of the time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def new_commands(help_text: str = "", kind: type[Guarded] = Guarded) -> typer.Typer:
    """A group of commands that ends as `Guarded` says. That of a part has its help from the table in `app.cli`."""
    return typer.Typer(cls=kind, help=help_text, no_args_is_help=True, pretty_exceptions_enable=False)


def who() -> str:
    """The name of whoever types, for the audit log."""
    name = "unknown"
    with suppress(OSError, KeyError):  # the user has no name on this machine
        name = getpass.getuser()
    return "cli:" + re.sub(r"[^A-Za-z0-9._@-]", "-", name)[:50]


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


def typed(moment: datetime | None) -> datetime | None:
    """A moment as it was typed, by the dealers' clock where it names no zone, in UTC."""
    try:
        return None if moment is None else moment.replace(tzinfo=moment.tzinfo or HOME).astimezone(UTC)
    except (OverflowError, ValueError) as error:
        raise typer.BadParameter(
            f"{moment} is in a year that has no date in UTC: give a moment of late"
        ) from error


def at_home(moment: datetime) -> datetime:
    """A moment by the dealers' clock."""
    return moment.astimezone(HOME)


def end(sentence: str, code: Exit) -> NoReturn:
    """End the command with a sentence that says what to do."""
    typer.echo(sentence, err=True)
    raise typer.Exit(code)
