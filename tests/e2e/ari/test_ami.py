"""The manager link on the real Asterisk, which is its own registrar and its own trunk here."""

import pytest

from app.ami.errors import AmiRefused
from app.ami.facts import ContactState
from app.ami.link import AmiLimits, AmiLink
from tests.e2e.ari.small_asterisk import PASSWORD, USER, SmallAsterisk
from tests.integration.ami.recorder import Recorder, running


def link_to(asterisk: SmallAsterisk, told: Recorder) -> AmiLink:
    limits = AmiLimits(ping_every=0.5)
    return AmiLink("127.0.0.1", asterisk.ami_port, USER, PASSWORD, told, limits)


async def test_a_phone_and_a_trunk_are_followed(small_asterisk: SmallAsterisk) -> None:
    told = Recorder()
    link = link_to(small_asterisk, told)
    async with running(link):
        await told.until(lambda: told.boots == 1)
        await small_asterisk.instance.command("pjsip send register line")
        await told.until(lambda: any(trunk.is_registered for trunk in told.trunks), limit=20)
        await told.until(lambda: any(c.state is ContactState.REACHABLE for c in told.contacts), limit=10)
        assert [(c.phone, c.state) for c in await link.contacts()] == [("phone", ContactState.REACHABLE)]

        await small_asterisk.instance.command("pjsip send unregister line")

        await told.until(lambda: told.contacts[-1].state is ContactState.REMOVED)
        await told.until(lambda: not told.trunks[-1].is_registered)
        assert await link.contacts() == ()
        assert [trunk.is_registered for trunk in await link.trunks()] == [False]
        assert told.contacts[-1].phone == "phone"


async def test_modules_are_reloaded_and_nonsense_is_refused(small_asterisk: SmallAsterisk) -> None:
    told = Recorder()
    link = link_to(small_asterisk, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])

        await link.reload("res_pjsip.so")
        with pytest.raises(AmiRefused):
            await link.reload("nonsense.so")

        assert await link.ping() > 0
        assert told.downs == []


async def test_asterisks_own_database_is_read_and_forgotten(small_asterisk: SmallAsterisk) -> None:
    told = Recorder()
    link = link_to(small_asterisk, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])
        empty = await link.database("dealerlijn")
        for key in ("1770.1/caller", "1770.1/ended", "1770.10/caller"):
            await small_asterisk.instance.command(f"database put dealerlijn {key} {key}")

        entries = await link.database("dealerlijn")
        await link.forget("dealerlijn", "1770.1")
        await link.forget("dealerlijn", "1770.1")

        assert empty == {}
        assert entries == {
            "/dealerlijn/1770.1/caller": "1770.1/caller",
            "/dealerlijn/1770.1/ended": "1770.1/ended",
            "/dealerlijn/1770.10/caller": "1770.10/caller",
        }
        assert (await link.database("dealerlijn")).keys() == {"/dealerlijn/1770.10/caller"}
        await link.forget("dealerlijn", "1770.10")


async def test_a_restarted_asterisk_is_connected_to_again(small_asterisk: SmallAsterisk) -> None:
    told = Recorder()
    link = link_to(small_asterisk, told)
    async with running(link):
        await told.until(lambda: told.trunks != [])

        await small_asterisk.instance.kill()
        await told.until(lambda: told.downs != [])
        await small_asterisk.instance.start()

        await told.until(lambda: told.boots >= 2, limit=10)
        await told.until(lambda: len(told.trunks) >= 2, limit=10)
