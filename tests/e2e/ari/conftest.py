"""The small real Asterisk, and our application connected to it."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest

from app.ari.http import HttpTransport
from app.ari.operations import Ari
from app.ari.outcome import Done
from app.asterisk.program import AsteriskProgram
from tests.e2e.ari.small_asterisk import PASSWORD, USER, SmallAsterisk, prepare
from tests.integration.ari.under_test import APPLICATION, LIMIT, UnderTest, connected

FIRST_PORT = 150
NETWORK = "network"


@pytest.fixture(scope="session")
def small_asterisk(asterisk_program: AsteriskProgram, port_base: int) -> Iterator[SmallAsterisk]:
    """Started once, fully booted."""
    state = Path(tempfile.mkdtemp(prefix="dealerlijn-ari-"))
    asterisk = prepare(asterisk_program, state, port_base + FIRST_PORT)
    asyncio.run(asterisk.instance.start())
    yield asterisk
    asyncio.run(asterisk.instance.stop())
    shutil.rmtree(state)


@dataclass(slots=True)
class LocalFarEnd:
    """The other halves of Local channels, held by an application of their own."""

    ari: Ari
    halves: dict[str, str] = field(default_factory=dict)

    async def call_in(self, channel_id: str) -> None:
        half = f"far{channel_id[3:]}"
        self.halves[channel_id] = half
        await self.ari.channels.originate_with_id(
            channel_id=half,
            other_channel_id=channel_id,
            endpoint="Local/100@from-trunk/n",
            app=NETWORK,
            formats="slin",
        )

    async def press(self, channel_id: str, digit: str) -> None:
        # The far half enters its application a moment after our answer; before that nothing can be pressed on it.
        async with asyncio.timeout(LIMIT):
            while await self.ari.channels.send_dtmf(channel_id=self.halves[channel_id], dtmf=digit) != Done(
                None
            ):
                await asyncio.sleep(0.01)

    async def hang_up(self, channel_id: str) -> None:
        await self.ari.channels.hangup(channel_id=self.halves[channel_id])


@pytest.fixture
async def under_test(small_asterisk: SmallAsterisk) -> AsyncIterator[UnderTest]:
    """Our application, live; afterwards no channel is left."""
    url = small_asterisk.ari_url
    login = {"Authorization": aiohttp.encode_basic_auth(USER, PASSWORD)}
    async with (
        HttpTransport(url, USER, PASSWORD) as transport,
        aiohttp.ClientSession(headers=login) as session,
        session.ws_connect(f"{url}/events", params={"app": NETWORK}),
    ):
        ari = Ari(transport)
        await ari.asterisk.set_global_var(variable="DL_APP", value=APPLICATION)
        sounds = small_asterisk.sounds
        media = (f"sound:{sounds}/short", f"sound:{sounds}/long")
        async with connected(url, USER, PASSWORD, ari, LocalFarEnd(ari), media) as under_test:
            yield under_test
        await hang_up_all(ari)


async def hang_up_all(ari: Ari) -> None:
    """Return when no channel is left."""
    async with asyncio.timeout(5):
        while channels := (await ari.channels.list()).value:  # type: ignore[union-attr]
            for channel in channels:
                await ari.channels.hangup(channel_id=channel.id)
            await asyncio.sleep(0.05)
