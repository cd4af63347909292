"""The events of our application reach us no more while Asterisk answers everything else: the next name hears of all calls."""

import asyncio
from pathlib import Path

import pytest

from app.asterisk.call_files import Caller
from calls.facts import AttemptConnected, AttemptEnded, CallConnected, CallEnded, CallQueued
from calls.ids import AgentId
from calls.words import AttemptOutcome, InboundOutcome
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.floor import (
    ALWAYS_OPEN,
    QUICK,
    Watched,
    controller,
    dealers,
    lines_up,
    store_campaign,
)

CUSTOMER = "+31610000001"
pytestmark = pytest.mark.usefixtures("quiet")


async def deafened(watched: Watched) -> None:
    """Keep the echo from our application until the controller has gone on to another name, and is live there."""
    connection = watched.program.connection
    first = connection.application
    async with asyncio.timeout(30):
        while connection.application == first:
            await watched.program.ari.applications.filter(
                application_name=first, filter={"disallowed": [{"type": "ChannelUserevent"}]}
            )
            await asyncio.sleep(0.01)
        while not connection.live:
            await asyncio.sleep(0.01)


async def test_conversations_and_waiting_callers_of_a_deaf_application_are_heard_to_their_end(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(CUSTOMER, "answer:1:60")
    campaign = await store_campaign(dealer_asterisk, tmp_path, [CUSTOMER])
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",)) as watched:
        watched.program.desk.login(AgentId("agent6"), campaign.campaign_id)
        await lines_up(watched, 1)
        for number in ("1", "3"):
            network_asterisk.call(
                Caller(
                    person=f"calls{number}", ddi=DDI, cli="+31612345671", press=number, talk=60, patience=60
                )
            )
        await watched.fact(CallConnected)
        await watched.fact(CallQueued, count=2)
        await watched.fact(AttemptConnected)

        await deafened(watched)
        still_there = watched.of(CallEnded) == [] and watched.of(AttemptEnded) == []
        await network_asterisk.hang_up_all()
        await watched.ended(count=2)
        await watched.fact(AttemptEnded)

    assert still_there
    assert {ended.outcome for ended in watched.of(CallEnded)} == {
        InboundOutcome.CONNECTED,
        InboundOutcome.LOST,
    }
    (attempt,) = watched.of(AttemptEnded)
    assert attempt.outcome is AttemptOutcome.CONNECTED
