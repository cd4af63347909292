"""One node's events socket: kept up, proven alive by an echo, and honest about being down.

A socket that is open proves little: Asterisk can go deaf while pings and REST still answer. So a user event is posted
every second and has to come back on the socket in time; when it does not, the connection is down, whatever TCP says.

A life of the connection: connect, set the event filter, first echo, `on_up` (reconciling happens there, while
events are kept in a buffer), the buffer in order, then live. It ends with `on_down`, a pause, and the next life. Nothing is
replayed by Asterisk for the time between two lives.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Never, Protocol
from uuid import uuid4

import aiohttp

from app.ari.events import AriEvent, UnknownEvent, decode_event
from app.ari.models import ApplicationReplaced, ChannelUserevent
from app.ari.operations import Ari
from app.ari.outcome import AriRequestError, Done
from app.ari.transport import Lane

ECHO_EVENT = "dealerlijn-echo"

UNWANTED_EVENTS = ("ChannelVarset", "ChannelDialplan", "ChannelConnectedLine", "ChannelCallerId")
"""More than a quarter of all events, and nothing we act on."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """Times in seconds, and sizes, of one connection."""

    echo_every: float = 1.0
    echo_within: float = 2.0
    connect_within: float = 5.0
    ping_every: float = 10.0
    close_within: float = 0.5
    pause_least: float = 0.1
    pause_most: float = 5.0
    deaf_lives: int = 2
    """After so many lives in a row without an echo, while Asterisk answers pings, the application gets a new name."""
    buffered_events: int = 50_000
    message_bytes: int = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Up:
    """A new life of the connection."""

    generation: int
    """Counts lives from 1; higher than in any earlier life of this object."""
    application: str
    """The name that Asterisk's dialplan has to send calls to (`DL_APP`)."""


class Listener(Protocol):
    """Whoever follows a connection. An exception from any of these ends `AriConnection.run` with it, but that of a request that
    Asterisk refuses us (`AriRequestError`) only this life of the connection.
    """

    async def on_up(self, up: Up) -> None:
        """Reconcile; events wait until this returns. Cancelled when the connection goes down meanwhile."""
        ...

    def on_event(self, event: AriEvent) -> None:
        """Take one event, in Asterisk's order. Must only hand it over: the socket is not read meanwhile."""
        ...

    async def on_echo(self, seconds: float) -> None:
        """The event path is proven: an echo took `seconds`. Only while live; the place to write the heartbeat."""
        ...

    def on_down(self, reason: str) -> None:
        """The life ended: stop acting. Called once for each `on_up` that was begun, also on cancellation."""
        ...

    def on_deaf(self, application: str) -> None:
        """Asterisk answers, but the events of `application` reach us no more; the next life uses another name."""
        ...


class Replaced(Exception):
    """Another connection took over our application: whoever is replaced stops acting at once."""

    def __init__(self, application: str) -> None:
        super().__init__(f"another controller took over the application {application}: one is enough")


class _Down(Exception):
    """This life of the connection is over; the message is the reason."""


class _NoEcho(_Down):
    """It is over because what we posted did not come back."""


@dataclass(slots=True)
class ConnectionCounters:
    """What happened since this object was made."""

    lives: int = 0
    """Times the connection came up; the first is no reconnect."""
    failures: int = 0
    """Times a life, or the attempt to begin one, failed."""
    events: int = 0
    """Events received, echoes not counted."""
    unreadable: int = 0
    """Those among them that could not be decoded."""
    last_echo_seconds: float = 0.0


def application_name(base: str, number: int) -> str:
    """Return the name of our application after `number` changes; a deaf one is never used again."""
    return base if number == 0 else f"{base}-{number + 1}"


def is_application(name: str, base: str) -> bool:
    """Whether `name` is our application's, before or after any changes."""
    rest = name.removeprefix(base)
    return name == base or (rest != name and rest[:1] == "-" and rest[1:].isdecimal())


def pause_seconds(failures: int, limits: ConnectionLimits, chance: float) -> float:
    """Return how long to wait after `failures` in a row; `chance` in [0, 1) spreads it over the upper half."""
    longest = min(limits.pause_most, limits.pause_least * 2.0 ** min(failures - 1, 30))
    return longest * (0.5 + chance / 2)


