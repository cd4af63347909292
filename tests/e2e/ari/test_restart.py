"""The connection when the real Asterisk dies, freezes and comes back."""

import asyncio
import signal

from app.ari.models import StasisEnd, StasisStart
from tests.e2e.ari.small_asterisk import SmallAsterisk
from tests.integration.ari.under_test import APPLICATION, UnderTest


async def test_a_killed_asterisk_is_noticed_and_its_successor_connected_to(
    under_test: UnderTest, small_asterisk: SmallAsterisk
) -> None:
    await small_asterisk.instance.kill()
    await under_test.heard.until(lambda: under_test.heard.downs != [])

    await small_asterisk.instance.start()

    await under_test.heard.until(lambda: len(under_test.heard.ups) == 2, limit=10)
    assert under_test.heard.ups[1].application == APPLICATION
    assert under_test.heard.deaf == []


async def test_a_frozen_asterisk_is_noticed_within_the_echo_limit(
    under_test: UnderTest, small_asterisk: SmallAsterisk
) -> None:
    small_asterisk.instance.signal(signal.SIGSTOP)
    try:
        await under_test.heard.until(lambda: under_test.heard.downs != [])
    finally:
        small_asterisk.instance.signal(signal.SIGCONT)

    await under_test.heard.until(lambda: len(under_test.heard.ups) == 2, limit=10)
    assert under_test.heard.downs == ["no echo in time"]
    assert under_test.heard.ups[1].application == APPLICATION


async def test_calls_outlive_the_connection(under_test: UnderTest, small_asterisk: SmallAsterisk) -> None:
    await under_test.far_end.call_in("call-0001-a")
    await under_test.heard.event(StasisStart)
    await under_test.ari.channels.answer(channel_id="call-0001-a")

    small_asterisk.instance.signal(signal.SIGSTOP)
    await under_test.heard.until(lambda: under_test.heard.downs != [])
    small_asterisk.instance.signal(signal.SIGCONT)
    await under_test.heard.until(lambda: len(under_test.heard.ups) == 2, limit=10)
    await asyncio.sleep(0.1)
    await under_test.far_end.hang_up("call-0001-a")

    ended = await under_test.heard.event(StasisEnd)
    assert ended.channel.id == "call-0001-a"
