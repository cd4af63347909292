"""How requests travel to Asterisk: pooled HTTP, in lanes that cannot hold one another up."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import TracebackType
from typing import Protocol, Self

import aiohttp
from yarl import URL


class Lane(Enum):
    """Which connections a request may use. Some requests wait inside Asterisk and hold theirs meanwhile."""

    BRIDGE = "bridge"
    """Must not wait: joining a customer who has answered to an agent."""
    NORMAL = "normal"
    """Answered at once."""
    HEALTH = "health"
    """Proves that Asterisk hears and is heard: echo, ping, heartbeat."""
    SLOW = "slow"
    """May wait inside Asterisk, such as adding a channel to a bridge while a prompt plays on it."""


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """How many requests of a lane may be under way, and how many seconds one may take, waiting for its turn included."""

    connections: int
    seconds: float


DEFAULT_LANES: Mapping[Lane, LaneLimits] = {
    Lane.BRIDGE: LaneLimits(connections=8, seconds=5.0),
    Lane.NORMAL: LaneLimits(connections=32, seconds=5.0),
    Lane.HEALTH: LaneLimits(connections=4, seconds=2.0),
    Lane.SLOW: LaneLimits(connections=64, seconds=30.0),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One request: `path` below `/ari`, already quoted, query included."""

    method: str
    path: str
    body: bytes | None
    lane: Lane


@dataclass(frozen=True, slots=True)
class Answer:
    """Asterisk's answer as it came."""

    status: int
    body: bytes


class NoAnswer(Exception):
    """Nothing, or only part of an answer, came back in time."""


class Transport(Protocol):
    """Carries one request and brings its answer."""

    async def send(self, request: Request) -> Answer:
        """Return Asterisk's answer.

        Raises:
            NoAnswer: The connection failed or the lane's time ran out; the request may have been carried out.
        """
        ...


class HttpTransport:
    """HTTP with kept connections, one pool for each lane.

    Use as an async context manager; leaving it closes the connections.
    """

    def __init__(
        self, base_url: str, user: str, password: str, lanes: Mapping[Lane, LaneLimits] = DEFAULT_LANES
    ) -> None:
        """Prepare for `base_url`, such as `http://127.0.0.1:8088/ari`; nothing is opened yet."""
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
        self._lanes = lanes
        self._sessions: dict[Lane, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        for lane, limits in self._lanes.items():
            self._sessions[lane] = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=limits.connections, keepalive_timeout=10.0),
                headers=self._headers,
                timeout=aiohttp.ClientTimeout(total=limits.seconds),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    async def send(self, request: Request) -> Answer:
        """Carry out `Transport.send` within the lane's limits."""
        headers = {"Content-Type": "application/json"} if request.body is not None else None
        try:
            async with self._sessions[request.lane].request(
                request.method,
                URL(self._base_url + request.path, encoded=True),
                data=request.body,
                headers=headers,
                allow_redirects=False,
            ) as response:
                return Answer(response.status, await response.read())
        except (aiohttp.ClientError, OSError) as error:
            raise NoAnswer(f"{type(error).__name__}: {error}") from error
