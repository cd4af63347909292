"""How requests travel to Asterisk: in lanes that cannot hold one another up. The way itself is `app/ari/http.py`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol


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
