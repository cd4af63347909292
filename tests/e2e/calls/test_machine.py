"""Machine detection listens while customer and agent already talk; only what is certainly a machine is hung up on."""

import wave
from datetime import timedelta
from pathlib import Path

import pytest

from app.conversations import Said
from calls.facts import AnswererJudged, AttemptConnected, AttemptEnded, MachineMistaken
from calls.ids import AgentId
from calls.words import AmdVerdict, AttemptOutcome, MachineDetection
from simulation.answers import RATE, Part, answers
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.floor import ALWAYS_OPEN, controller, dealers, store_campaign
from tests.e2e.wire import Wire

NUMBER = "+31610000001"
AGENT = AgentId("agent1")
AGENT_HERTZ = 1000.0
pytestmark = pytest.mark.usefixtures("quiet")


async def _customer_sounds(network: NetworkAsterisk, kind: str) -> None:
    answer = next(answers(Part.DEVELOPMENT, kind))
    file = network.node.state_dir / "spool" / "tmp" / f"{answer.name}.wav"
    with wave.open(str(file), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(answer.samples.tobytes())
    await network.customer_does(NUMBER, f"say:1:{file.with_suffix('')}:1")


@pytest.mark.parametrize("detection", [MachineDetection.FEATURES, MachineDetection.APP_AMD])
async def test_a_person_is_with_the_agent_at_once_and_stays_however_the_detector_listens(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    wire: Wire,
    tmp_path: Path,
    detection: MachineDetection,
) -> None:
    await _customer_sounds(network_asterisk, "short answer")
    campaign = await store_campaign(dealer_asterisk, tmp_path, [NUMBER], detection=detection)
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, (AGENT,), campaign) as watched:
        connected = await watched.fact(AttemptConnected)
        judged = await watched.fact(AnswererJudged)
        ended = await watched.fact(AttemptEnded)

    assert connected.answer_to_agent_seconds < 0.5
    assert (judged.verdict, judged.certain, judged.dropped) == (AmdVerdict.PERSON, False, False)
    assert judged.after_seconds < 5
    assert ended.outcome is AttemptOutcome.CONNECTED
    (customer,) = wire.lines()
    assert customer.heard.tone_seconds(AGENT_HERTZ) > ended.talk_seconds - 1


async def test_a_machines_beep_ends_the_call_and_an_agent_who_says_it_was_a_person_makes_it_abandoned(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    await _customer_sounds(network_asterisk, "greeting and beep")
    campaign = await store_campaign(dealer_asterisk, tmp_path, [NUMBER], detection=MachineDetection.FEATURES)
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, (AGENT,), campaign) as watched:
        beep = await watched.fact(AnswererJudged, limit=40, count=2)
        ended = await watched.fact(AttemptEnded)
        assert await watched.program.journal.flushed(5)
        await watched.program.control.conversations.record(AGENT, ended.call_id, Said("booked"), "test")
        await watched.fact(MachineMistaken)
        assert await watched.program.journal.flushed(5)
        window = await watched.program.store.abandon_window(
            campaign.campaign_id, ended.at - timedelta(minutes=2)
        )

    first = watched.of(AnswererJudged)[0]
    assert (first.verdict, first.reason, first.dropped) == (AmdVerdict.MACHINE, "long_greeting", False)
    assert (beep.reason, beep.certain, beep.dropped) == ("beep", True, True)
    assert ended.outcome is AttemptOutcome.MACHINE
    assert ended.at - beep.at < timedelta(seconds=2)
    assert window.abandoned == 1


async def test_asterisks_own_detector_tells_of_a_machine_and_hangs_up_on_nobody(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    await _customer_sounds(network_asterisk, "greeting, no beep")
    campaign = await store_campaign(dealer_asterisk, tmp_path, [NUMBER], detection=MachineDetection.APP_AMD)
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, (AGENT,), campaign) as watched:
        judged = await watched.fact(AnswererJudged)
        ended = await watched.fact(AttemptEnded, limit=40)

    assert (judged.verdict, judged.certain, judged.dropped) == (AmdVerdict.MACHINE, False, False)
    assert ended.outcome is AttemptOutcome.CONNECTED
    assert ended.talk_seconds > judged.after_seconds + 3
