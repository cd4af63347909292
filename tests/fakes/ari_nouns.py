"""The nouns of the fake ARI server, and how Asterisk shows them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

Json = dict[str, Any]


class Refused(Exception):
    """The request fails with this status and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Person:
    """What the person at an endpoint does when called: `answer`, `busy` or `noanswer`."""

    does: str = "answer"
    after: float = 0.05


@dataclass(slots=True)
class Channel:
    """A channel, in Stasis when `application` is set."""

    id: str
    name: str
    state: str
    context: str = "default"
    exten: str = "s"
    application: str = ""
    bridge: str = ""
    caller: str = ""
    variables: dict[str, str] = field(default_factory=dict)
    prompts: list["Playback"] = field(default_factory=list)
    quiet: asyncio.Event = field(default_factory=asyncio.Event)
    created: str = field(default_factory=lambda: now())

    def __post_init__(self) -> None:
        self.quiet.set()

    def json(self) -> Json:
        """Return it as Asterisk shows it."""
        return {
            "id": self.id,
            "name": self.name,
            "state": self.state,
            "protocol_id": "",
            "caller": {"name": "", "number": self.caller},
            "connected": {"name": "", "number": ""},
            "accountcode": "",
            "dialplan": {
                "context": self.context,
                "exten": self.exten,
                "priority": 1,
                "app_name": "Stasis" if self.application else "",
                "app_data": "",
            },
            "creationtime": self.created,
            "language": "en",
        }


@dataclass(slots=True)
class Playback:
    """A prompt, queued on a channel or on a bridge."""

    id: str
    media: str
    target: str
    seconds: float
    """How long it plays; below 0 the sound does not exist."""
    state: str = "queued"
    timer: asyncio.TimerHandle | None = None

    def json(self) -> Json:
        """Return it as Asterisk shows it."""
        return {
            "id": self.id,
            "media_uri": self.media,
            "target_uri": self.target,
            "language": "en",
            "state": self.state,
        }


@dataclass(slots=True)
class Bridge:
    """A bridge and who is in it."""

    id: str
    kind: str
    channels: list[str] = field(default_factory=list)
    created: str = field(default_factory=lambda: now())

    def json(self) -> Json:
        """Return it as Asterisk shows it."""
        return {
            "id": self.id,
            "technology": "simple_bridge",
            "bridge_type": self.kind,
            "bridge_class": "stasis",
            "creator": "Stasis",
            "name": "",
            "channels": list(self.channels),
            "creationtime": self.created,
        }


@dataclass(slots=True)
class Application:
    """A connected application; `send` takes an event."""

    name: str
    send: Callable[[Json], None]
    explicit: set[str] = field(default_factory=set)
    disallowed: set[str] = field(default_factory=set)


def now() -> str:
    """Return the time as Asterisk writes it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
