"""HTTP to Asterisk: a pool of kept connections for each lane, one request at a time on each connection.

A call takes a dozen requests, so what one costs decides how many calls a node can serve. The bytes are read by a library; here
are only the connections, who may use them, and what is known when one breaks.
"""

import asyncio
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httptools

from app.ari.transport import DEFAULT_LANES, Answer, Lane, LaneLimits, NoAnswer, Request

KEPT_SECONDS = 10.0
"""How long an idle connection is used again; Asterisk itself closes it after 15 s (`session_keep_alive` in http.conf)."""
AGAIN = frozenset({"GET", "PUT", "DELETE"})
"""Asking these twice does what asking once does."""


class _Lost(NoAnswer):
    """The connection ended before the answer was whole; `begun` says whether any of it came."""

    def __init__(self, reason: str, begun: bool) -> None:
        super().__init__(reason)
        self.begun = begun


@dataclass(frozen=True, slots=True)
class _Server:
    """Where Asterisk is, and what each request to it says."""

    host: str
    port: int
    tls: ssl.SSLContext | None
    path: str
    headers: bytes = field(repr=False)

    @classmethod
    def at(cls, base_url: str, user: str, password: str) -> Self:
        address = urlsplit(base_url.rstrip("/"))
        tls = ssl.create_default_context() if address.scheme == "https" else None
        if address.hostname is None:
            raise ValueError(f"{base_url!r} names no host")
        login = b64encode(f"{user}:{password}".encode()).decode("ascii")
        headers = (
            f" HTTP/1.1\r\nHost: {address.netloc.rpartition('@')[2]}\r\nAuthorization: Basic {login}\r\n"
        )
        port = address.port or (443 if tls else 80)
        return cls(address.hostname, port, tls, address.path, headers.encode("ascii"))

    def message(self, request: Request) -> bytes:
        """Return the request as it goes over the wire."""
        first = f"{request.method} {self.path}{request.path}".encode("ascii") + self.headers
        if request.body is None:
            return first + (b"\r\n" if request.method == "GET" else b"Content-Length: 0\r\n\r\n")
        length = b"Content-Length: %d\r\n\r\n" % len(request.body)
        return first + b"Content-Type: application/json\r\n" + length + request.body


class _Connection(asyncio.Protocol):
    """One connection to Asterisk. The methods named `on_…` are called by the parser."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Answer] | None = None
        self._body = b""
        self._begun = False
        self.used = 0
        """Requests answered on it."""
        self._idle_since = self._loop.time()

    async def ask(self, message: bytes) -> Answer:
        """Send one request and return its answer; whoever gives up ends the connection.

        Raises:
            NoAnswer: The connection ended first, or what came is no HTTP.
        """
        if self._transport is None:
            raise _Lost("connection closed", begun=False)
        self._begun, self._waiting = False, self._loop.create_future()
        self._transport.write(message)
        try:
            return await self._waiting
        except BaseException:
            self.close()
            raise
        finally:
            self._waiting, self._idle_since = None, self._loop.time()

    def usable(self) -> bool:
        """Whether a next request may be sent on it."""
        return self._transport is not None and self._loop.time() - self._idle_since < KEPT_SECONDS

    def close(self) -> None:
        """End it; nothing that still comes is heard."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._waiting is None or self._waiting.done():
            self.close()
            return
        self._begun = True
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            self._fail(f"no HTTP: {error}")

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"connection lost: {exc}" if exc else "connection closed")

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        status, body = self._parser.get_status_code(), self._body
        self._body = b""
        if status < 200:
            return
        self.used += 1
        if not self._parser.should_keep_alive():
            self.close()
        if self._waiting is None or self._waiting.done():
            self.close()
        else:
            self._waiting.set_result(Answer(status, body))

    def _fail(self, reason: str) -> None:
        self.close()
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(_Lost(reason, self._begun))


class _Pool:
    """The connections of one lane."""

    def __init__(self, server: _Server, limits: LaneLimits) -> None:
        self._server = server
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.connections)
        self._idle: list[_Connection] = []
        self._open: set[_Connection] = set()

    async def send(self, request: Request) -> Answer:
        """Return the answer within the lane's seconds.

        Raises:
            NoAnswer: See `Transport.send`.
        """
        message = self._server.message(request)
        try:
            async with asyncio.timeout(self._limits.seconds), self._turns:
                return await self._ask(message, again=request.method in AGAIN)
        except OSError as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error

    def close(self) -> None:
        """End all connections, those in use too."""
        for connection in self._open:
            connection.close()
        self._open.clear()
        self._idle.clear()

    async def _ask(self, message: bytes, again: bool) -> Answer:
        connection = self._kept() or await self._connect()
        try:
            return await connection.ask(message)
        except _Lost as lost:
            # Asterisk may close a kept connection at the moment that we use it again.
            if lost.begun or not again or connection.used == 0:
                raise
        finally:
            self._give_back(connection)
        connection = await self._connect()
        try:
            return await connection.ask(message)
        finally:
            self._give_back(connection)

    def _kept(self) -> _Connection | None:
        """The connection used last; all below it have been idle for longer."""
        while self._idle:
            connection = self._idle.pop()
            if connection.usable():
                return connection
            connection.close()
            self._open.discard(connection)
        return None

    async def _connect(self) -> _Connection:
        server, loop = self._server, asyncio.get_running_loop()
        _, connection = await loop.create_connection(_Connection, server.host, server.port, ssl=server.tls)
        self._open.add(connection)
        return connection

    def _give_back(self, connection: _Connection) -> None:
        if connection.usable():
            self._idle.append(connection)
        else:
            self._open.discard(connection)


class HttpTransport:
    """HTTP with kept connections, one pool for each lane.

    Use as an async context manager; leaving it closes the connections.
    """

    def __init__(
        self, base_url: str, user: str, password: str, lanes: Mapping[Lane, LaneLimits] = DEFAULT_LANES
    ) -> None:
        """Prepare for `base_url`, such as `http://127.0.0.1:8088/ari`; nothing is opened yet.

        Raises:
            ValueError: `base_url` names no host.
        """
        server = _Server.at(base_url, user, password)
        self._pools = {lane: _Pool(server, limits) for lane, limits in lanes.items()}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for pool in self._pools.values():
            pool.close()

    async def send(self, request: Request) -> Answer:
        """Carry out `Transport.send` within the lane's limits."""
        return await self._pools[request.lane].send(request)
