"""Our detector as Asterisk's AudioSocket meets it, with the real speech model and made-up answers."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from random import Random

import pytest

from app.clock import SystemClock
from app.machine.ear import AT_ONCE, Ear
from calls.ids import CallId, NodeId, call_uuid, listener_leg, new_call_id
from calls.legs import AnswererHeard
from calls.words import AmdVerdict
from simulation.answers import Part, answers

NODE = NodeId("n1")
CALL = new_call_id(NODE, 1_790_000_000_000, Random(1))
ID, SOUND = 0x01, 0x10
PIECE = 320


class Listening:
    """An ear at work, and what it delivered; `known` says which calls there are."""

    def __init__(self) -> None:
        self.heard: list[AnswererHeard] = []
        self.known = {CALL}
        self.ear = Ear(NODE, self._deliver, SystemClock())

    async def hears(self, *messages: tuple[int, bytes]) -> Sequence[AnswererHeard]:
        """Send messages and wait until the ear hangs up."""
        reader, writer = await self.connected(*messages)
        with suppress(ConnectionError):  # it need not read what we still send
            async with asyncio.timeout(30):
                await reader.read()
        writer.close()
        return self.heard

    async def connected(
        self, *messages: tuple[int, bytes]
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        host, _, port = self.ear.address.partition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        for kind, content in messages:
            writer.write(bytes([kind]) + len(content).to_bytes(2) + content)
        return reader, writer

    def _deliver(self, call_id: CallId, fact: object) -> bool:
        assert isinstance(fact, AnswererHeard)
        self.heard.append(fact)
        return call_id in self.known


@asynccontextmanager
async def listening() -> AsyncIterator[Listening]:
    bed = Listening()
    async with asyncio.TaskGroup() as group:
        work = group.create_task(bed.ear.run())
        async with asyncio.timeout(5):
            while not bed.ear.address:
                await asyncio.sleep(0.01)
        yield bed
        work.cancel()


def sound_of(kind: str) -> list[tuple[int, bytes]]:
    sound = next(answers(Part.DEVELOPMENT, kind)).samples.tobytes()
    return [(SOUND, sound[at : at + PIECE]) for at in range(0, len(sound), PIECE)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("short answer", [(AmdVerdict.PERSON, "short_answer", False)]),
        (
            "greeting and beep",
            [(AmdVerdict.MACHINE, "long_greeting", False), (AmdVerdict.MACHINE, "beep", True)],
        ),
        ("tones of the network", [(AmdVerdict.MACHINE, "sit", True)]),
        ("ring-back", [(AmdVerdict.UNSURE, "ring_back", False)]),
    ],
)
async def test_each_kind_of_answer_is_told_from_its_sound(
    kind: str, expected: list[tuple[AmdVerdict, str, bool]]
) -> None:
    async with listening() as bed:
        heard = await bed.hears((ID, call_uuid(CALL).bytes), *sound_of(kind))

    assert [(each.verdict, each.reason, each.certain) for each in heard] == expected
    assert {each.leg_id for each in heard} == {listener_leg(CALL)}


async def test_a_call_that_is_over_is_listened_to_no_longer() -> None:
    async with listening() as bed:
        bed.known.clear()
        heard = await bed.hears((ID, call_uuid(CALL).bytes), *sound_of("greeting and beep"))

    assert [each.reason for each in heard] == ["long_greeting"]


@pytest.mark.parametrize(
    "message", [(ID, b"short"), (0x00, b""), (0xFF, b"x"), (0x47, b"T / HTTP/1.1")], ids=str
)
async def test_whoever_is_not_asterisk_is_sent_away_and_nothing_is_told(message: tuple[int, bytes]) -> None:
    async with listening() as bed:
        assert await bed.hears(message) == []


async def test_who_comes_on_top_of_what_can_be_listened_to_is_unsure_at_once() -> None:
    async with listening() as bed:
        others = [await bed.connected((ID, call_uuid(CALL).bytes)) for _ in range(AT_ONCE)]
        async with asyncio.timeout(30):
            heard = await bed.hears((ID, call_uuid(CALL).bytes))
        for _, writer in others:
            writer.close()

    assert [(each.verdict, each.reason) for each in heard] == [(AmdVerdict.UNSURE, "too_many")]
