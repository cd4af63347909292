"""The fake ARI server, and our application connected to it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from app.ari.http import HttpTransport
from app.ari.operations import Ari
from tests.fakes.ari_nouns import Person
from tests.fakes.ari_server import PASSWORD, USER, FakeAri
from tests.fakes.ari_world import World
from tests.integration.ari.under_test import APPLICATION, UnderTest, connected

PEOPLE = {
    "Local/1@person": Person("answer", 0.1),
    "Local/2@person": Person("busy", 0.1),
    "Local/3@person": Person("noanswer"),
}


@dataclass(slots=True)
class FakeFarEnd:
    """People of the fake server."""

    world: World

    async def call_in(self, channel_id: str) -> None:
        self.world.call_in(channel_id, "100")

    async def press(self, channel_id: str, digit: str) -> None:
        channel = self.world.channel(channel_id)
        self.world.emit_for(channel, "ChannelDtmfReceived", digit=digit, duration_ms=100)

    async def hang_up(self, channel_id: str) -> None:
        self.world.end(self.world.channel(channel_id), 16, requested=True)


@pytest.fixture
async def fake() -> AsyncIterator[FakeAri]:
    """A fresh server."""
    async with FakeAri(dict(PEOPLE)) as fake:
        fake.world.globals["DL_APP"] = APPLICATION
        yield fake


@pytest.fixture
async def ari(fake: FakeAri) -> AsyncIterator[Ari]:
    """The client of the fake server."""
    async with HttpTransport(fake.url, USER, PASSWORD) as transport:
        yield Ari(transport)


@pytest.fixture
async def under_test(fake: FakeAri, ari: Ari) -> AsyncIterator[UnderTest]:
    """Our application, live."""
    media = ("sound:short", "sound:long")
    async with connected(fake.url, USER, PASSWORD, ari, FakeFarEnd(fake.world), media) as under_test:
        yield under_test
