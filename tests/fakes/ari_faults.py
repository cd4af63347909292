"""What can go wrong between the fake ARI server and its client, switched on and off by tests."""

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.ari_nouns import Json, Refused

QUEUE = 10_000


@dataclass(slots=True)
class Faults:
    """Everything off at first."""

    deaf: set[str] = field(default_factory=set)
    """Applications whose events are lost, though their sockets stay open."""
    stalled: bool = False
    """Events pile up and are sent when this ends."""
    slow_seconds: float = 0.0
    """Every REST answer takes so much longer."""
    failing: int = 0
    """The status that every REST request but a ping gets, when not 0."""
    garbling: bool = False
    """User events are answered with what is no JSON."""
    sockets: set["EventsSocket"] = field(default_factory=set)
    _moving: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self._moving.set()

    async def before(self, request: web.Request) -> web.StreamResponse | None:
        """Slow a request down, or answer in its stead."""
        if request.path == "/ari/events":
            return None
        if self.slow_seconds:
            await asyncio.sleep(self.slow_seconds)
        if self.failing and request.path != "/ari/asterisk/ping":
            return web.json_response({"message": "Internal Server Error"}, status=self.failing)
        if self.garbling:
            return web.Response(body=b"{", content_type="application/json")
        return None

    async def inject(self, wanted: Json) -> None:
        """Do what the control path asks: set an attribute, or one of the methods below."""
        match wanted:
            case {"do": "drop"}:
                self.drop()
            case {"do": "send", "text": str(text)}:
                self.send(text)
            case {"set": str(name), "to": value}:
                self.set(name, value)
            case _:
                raise Refused(400, "no such fault")

    def set(self, name: str, value: Any) -> None:
        """Switch a fault on or off."""
        setattr(self, name, set(value) if name == "deaf" else value)
        if self.stalled:
            self._moving.clear()
        else:
            self._moving.set()

    async def moving(self) -> None:
        """Return when events are not held up."""
        await self._moving.wait()

    def drop(self) -> None:
        """Reset every events connection."""
        for socket in list(self.sockets):
            socket.abort()

    def send(self, text: str) -> None:
        """Send a message that is no event."""
        for socket in list(self.sockets):
            socket.put_text(text)

    def cut(self) -> None:
        """Send the beginning of a message, then reset."""
        for socket in list(self.sockets):
            socket.put_bytes(_frame(b'{"type":"StasisStart"')[:-5])
            socket.abort()

    def freeze(self) -> None:
        """Make every open events connection half-open: nothing goes out, nothing is read, it is never closed."""
        for socket in list(self.sockets):
            socket.freeze()

    def trickle(self, every: float) -> None:
        """Send a message slowly, byte by byte, with everything else behind it."""
        for socket in list(self.sockets):
            socket.trickle = every

    async def close(self) -> None:
        """Let the server end."""
        self._moving.set()
        for socket in list(self.sockets):
            socket.abort()


class EventsSocket:
    """The server's side of one events connection."""

    def __init__(self, socket: web.WebSocketResponse, request: web.Request, faults: Faults) -> None:
        self.trickle = 0.0
        self._frozen = False
        self._socket = socket
        self._transport = request.transport
        self._faults = faults
        self._queue: asyncio.Queue[str] = asyncio.Queue(QUEUE)

    def put(self, event: Json) -> None:
        """Queue an event; it is lost when its application is deaf."""
        if event["application"] not in self._faults.deaf:
            self.put_text(json.dumps(event))

    def put_text(self, text: str) -> None:
        """Queue a message."""
        self._queue.put_nowait(text)

    def put_bytes(self, content: bytes) -> None:
        """Write past the protocol."""
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.write(content)

    def abort(self) -> None:
        """Reset the connection."""
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.abort()

    def freeze(self) -> None:
        """Go silent without closing."""
        assert isinstance(self._transport, asyncio.Transport)
        self._transport.pause_reading()
        self._frozen = True

    async def write(self) -> None:
        """Send what is queued, until cancelled or the connection ends."""
        self._faults.sockets.add(self)
        try:
            while True:
                text = await self._queue.get()
                await self._faults.moving()
                if self._frozen:
                    continue
                if self.trickle:
                    for byte in _frame(text.encode()):
                        self.put_bytes(bytes([byte]))
                        await asyncio.sleep(self.trickle)
                else:
                    await self._socket.send_str(text)
        except ConnectionError:
            return
        finally:
            self._faults.sockets.discard(self)


def _frame(payload: bytes) -> bytes:
    assert len(payload) < 65536
    if len(payload) < 126:
        return bytes([0x81, len(payload)]) + payload
    return bytes([0x81, 126]) + len(payload).to_bytes(2, "big") + payload
