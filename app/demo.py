"""The demo: a dealer, a campaign and simulated people on two real Asterisks, watched in a live table."""

import asyncio
import fcntl
import logging
import random
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.live import Live

from app.asterisk.call_files import Caller as PlacedCaller
from app.clock import SystemClock
from app.closing import Closing, close, drain
from app.console.client import fetch_metrics
from app.console.server import reserved
from app.dealers import Dealers, load_dealers
from app.demo_bed import DemoBed, PhonesMissing, demo_bed
from app.demo_people import CAMPAIGN, SKILLS, fill
from app.live_table import live_table, plain_line
from app.main import EXPECTED, CannotRun, explained, let_calls_go_first, reachable, say, set_up_logging
from app.program import Program
from app.stopping import StopSignals
from app.storage.database import open_database
from app.tasks import beside
from app.wiring import running
from calls.ids import AgentId
from simulation.people import Caller, CallerMix
from simulation.runner import CallerTraffic

FOLDER = Path("var/demo")
PORTS = 25000
API_PORT = 1000  # above the first
DDI = "+31401234567"
DRAIN_SECONDS = 60.0
WHO = "demo"
_MIX = CallerMix(gap_seconds=6.0, talk_seconds=20.0, patience_seconds=60.0)
_LONGEST_PATIENCE, _LONGEST_TALK = 45.0, 30.0


def demo(seconds: int | None, seed: int, ports: int = PORTS) -> None:
    """Run until Ctrl-C, or for `seconds`; then print one JSON line counted from the database. Raises CannotRun.

    `ports` is the first of a thousand ports for the two Asterisks; the API listens on `ports` + 1000.
    """
    set_up_logging(logging.ERROR)
    try:
        closing = asyncio.run(_demo(seconds, seed, ports))
    except asyncio.CancelledError as error:
        raise CannotRun(
            "told to stop before the end: calls were cut off and not counted; nothing is left running"
        ) from error
    except BaseExceptionGroup as group:
        raise CannotRun(explained(group)) from group
    except (*EXPECTED, PhonesMissing) as error:
        raise CannotRun(str(error)) from error
    for line in closing.disagreements:
        print(line, file=sys.stderr)
    print(closing.as_json())


async def _demo(seconds: int | None, seed: int, ports: int) -> Closing:
    dealers = load_dealers(Path("dealers.toml"), Path("dealers.demo.toml"))
    folder = FOLDER.resolve()
    with StopSignals() as signals, _alone(folder), reserved("127.0.0.1", ports + API_PORT) as bound:
        for old in folder.glob("demo.db*"):
            old.unlink()
        return await _run(folder, dealers, ports, bound, partial(signals.told, seconds), seed)


async def _run(
    folder: Path,
    dealers: Dealers,
    ports: int,
    bound: socket.socket,
    end: Callable[[], Awaitable[None]],
    seed: int,
) -> Closing:
    say("starting two Asterisks: the dealer's, and one that plays the telephone network")
    async with demo_bed(folder, dealers.phones, ports) as bed:
        await _fill(bed, folder, dealers, seed)
        async with (
            beside(bed.keep_up()),
            running(bed.settings, dealers) as program,
            reachable(program, bound) as address,
        ):
            let_calls_go_first()
            await _connected(program, ports)
            await _to_work(program, dealers)
            await _watch(program, bed, address, end, seed)
            say("stopping: no new calls, the present ones may end")
            await drain(program, DRAIN_SECONDS)
            return await close(program, await fetch_metrics(address))


async def _fill(bed: DemoBed, folder: Path, dealers: Dealers, seed: int) -> None:
    database = open_database(bed.settings.database_url)
    try:
        await database.migrate()
        await fill(database, folder, dealers.phones, seed, SystemClock().now())
    finally:
        await database.close()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep a second demo out of this folder, whatever its ports: it would take the first one's Asterisks down."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / "lock").open("w")
    except OSError as error:
        raise CannotRun(
            f"{error.filename}: {error.strerror}: run the demo as the user who ran it before, or remove {folder}"
        ) from error
    with file as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CannotRun(f"a demo is already running in {folder}: stop it first") from error
        yield


async def _connected(program: Program, ports: int) -> None:
    try:
        async with asyncio.timeout(15):
            while not program.connection.live:
                await asyncio.sleep(0.05)
    except TimeoutError as error:
        raise CannotRun(
            f"no answer from the demo's Asterisk: is a port from {ports} to {ports + 999} taken? "
            "Try others with --ports; its log is var/demo/dealer/log/messages"
        ) from error


async def _to_work(program: Program, dealers: Dealers) -> None:
    await program.control.start_campaign(CAMPAIGN, WHO)
    for phone in dealers.phones:
        await program.control.login(AgentId(phone), None if phone in SKILLS else CAMPAIGN)


async def _watch(
    program: Program, bed: DemoBed, address: str, end: Callable[[], Awaitable[None]], seed: int
) -> None:
    def ring(person: str, caller: Caller) -> None:
        bed.ring(
            PlacedCaller(
                person=person,
                ddi=DDI,
                cli=caller.cli,
                press=caller.digits,
                press_after=caller.press_delay_seconds,
                patience=min(caller.patience_seconds, _LONGEST_PATIENCE),
                talk=min(caller.talk_seconds, _LONGEST_TALK),
            )
        )

    traffic = CallerTraffic(random.Random(seed), _MIX, ring)
    async with asyncio.TaskGroup() as group:
        callers = group.create_task(traffic.run())
        picture = group.create_task(_show(program, address))
        await end()
        callers.cancel()
        await program.control.stop_campaign(CAMPAIGN, WHO, "end_of_demo")
        picture.cancel()


async def _show(program: Program, address: str) -> None:
    began = program.clock.monotonic()
    console = Console()
    if not console.is_terminal:
        say(f"watch {address}/metrics and {address}/api/v1/openapi.json")
        while True:
            await asyncio.sleep(10)
            say(plain_line(program, program.clock.monotonic() - began))
    async with _live(console) as live:
        while True:
            live.update(live_table(program, CAMPAIGN, address, program.clock.monotonic() - began))
            await asyncio.sleep(0.5)


@asynccontextmanager
async def _live(console: Console) -> AsyncIterator[Live]:
    with Live(console=console, auto_refresh=True, refresh_per_second=4) as live:
        yield live
