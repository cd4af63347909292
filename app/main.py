"""Where the program begins: settings, dealers, then everything at once until it is told to stop.

`app/wiring.py` says what is made of what.
"""

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator

from app.ari.connection import Replaced
from app.asterisk.errors import AsteriskError
from app.console.health import Watch
from app.console.server import AddressTaken, make_app, reserved
from app.console.server import serve as listening
from app.dealers import load_dealers
from app.dealers_errors import DealersError
from app.garbage import collect_seldom
from app.program import Program
from app.reach import tell_of_asterisk
from app.settings import Settings
from app.stopping import StopSignals
from app.storage.errors import StorageError
from app.wiring import running
from dialer.errors import StoreUnavailable

_SWITCH_SECONDS = 0.001
EXPECTED = (DealersError, AddressTaken, StorageError, StoreUnavailable, AsteriskError, Replaced)


class CannotRun(Exception):
    """The program ended for a reason that its user can mend; the text says which."""


def serve(settings: Settings) -> None:
    """Run until SIGINT or SIGTERM. Raises CannotRun.

    Conversations go on in Asterisk when the program stops; the next one takes them over.
    """
    set_up_logging()
    try:
        asyncio.run(_serve(settings))
    except asyncio.CancelledError:
        return
    except BaseExceptionGroup as group:
        raise CannotRun(explained(group)) from group
    except EXPECTED as error:
        raise CannotRun(str(error)) from error


def explained(group: BaseExceptionGroup[BaseException]) -> str:
    """The texts of the errors that a user can mend; raises the group again when there is any other."""
    known, unknown = group.split((*EXPECTED, CannotRun))
    if known is None or unknown is not None:
        raise group
    return "; ".join(str(error) for error in _leaves(known))


async def _serve(settings: Settings) -> None:
    dealers = load_dealers(settings.dealers_file)
    with StopSignals() as signals, reserved(settings.http_host, settings.http_port) as bound:
        async with (
            running(settings, dealers) as program,
            reachable(program, bound) as api,
            asyncio.TaskGroup() as group,
        ):
            say(f"the API and /metrics answer at {api}")
            let_calls_go_first()
            told = group.create_task(tell_of_asterisk(settings.ari, say))
            await signals.told()
            told.cancel()


def say(text: str) -> None:
    """Tell whoever started the program; what it does from then on is in the log."""
    print(f"-- {text}", file=sys.stderr, flush=True)


def let_calls_go_first() -> None:
    """Let calls wait less for what is done beside them: garbage collections, and threads with transactions of their own."""
    collect_seldom()
    sys.setswitchinterval(_SWITCH_SECONDS)


@contextlib.asynccontextmanager
async def reachable(program: Program, bound: socket.socket) -> AsyncIterator[str]:
    """Answer the API and /metrics while the block runs; gives the address."""
    watch = Watch(
        program.metrics.text,
        {
            "asterisk": lambda: program.connection.live,
            "database": lambda: program.journal.writable,
        },
        program.clock.trusted,
    )
    application = make_app(program.control, program.settings.api_token, watch)
    async with listening(application, bound) as address:
        yield address


def set_up_logging(level: int = logging.INFO) -> None:
    """Log to standard error, one line a message, its fields behind it."""
    handler = logging.StreamHandler()
    handler.setFormatter(_Line("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)


_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class _Line(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{key}={value}" for key, value in vars(record).items() if key not in _PLAIN)
        text = super().format(record)
        return f"{text} [{fields}]" if fields else text


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    return [
        leaf
        for error in group.exceptions
        for leaf in (_leaves(error) if isinstance(error, BaseExceptionGroup) else [error])
    ]
