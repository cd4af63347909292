"""Asterisk itself dies and comes back: every call gets its one end, and service resumes by itself."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.asterisk.call_files import Caller
from calls.facts import (
    AsteriskLost,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    CallArrived,
    CallConnected,
    CallEnded,
    CallQueued,
)
from calls.ids import AgentId
from calls.words import AttemptOutcome, CallPhase, InboundOutcome
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.floor import ALWAYS_OPEN, QUICK, controller, dealers, lines_up, store_campaign
from tests.e2e.wire import Wire

PACKETS_OF_SPEECH = 15  # of 20 ms
NUMBERS = [f"+3161000000{number}" for number in range(1, 4)]
pytestmark = pytest.mark.usefixtures("quiet")


async def greeted(wire: Wire, known: int) -> None:
    """Return once the next person after the `known` lines hears something."""
    async with asyncio.timeout(10):
        while len(wire.lines()) <= known or len(wire.lines()[known].heard) < PACKETS_OF_SPEECH:
            await asyncio.sleep(0.02)


async def test_every_call_ends_once_when_asterisk_dies_and_callers_and_customers_are_served_when_it_is_back(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    for number, plan in zip(NUMBERS, ("answer:1:60", "answer:50:5", "answer:1:2"), strict=True):
        await network_asterisk.customer_does(number, plan)
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS, ring_seconds=60)
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",)) as watched:
        for agent in ("agent5", "agent6"):
            watched.program.desk.login(AgentId(agent), campaign.campaign_id)
        for key in ("1", "3"):
            network_asterisk.call(
                Caller(person=f"before{key}", ddi=DDI, cli="+31612345671", press=key, talk=60, patience=60)
            )
        await watched.fact(CallConnected)
        await watched.fact(CallQueued, count=2)
        await watched.fact(AttemptConnected)
        await watched.fact(AttemptCommitted, count=2)
        lines = len(wire.lines())
        network_asterisk.call(Caller(person="greeted", ddi=DDI, cli="+31612345673", patience=60))
        await watched.fact(CallArrived, count=3)
        await greeted(wire, lines)

        await dealer_asterisk.instance.kill()
        await watched.fact(AsteriskLost)
        await network_asterisk.hang_up_all()
        await dealer_asterisk.instance.start()
        await network_asterisk.register()
        back = datetime.now(UTC)
        await watched.ended(count=3)
        await watched.fact(AttemptEnded, count=2)
        await lines_up(watched, 2, limit=30)
        network_asterisk.call(Caller(person="after", ddi=DDI, cli="+31612345672", press="1", talk=1))
        await watched.ended(count=4)
        third = await watched.fact(AttemptEnded, count=3)

    ends, attempts = watched.of(CallEnded), watched.of(AttemptEnded)
    final = [end.at for end in ends[:3]] + [end.at for end in attempts[:2]]
    assert max(final) - back < timedelta(seconds=5)
    assert Counter((end.outcome, end.phase) for end in ends) == {
        (InboundOutcome.CONNECTED, CallPhase.TALKING): 2,
        (InboundOutcome.LOST, CallPhase.QUEUE): 1,
        (InboundOutcome.LOST, CallPhase.GREETING): 1,
    }
    assert {end.outcome for end in attempts[:2]} == {AttemptOutcome.CONNECTED, AttemptOutcome.IN_DOUBT}
    assert third.outcome is AttemptOutcome.CONNECTED
    assert len(watched.of(AttemptCommitted)) == 3
