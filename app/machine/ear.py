"""Where our own machine detection takes in sound: a listening socket that Asterisk's AudioSocket connects to.

A connection says first which call it hears (the call's id as a UUID), then sends sound as it comes. It is closed as soon as
nothing more is to be learnt. A call we do not have is refused. Wire format: one byte of kind, two of length, and as
many of content (Asterisk's AudioSocket documentation).
"""

import asyncio
import logging
import uuid
from collections.abc import Callable
from typing import cast

from app.clock import Clock
from app.machine.detector import Detector, SpeechModel, load_speech_model
from calls.ids import CallId, NodeId, call_of_uuid, listener_leg
from calls.legs import AnswererHeard
from calls.words import AmdVerdict
from dialer.machine import BEEP_LIMIT_SECONDS

_log = logging.getLogger(__name__)
AT_ONCE = 16
_HEAD_BYTES = 3
_ID, _SOUND = 0x01, 0x10
_LIMIT_SECONDS = BEEP_LIMIT_SECONDS + 10.0


class Ear:
    """Listens to at most `AT_ONCE` customers; who comes on top is told to be unsure, at once.

    `deliver(call_id, fact)` says whether there is such a call.
    """

    def __init__(self, node: NodeId, deliver: Callable[[CallId, object], bool], clock: Clock) -> None:
        self._node = node
        self._deliver = deliver
        self._clock = clock
        self._models = Models(AT_ONCE)
        self.address = ""

    async def run(self) -> None:
        """Take connections on loopback until cancelled."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: _Connection(self._models, self._heard), "127.0.0.1", 0)
        async with server:
            self.address = "{}:{}".format(*server.sockets[0].getsockname())
            await server.serve_forever()

    def _heard(self, call: uuid.UUID, verdict: AmdVerdict, reason: str, certain: bool, over: bool) -> bool:
        call_id = call_of_uuid(self._node, call)
        heard = AnswererHeard(self._clock.now(), listener_leg(call_id), verdict, reason, certain, over)
        return self._deliver(call_id, heard)


class Models:
    """Speech models, each for one stream at a time; loaded when first needed, in a thread, and kept."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._made = 0
        self._free: list[SpeechModel] = []

    def take(self, given: Callable[[SpeechModel], None]) -> bool:
        """Give a model, now or in a moment; False when all are in use."""
        if self._free:
            given(self._free.pop())
            return True
        if self._made == self._most:
            return False
        self._made += 1

        def loaded(future: asyncio.Future[SpeechModel]) -> None:
            if not future.cancelled():
                given(future.result())

        asyncio.get_running_loop().run_in_executor(None, load_speech_model).add_done_callback(loaded)
        return True

    def give_back(self, model: SpeechModel) -> None:
        """The stream is over."""
        self._free.append(model)


class _Connection(asyncio.Protocol):
    """One customer."""

    def __init__(
        self, models: Models, heard: Callable[[uuid.UUID, AmdVerdict, str, bool, bool], bool]
    ) -> None:
        self._models = models
        self._heard = heard
        self._call: uuid.UUID | None = None
        self._bytes = bytearray()
        self._model: SpeechModel | None = None
        self._detector: Detector | None = None
        self._transport: asyncio.Transport | None = None
        self._limit: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._limit = asyncio.get_running_loop().call_later(_LIMIT_SECONDS, self._transport.abort)

    def data_received(self, data: bytes) -> None:
        self._bytes += data
        self._read()

    def _read(self) -> None:
        """Take in whole messages; once the call is known, sound waits until there is a model to hear it."""
        while len(self._bytes) >= _HEAD_BYTES and self._transport is not None:
            if self._call is not None and self._detector is None:
                return
            end = _HEAD_BYTES + int.from_bytes(self._bytes[1:_HEAD_BYTES])
            if len(self._bytes) < end:
                return
            kind, content = self._bytes[0], bytes(self._bytes[_HEAD_BYTES:end])
            del self._bytes[:end]
            self._message(kind, content)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - how it was lost changes nothing
        self._transport = None
        self._detector = None
        if self._limit is not None:
            self._limit.cancel()
        if self._model is not None:
            self._models.give_back(self._model)
            self._model = None

    def _message(self, kind: int, content: bytes) -> None:
        if kind == _ID and self._call is None and len(content) == len(uuid.NAMESPACE_DNS.bytes):
            self._call = uuid.UUID(bytes=content)
            assert self._transport is not None
            self._transport.pause_reading()
            if not self._models.take(self._listen):
                self._tell(AmdVerdict.UNSURE, "too_many", certain=False, over=True)
                self._close()
        elif kind == _SOUND and self._detector is not None:
            self._hear(self._detector, content)
        else:
            self._close()  # the call is over, or this is nobody of ours

    def _listen(self, model: SpeechModel) -> None:
        if self._transport is None:
            self._models.give_back(model)
            return
        self._model, self._detector = model, Detector(model)
        self._transport.resume_reading()
        self._read()

    def _hear(self, detector: Detector, sound: bytes) -> None:
        opinion = detector.feed(sound)
        known = opinion is None or self._tell(
            opinion.verdict, opinion.reason, certain=opinion.certain, over=detector.done
        )
        if detector.done or not known:
            self._close()

    def _tell(self, verdict: AmdVerdict, reason: str, *, certain: bool, over: bool) -> bool:
        assert self._call is not None
        return self._heard(self._call, verdict, reason, certain, over)

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()
            self._transport = None
