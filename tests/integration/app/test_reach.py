"""What the operator is told of Asterisk."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app import reach
from app.asterisk.errors import AsteriskGone, AsteriskTooOld
from app.reach import asterisk_version, tell_of_asterisk
from app.settings import AriAddress
from tests.fakes.ari_server import PASSWORD, USER, FakeAri
from tests.ports import free_port


@pytest.fixture
async def fake() -> AsyncIterator[FakeAri]:
    async with FakeAri() as fake:
        yield fake


async def test_an_asterisk_that_is_new_enough_is_named_at_once(fake: FakeAri) -> None:
    said: list[str] = []
    fake.version = "22.10.1~dfsg+~cs6.15"

    await tell_of_asterisk(AriAddress(fake.url, USER, PASSWORD), said.append)

    assert said == [f"Asterisk 22.10.1 answers at {fake.url}"]


async def test_an_asterisk_that_is_too_old_ends_the_program_with_a_remedy(fake: FakeAri) -> None:
    fake.version = "22.9.0"

    with pytest.raises(
        AsteriskTooOld, match=r"22\.9\.0 .* is too old, 22\.10\.1 or newer is needed: upgrade"
    ):
        await tell_of_asterisk(AriAddress(fake.url, USER, PASSWORD), print)


async def test_a_missing_asterisk_is_told_once_and_its_coming_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "LOOK_SECONDS", 0.01)
    port, said = free_port(), asyncio.Queue[str]()
    address = AriAddress(f"http://127.0.0.1:{port}/ari", USER, PASSWORD)

    async with asyncio.TaskGroup() as group:
        group.create_task(tell_of_asterisk(address, said.put_nowait))
        missing = await said.get()
        async with FakeAri(port=port):
            coming = await said.get()

    assert "start it, or set DEALERLIJN_ARI_URL" in missing
    assert coming == f"Asterisk 22.10.1 answers at {address.url}"
    assert said.empty()


async def test_a_wrong_password_is_told_as_such(fake: FakeAri) -> None:
    with pytest.raises(AsteriskGone, match=r"DEALERLIJN_ARI_PASSWORD with ari\.conf"):
        await asterisk_version(AriAddress(fake.url, USER, "another-word"))
