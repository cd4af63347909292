"""An Asterisk without a network: notes every request and answers as told, through the real client above the transport."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from app.ari.operations import Ari
from app.ari.transport import Answer, NoAnswer, Request


@dataclass(frozen=True, slots=True)
class _Rule:
    method: str
    path: str
    status: int | None
    body: Any
    once: bool


class ScriptedAsterisk:
    """A transport (`app.ari.transport.Transport`). The youngest rule that fits answers; without one, everything succeeds.

    `said` lists the requests as text, such as `DELETE /channels/x?reason=normal`, in the order in which they came,
    `bodies` what came with them.
    """

    def __init__(self) -> None:
        self.said: list[str] = []
        self.bodies: list[bytes] = []
        self.ari = Ari(self)
        self._rules: list[_Rule] = []
        self._holds: list[tuple[str, str, asyncio.Future[None]]] = []

    def answers(
        self, method: str, path: str, status: int | None, body: Any = None, *, once: bool = False
    ) -> None:
        """From now on a request that begins so is answered with `status`; None: there is no answer."""
        self._rules.insert(0, _Rule(method, path, status, body, once))

    def holds(self, method: str, path: str) -> "asyncio.Future[None]":
        """The next request that begins so gets its answer when the future is set."""
        held: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._holds.append((method, path, held))
        return held

    def asked(self, *parts: str) -> list[str]:
        """The requests that contain all of these parts."""
        return [request for request in self.said if all(part in request for part in parts)]

    async def send(self, request: Request) -> Answer:
        path = unquote(request.path)
        self.said.append(f"{request.method} {path}")
        self.bodies.append(request.body or b"")
        for hold in self._holds:
            method, beginning, held = hold
            if request.method == method and path.startswith(beginning):
                self._holds.remove(hold)
                await held
                break
        for rule in self._rules:
            if request.method == rule.method and path.startswith(rule.path):
                break
        else:
            return Answer(*_success(request.method, path))
        if rule.once:
            self._rules.remove(rule)
        if rule.status is None:
            raise NoAnswer("TimeoutError")
        if rule.status == 200 and rule.body is None:
            return Answer(*_success(request.method, path))
        return Answer(rule.status, b"" if rule.body is None else json.dumps(rule.body).encode())


def _success(method: str, path: str) -> tuple[int, bytes]:
    """What Asterisk answers when all is well."""
    parts = path.partition("?")[0].split("/")[1:]
    match method, parts:
        case "GET", ["channels"] | ["bridges"]:
            return 200, b"[]"
        case ("GET" | "POST", ["channels", channel_id]):
            return 200, json.dumps(channel(channel_id)).encode()
        case "GET", ["channels", _, "variable"]:
            return 404, b'{"message": "Provided variable was not found"}'
        case "POST", ["bridges", bridge_id]:
            return 200, json.dumps(bridge(bridge_id)).encode()
        case "POST", ["channels", _, "snoop", snoop_id]:
            return 200, json.dumps(channel(snoop_id)).encode()
        case "POST", ["channels", channel_id, "play", playback_id]:
            return 201, json.dumps(playback(playback_id, f"channel:{channel_id}")).encode()
        case "GET", ["playbacks", playback_id]:
            return 200, json.dumps(playback(playback_id, "channel:some")).encode()
        case "POST", ["channels", channel_id, "record"]:
            return 201, json.dumps(recording(channel_id)).encode()
        case "POST", ["applications", name, "subscription"]:
            return 200, json.dumps(application(name)).encode()
        case _:
            return 204, b""


def channel(
    channel_id: str,
    *,
    state: str = "Up",
    application: str = "",
    arguments: Sequence[str] = (),
    name: str = "PJSIP/trunk-00000001",
    number: str = "",
) -> dict[str, Any]:
    """A channel as Asterisk shows it, in Stasis when `application` is given."""
    return {
        "id": channel_id,
        "name": name,
        "state": state,
        "protocol_id": "",
        "caller": {"name": "", "number": number},
        "connected": {"name": "", "number": ""},
        "accountcode": "",
        "dialplan": {
            "context": "default",
            "exten": "s",
            "priority": 1,
            "app_name": "Stasis" if application else "",
            "app_data": ",".join((application, *arguments)),
        },
        "creationtime": "2026-06-01T10:00:00.000+0000",
        "language": "nl",
    }


def bridge(bridge_id: str, channels: Sequence[str] = ()) -> dict[str, Any]:
    """A bridge as Asterisk shows it."""
    return {
        "id": bridge_id,
        "technology": "simple_bridge",
        "bridge_type": "mixing",
        "bridge_class": "stasis",
        "creator": "Stasis",
        "name": bridge_id,
        "channels": list(channels),
        "creationtime": "2026-06-01T10:00:00.000+0000",
    }


def playback(playback_id: str, target: str) -> dict[str, Any]:
    """A playback as Asterisk shows it."""
    return {
        "id": playback_id,
        "media_uri": "sound:x",
        "target_uri": target,
        "language": "nl",
        "state": "playing",
    }


def recording(channel_id: str, name: str = "r") -> dict[str, Any]:
    """A live recording as Asterisk shows it."""
    return {"name": name, "format": "wav", "state": "recording", "target_uri": f"channel:{channel_id}"}


def application(name: str) -> dict[str, Any]:
    """An application as Asterisk shows it."""
    return {
        "name": name,
        "channel_ids": [],
        "bridge_ids": [],
        "endpoint_ids": [],
        "device_names": [],
        "events_allowed": [],
        "events_disallowed": [],
    }