class AriConnection:
    """The events socket of one Asterisk; `run` keeps it up until cancelled or replaced."""

    def __init__(
        self,
        ari: Ari,
        base_url: str,
        user: str,
        password: str,
        application: str,
        listener: Listener,
        limits: ConnectionLimits | None = None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """Prepare for `base_url`, such as `http://127.0.0.1:8088/ari`; nothing is opened yet."""
        self.counters = ConnectionCounters()
        self._ari = ari
        self._url = base_url.rstrip("/") + "/events"
        self._headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
        self._base_name = application
        self._renamed = 0
        self._listener = listener
        self._limits = limits or ConnectionLimits()
        self._chance = chance
        self._life: _Life | None = None
        self._came_up = asyncio.Event()

    @property
    def application(self) -> str:
        """The name of our application now."""
        return application_name(self._base_name, self._renamed)

    @property
    def live(self) -> bool:
        """Whether events flow to the listener: from the end of `on_up` until the life ends."""
        return self._life is not None and self._life.live

    @property
    def echo_seconds(self) -> float | None:
        """How long the last echo took, None while the socket is down."""
        return self.counters.last_echo_seconds if self.live else None

    async def until_live(self, within: float) -> None:
        """Wait until it is live, for up to `within` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within):
                await self._came_up.wait()

    async def run(self) -> Never:
        """Keep the connection up; never returns.

        Raises:
            Replaced: Another connection uses our application name now.
        """
        failures = deaf = 0
        async with aiohttp.ClientSession(
            headers=self._headers, cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            while True:
                was_live, over = await self._live_once(session)
                self.counters.failures += 1
                failures = 1 if was_live else failures + 1
                _log.warning(
                    "events socket down: is Asterisk running there?",
                    extra={"url": self._url, "reason": str(over), "failures": failures},
                )
                deaf = deaf + 1 if isinstance(over, _NoEcho) and await self._answers_pings() else 0
                if deaf >= self._limits.deaf_lives:
                    self._rename()
                    deaf = 0
                await asyncio.sleep(pause_seconds(failures, self._limits, self._chance()))

    async def _live_once(self, session: aiohttp.ClientSession) -> tuple[bool, _Down]:
        life = _Life(
            self._ari, self.application, self._listener, self._limits, self.counters, self._came_up.set
        )
        self._life = life
        try:
            await life.run(session, self._url)
        except _Down as over:
            return life.live, over
        finally:
            self._life = None
            self._came_up.clear()

    async def _answers_pings(self) -> bool:
        return isinstance(await self._ari.asterisk.ping(lane=Lane.HEALTH), Done)

    def _rename(self) -> None:
        deaf_application = self.application
        self._renamed += 1
        _log.error("application deaf", extra={"application": deaf_application, "next": self.application})
        self._listener.on_deaf(deaf_application)


class _Life:
    """One life of the connection, from connecting to `on_down`."""

    def __init__(
        self,
        ari: Ari,
        application: str,
        listener: Listener,
        limits: ConnectionLimits,
        counters: ConnectionCounters,
        came_up: Callable[[], None],
    ) -> None:
        self.live = False
        self._came_up = came_up
        self._begun = False
        self._ari = ari
        self._application = application
        self._attempt = uuid4().hex
        self._listener = listener
        self._limits = limits
        self._counters = counters
        self._buffer: list[AriEvent] = []
        self._first_echo = asyncio.Event()
        self._echo_sent = ""
        self._echo_back: asyncio.Future[float] | None = None

    async def run(self, session: aiohttp.ClientSession, url: str) -> Never:
        """Live until something ends it; raise that: `_Down`, `Replaced` or what the listener raised."""
        socket = await self._connect(session, url)
        reason = "stopped"
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._begin())
                tasks.create_task(self._prove())
                await self._read(socket)
        except ExceptionGroup as group:
            _stop_if_cancelled()
            gravest = _gravest(group)
            reason = str(gravest)
            raise gravest from group
        finally:
            if self._begun:
                self._listener.on_down(reason)
            await socket.close()

    async def _connect(
        self, session: aiohttp.ClientSession, url: str
    ) -> aiohttp.ClientWebSocketResponse[bool]:
        try:
            async with asyncio.timeout(self._limits.connect_within):
                return await session.ws_connect(
                    url,
                    params={"app": self._application, "subscribeAll": "false"},
                    timeout=aiohttp.ClientWSTimeout(ws_close=self._limits.close_within),
                    heartbeat=self._limits.ping_every,
                    max_msg_size=self._limits.message_bytes,
                    decode_text=False,
                )
        except TimeoutError as error:
            raise _NoEcho("no answer to the connect") from error
        except (aiohttp.ClientError, OSError) as error:
            raise _Down(f"cannot connect: {type(error).__name__}") from error

    async def _read(self, socket: aiohttp.ClientWebSocketResponse[bool]) -> Never:
        while True:
            message = await socket.receive()
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise _Down(f"socket ended: {message.type.name}")
            self._take(decode_event(message.data))

    def _take(self, event: AriEvent) -> None:
        if isinstance(event, ChannelUserevent) and event.eventname == ECHO_EVENT:
            self._take_echo(event)
            return
        if isinstance(event, ApplicationReplaced):
            raise Replaced(event.application)
        self._counters.events += 1
        if isinstance(event, UnknownEvent) and event.problem:
            self._counters.unreadable += 1
            _log.error("unreadable event", extra={"type": event.type, "problem": event.problem})
        if self.live:
            self._listener.on_event(event)
        elif len(self._buffer) < self._limits.buffered_events:
            self._buffer.append(event)
        else:
            raise _Down("too many events while reconciling")

    def _take_echo(self, event: ChannelUserevent) -> None:
        expected, back = self._echo_sent, self._echo_back
        if event.userevent.get("echo") == expected and back is not None and not back.done():
            back.set_result(monotonic())

    async def _begin(self) -> None:
        await self._set_filter()
        await self._first_echo.wait()
        self._counters.lives += 1
        self._begun = True
        await self._listener.on_up(Up(self._counters.lives, self._application))
        for event in self._buffer:
            self._listener.on_event(event)
        self._buffer.clear()
        self.live = True
        self._came_up()
        _log.info("events socket up", extra={"application": self._application, "life": self._counters.lives})

    async def _set_filter(self) -> None:
        unwanted = {"disallowed": [{"type": name} for name in UNWANTED_EVENTS]}
        outcome = await self._ari.applications.filter(application_name=self._application, filter=unwanted)
        if not isinstance(outcome, Done):
            raise _Down(f"event filter: {outcome}")

    async def _prove(self) -> Never:
        number = 0
        while True:
            number += 1
            seconds = await self._echo(f"{self._attempt}-{number}")
            self._counters.last_echo_seconds = seconds
            self._first_echo.set()
            if self.live:
                await self._listener.on_echo(seconds)
            await asyncio.sleep(self._limits.echo_every)

    async def _echo(self, token: str) -> float:
        self._echo_sent = token
        back: asyncio.Future[float] = asyncio.get_running_loop().create_future()
        self._echo_back = back
        started = monotonic()
        try:
            async with asyncio.timeout(self._limits.echo_within):
                outcome = await self._ari.events.user_event(
                    event_name=ECHO_EVENT,
                    application=self._application,
                    variables={"echo": token},
                    lane=Lane.HEALTH,
                )
                if not isinstance(outcome, Done):
                    raise _NoEcho(f"echo not accepted: {outcome}")
                return await back - started
        except TimeoutError as error:
            raise _NoEcho("no echo in time") from error


def _stop_if_cancelled() -> None:
    # A TaskGroup that is failing when it is cancelled raises its errors; before Python 3.13 nothing else is left of the
    # cancellation than this count. It is exact because the group's owner waits in the group's body.
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _gravest(group: ExceptionGroup[Exception]) -> Exception:
    """Return the error that matters: a listener's own, else `Replaced`, else the loss of the connection."""
    errors = [_as_loss(error) for error in _leaves(group)]
    return min(errors, key=lambda error: (isinstance(error, _Down), isinstance(error, Replaced)))


def _as_loss(error: Exception) -> Exception:
    # A password changed in ari.conf and read again, say: it can be put right, and conversations go on meanwhile.
    return _Down(f"Asterisk refuses us ({error.message})") if isinstance(error, AriRequestError) else error


def _leaves(group: ExceptionGroup[Exception]) -> Iterator[Exception]:
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
