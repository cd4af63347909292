"""Agents on a campaign's open lines take callers too: over the line, without a ring."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.asterisk.call_files import Caller
from calls.facts import AttemptConnected, AttemptEnded, CallConnected
from calls.words import AttemptOutcome, InboundOutcome
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.floor import ALWAYS_OPEN, ONE_FOR_ONE, QUICK, controller, dealers, store_campaign
from tests.e2e.wire import Wire

AGENT_HERTZ, CALLER_HERTZ, BEEP_HERTZ = 1000.0, 440.0, 880.0
CALLER, CUSTOMER = "+31612345671", "+31612345001"
BLENDED = replace(ONE_FOR_ONE, blended=True)
pytestmark = pytest.mark.usefixtures("quiet")


async def test_a_caller_comes_into_the_open_line_of_a_blended_campaigns_agent_and_then_a_customer_does(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    # The customer picks up long after the caller has been helped.
    await network_asterisk.customer_does(CUSTOMER, "answer:20:2")
    campaign = await store_campaign(dealer_asterisk, tmp_path, [CUSTOMER], ring_seconds=30, pacing=BLENDED)
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched:
        network_asterisk.call(Caller(person="calls", ddi=DDI, cli=CALLER, press="1", talk=3))
        connected = await watched.fact(CallConnected)
        ended = await watched.ended()
        helped = await watched.fact(AttemptConnected, limit=40)
        done = await watched.fact(AttemptEnded)

    assert (connected.agent_id, helped.agent_id) == ("agent1", "agent1")
    assert (ended.outcome, done.outcome) == (InboundOutcome.CONNECTED, AttemptOutcome.CONNECTED)
    assert ended.talk_seconds > 2.5
    (phone,) = wire.phones()
    caller, customer = wire.lines()
    assert caller.heard.tone_seconds(AGENT_HERTZ) > 1.5
    assert customer.heard.tone_seconds(AGENT_HERTZ) > 1
    assert phone.heard.until(ended.at).tone_seconds(CALLER_HERTZ) > 2
    assert phone.heard.until(ended.at).tone_seconds(BEEP_HERTZ) >= 0.05
