"""What the contract tests need of an ARI server, real or fake, and a listener that remembers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from app.ari.connection import AriConnection, ConnectionLimits, Replaced, Up
from app.ari.events import AriEvent
from app.ari.operations import Ari

E = TypeVar("E")

APPLICATION = "contract"
ANOTHER = "contract-2"
LIMIT = 3.0


class FarEnd(Protocol):
    """The people at the other end of the line."""

    async def call_in(self, channel_id: str) -> None:
        """A call arrives as `channel_id`, enters the application with `in` and `100`, and waits."""
        ...

    async def press(self, channel_id: str, digit: str) -> None:
        """The person on `channel_id` presses a key."""
        ...

    async def hang_up(self, channel_id: str) -> None:
        """The person on `channel_id` puts the phone down."""
        ...


@dataclass(slots=True)
class Recorder:
    """A listener that remembers everything, in order."""

    ups: list[Up] = field(default_factory=list)
    events: list[AriEvent] = field(default_factory=list)
    echoes: list[float] = field(default_factory=list)
    downs: list[str] = field(default_factory=list)
    deaf: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    reconcile: Callable[[], Awaitable[None]] | None = None

    async def on_up(self, up: Up) -> None:
        self.ups.append(up)
        self.changed.set()
        if self.reconcile is not None:
            await self.reconcile()

    def on_event(self, event: AriEvent) -> None:
        self.events.append(event)
        self.changed.set()

    async def on_echo(self, seconds: float) -> None:
        self.echoes.append(seconds)
        self.changed.set()

    def on_down(self, reason: str) -> None:
        self.downs.append(reason)
        self.changed.set()

    def on_deaf(self, application: str) -> None:
        self.deaf.append(application)
        self.changed.set()

    async def until(self, condition: Callable[[], bool], limit: float = LIMIT) -> None:
        """Return when `condition` holds; it is looked at whenever something was heard."""
        try:
            async with asyncio.timeout(limit):
                while not condition():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise AssertionError(f"not within {limit} s; heard {self.names()} {self.downs}") from None

    async def event(self, kind: type[E], limit: float = LIMIT) -> E:
        """Return the first event of `kind`, when it is there."""
        await self.until(lambda: any(isinstance(event, kind) for event in self.events), limit)
        return next(event for event in self.events if isinstance(event, kind))

    def names(self) -> list[str]:
        """The kinds of all events, in order."""
        return [type(event).__name__ for event in self.events]


@dataclass(frozen=True, slots=True)
class UnderTest:
    """A server with our application connected to it."""

    url: str
    user: str
    password: str
    ari: Ari
    far_end: FarEnd
    heard: Recorder
    connection: AriConnection
    short_sound: str
    long_sound: str

    def connect(self, heard: Recorder, limits: ConnectionLimits | None = None) -> AriConnection:
        """Return a further connection for the same application."""
        return AriConnection(self.ari, self.url, self.user, self.password, APPLICATION, heard, limits)

    @asynccontextmanager
    async def another(self) -> AsyncIterator[Recorder]:
        """Another application, live; what it hears."""
        heard = Recorder()
        connection = AriConnection(self.ari, self.url, self.user, self.password, ANOTHER, heard)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(connection.run())
            await heard.until(lambda: heard.echoes != [])
            yield heard
            running.cancel()


@asynccontextmanager
async def connected(
    url: str, user: str, password: str, ari: Ari, far_end: FarEnd, media: tuple[str, str]
) -> AsyncIterator[UnderTest]:
    """Connect our application; the connection is live inside and closed afterwards, unless it was replaced before."""
    heard = Recorder()
    limits = ConnectionLimits(echo_every=0.1)
    connection = AriConnection(ari, url, user, password, APPLICATION, heard, limits)

    async def run() -> None:
        with suppress(Replaced):
            await connection.run()

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(run())
        await heard.until(lambda: heard.echoes != [])
        yield UnderTest(url, user, password, ari, far_end, heard, connection, *media)
        running.cancel()
