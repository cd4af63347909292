"""A customer whom a campaign rang calls the shown number back, and is with the right people without pressing a key."""

from pathlib import Path

import pytest

from app.asterisk.call_files import Caller
from app.conversations import Said
from calls.facts import AttemptEnded, CallConnected, CallerRecognised, CallQueued, MenuChosen
from calls.ids import AgentId
from calls.words import AttemptOutcome, Department, Direction, InboundOutcome
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.floor import ALWAYS_OPEN, QUICK, controller, dealers, prompt, store_campaign
from tests.e2e.wire import Wire

NUMBER = "+31610000001"
AGENT_HERTZ = 1000.0
pytestmark = pytest.mark.usefixtures("quiet")


async def test_a_customer_who_was_not_reached_calls_back_and_talks_with_the_workshop_that_knows_who_it_is(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(NUMBER, "noanswer")
    campaign = await store_campaign(dealer_asterisk, tmp_path, [NUMBER], ring_seconds=3)
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched:
        attempt = await watched.fact(AttemptEnded)
        watched.program.desk.login(AgentId("agent3"))
        network_asterisk.call(Caller(person="returns", ddi=DDI, cli=NUMBER, talk=4))
        recognised = await watched.fact(CallerRecognised)
        connected = await watched.fact(CallConnected)
        present = await watched.program.control.conversations.present_call(AgentId("agent3"))
        [live] = [call for call in watched.program.control.calls() if call.direction is Direction.INBOUND]
        await watched.program.control.conversations.record(
            AgentId("agent3"), connected.call_id, Said("booked"), "test"
        )
        ended = await watched.ended()

    assert attempt.outcome is AttemptOutcome.UNANSWERED
    assert (recognised.campaign_id, recognised.contact_id) == (campaign.campaign_id, attempt.contact_id)
    assert (connected.department, connected.agent_id) == (Department.WORKSHOP, "agent3")
    assert watched.of(MenuChosen) == []
    assert len(watched.of(CallQueued)) == 1
    assert (live.campaign_id, live.contact_id) == (campaign.campaign_id, attempt.contact_id)
    assert present.contact is not None
    assert (present.contact.name, present.contact.e164) == ("Mevrouw Proef", NUMBER)
    assert [call.outcome for call in present.earlier] == [AttemptOutcome.UNANSWERED]
    assert ended.outcome is InboundOutcome.CONNECTED
    [line] = [line for line in wire.lines() if line.heard.tone_seconds(AGENT_HERTZ) > 2]
    assert line.heard.hears(prompt(dealer_asterisk, "welcome")) is not None
    assert line.heard.hears(prompt(dealer_asterisk, "menu")) is None


async def test_somebody_whom_no_campaign_rang_gets_the_menu(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    await store_campaign(dealer_asterisk, tmp_path, [NUMBER])
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent3",)) as watched:
        network_asterisk.call(Caller(person="presses", ddi=DDI, cli=NUMBER, press="3", talk=1))
        chosen = await watched.fact(MenuChosen)
        await watched.ended()

    assert chosen.department is Department.WORKSHOP
    assert watched.of(CallerRecognised) == []
