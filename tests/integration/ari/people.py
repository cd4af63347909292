"""Callers and customers of the contract, and their ids."""

import asyncio
from collections.abc import Awaitable, Callable

from app.ari.models import Channel, StasisStart
from app.ari.outcome import Done, Outcome
from tests.integration.ari.under_test import APPLICATION, UnderTest

CALLER = "call-0001-a"
OTHER = "call-0002-a"
ATTEMPT = "call-0003-a"
NOBODY = "call-0009-a"
BRIDGE = "bridge-0001"


async def answered_caller(to: UnderTest, channel_id: str = CALLER) -> None:
    await to.far_end.call_in(channel_id)
    await to.heard.until(
        lambda: any(isinstance(e, StasisStart) and e.channel.id == channel_id for e in to.heard.events)
    )
    assert await to.ari.channels.answer(channel_id=channel_id) == Done(None)


async def dial(
    to: UnderTest, person: str, *, ring_seconds: int = 30, attempt: str = ATTEMPT
) -> Outcome[Channel]:
    outcome = await to.ari.channels.originate_with_id(
        channel_id=attempt,
        endpoint=f"Local/{person}@person/n",
        context="answered",
        extension=attempt,
        priority=1,
        timeout=ring_seconds,
        formats="slin",
    )
    source = [f"channel:{attempt}"]
    await to.ari.applications.subscribe(application_name=APPLICATION, event_source=source)
    return outcome


async def comes_to(kind: type[Outcome[None]], ask: Callable[[], Awaitable[Outcome[None]]]) -> Outcome[None]:
    """Ask again until the outcome is of this kind: Asterisk tells of an end a moment before it is in none of its lists any longer."""
    async with asyncio.timeout(5):
        while not isinstance(outcome := await ask(), kind):
            await asyncio.sleep(0.01)
    return outcome
