"""A campaign rings customers, and each who answers has an agent or hears the information message, both as heard on the wire."""

import asyncio
import wave
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from calls.facts import (
    AgentStateChanged,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    DispositionRecorded,
    InformationMessagePlayed,
)
from calls.ids import AgentId
from calls.words import AgentState, AttemptOutcome, HangupCause
from dialer.caps import TrunkCaps
from tests.e2e.audio import loudness
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk, until
from tests.e2e.calls.floor import ALWAYS_OPEN, Watched, controller, dealers, lines_up, prompt, store_campaign
from tests.e2e.wire import LOUD, WINDOW_SECONDS, Wire

AGENT_HERTZ, CUSTOMER_HERTZ, BEEP_HERTZ = 1000.0, 440.0, 880.0
NUMBERS = [f"+3161000000{number}" for number in range(1, 7)]
WITHIN = timedelta(seconds=2)
pytestmark = pytest.mark.usefixtures("quiet")


async def test_a_customer_who_answers_talks_with_an_agent_at_once_and_the_agent_hears_a_beep(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(NUMBERS[0], "answer:2:4")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:1])
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched:
        connected = await watched.fact(AttemptConnected)
        ended = await watched.fact(AttemptEnded)
        await _free_again(watched, "agent1")

    assert connected.answer_to_agent_seconds < WITHIN.total_seconds()
    assert ended.outcome is AttemptOutcome.CONNECTED
    assert 3.5 < ended.talk_seconds < 4.5
    assert 1.5 < ended.ring_seconds < 3.5
    (customer,), (agent,) = wire.lines(), wire.phones()
    began = customer.heard.first_loud()
    assert began is not None
    assert began - customer.answered_at < WITHIN
    assert customer.heard.tone_seconds(AGENT_HERTZ) > 3
    assert agent.heard.tone_seconds(CUSTOMER_HERTZ) > 3
    assert (
        agent.heard.since(connected.at).until(connected.at + timedelta(seconds=1)).tone_seconds(BEEP_HERTZ)
        >= 0.05
    )


async def test_attempts_that_reach_nobody_end_as_busy_failed_or_unanswered(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    expected = {
        "busy": AttemptOutcome.BUSY,
        "fail": AttemptOutcome.FAILED,
        "noanswer": AttemptOutcome.UNANSWERED,
    }
    for number, plan in zip(NUMBERS, expected, strict=False):
        await network_asterisk.customer_does(number, plan)
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:3], ring_seconds=6)
    known = dealers(tmp_path, ALWAYS_OPEN)
    at_work = ("agent1", "agent2", "agent3")
    async with controller(dealer_asterisk, tmp_path, known, at_work, campaign) as watched:
        await watched.fact(AttemptEnded, count=3)

    ends = watched.of(AttemptEnded)
    assert {end.outcome for end in ends} == set(expected.values())
    unanswered = next(end for end in ends if end.outcome is AttemptOutcome.UNANSWERED)
    assert 5.5 < unanswered.ring_seconds < 8
    assert watched.of(AttemptAnswered) == []


async def test_a_customer_for_whom_nobody_is_free_hears_the_message_within_two_seconds_and_can_object_by_key(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(NUMBERS[0], "answer:3:60:4:9")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:1])
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched:
        await watched.fact(AttemptCommitted)
        watched.program.desk.pause(AgentId("agent1"), "coffee")
        abandoned = await watched.fact(AttemptAbandoned)
        played = await watched.fact(InformationMessagePlayed)
        objection = await watched.fact(DispositionRecorded)
        ended = await watched.fact(AttemptEnded, limit=60)
        history = await watched.program.store.abandon_window(campaign.campaign_id, abandoned.at - WITHIN)

    assert (ended.outcome, ended.cause) == (AttemptOutcome.ABANDONED, HangupCause.NORMAL)
    assert 1.5 < abandoned.waited_seconds < 2
    assert played.after_answer_seconds < 2
    assert (objection.call_id, objection.disposition) == (ended.call_id, "objection")
    assert (history.connected, history.abandoned) == (0, 1)
    (customer,) = wire.lines()
    began = customer.heard.hears(prompt(dealer_asterisk, "information-message"))
    assert began is not None
    assert began - customer.answered_at < WITHIN
    levels = loudness(prompt(dealer_asterisk, "information-message"), WINDOW_SECONDS)
    assert customer.heard.loud_seconds() > 0.9 * WINDOW_SECONDS * sum(level > LOUD for level in levels)


async def test_an_information_message_that_asterisk_cannot_play_counts_as_not_played(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    unplayable = prompt(dealer_asterisk, "unplayable")
    with wave.open(str(unplayable), "wb") as sound:
        sound.setparams((1, 2, 44_100, 0, "NONE", ""))
        sound.writeframes(bytes(2 * 44_100))
    await network_asterisk.customer_does(NUMBERS[0], "answer:3:60")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:1])
    own_message = '[dealers.demo.prompts]\ninformation_message = "unplayable"\n'
    known = dealers(tmp_path, ALWAYS_OPEN, own_message)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched:
        await watched.fact(AttemptCommitted)
        watched.program.desk.pause(AgentId("agent1"), "coffee")
        ended = await watched.fact(AttemptEnded)
        figures = watched.program.metrics.text()[0].decode()
    unplayable.unlink()

    assert ended.outcome is AttemptOutcome.ABANDONED
    assert watched.of(InformationMessagePlayed) == []
    assert 'dealerlijn_failed_prompts_total{node="n1"} 1.0' in figures


async def test_an_objection_ends_the_ringing_of_whoever_objects(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    numbers = ["+31610000011", "+31610000012"]
    for number in numbers:
        await network_asterisk.customer_does(number, "noanswer")
    campaign = await store_campaign(dealer_asterisk, tmp_path, numbers, ring_seconds=60)
    known = dealers(tmp_path, ALWAYS_OPEN)
    at_work = ("agent1", "agent2")
    async with controller(dealer_asterisk, tmp_path, known, at_work, campaign) as watched:
        for number in numbers:
            await network_asterisk.step(number, "ringing")
        await watched.program.control.consents.object_to_calls(numbers[0], "letter", "test")
        ended = await watched.fact(AttemptEnded)
        await network_asterisk.step(numbers[0], "ended")
        still = [call.phase for call in watched.program.control.calls()]
        await watched.program.control.consents.object_to_calls(numbers[1], "letter", "test")
        await watched.fact(AttemptEnded, count=2)

    assert ended.outcome is AttemptOutcome.UNANSWERED
    # A phone that rings sooner than we can follow the leg is still called dialling.
    assert still in (["ringing"], ["dialling"])


async def test_an_agent_who_becomes_free_within_the_grace_still_gets_the_customer(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(NUMBERS[0], "answer:3:3")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:1])
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched:
        await watched.fact(AttemptCommitted)
        watched.program.desk.pause(AgentId("agent1"), "coffee")
        await watched.fact(AttemptAnswered)
        await asyncio.sleep(0.8)
        watched.program.desk.resume(AgentId("agent1"))
        connected = await watched.fact(AttemptConnected)
        ended = await watched.fact(AttemptEnded)

    assert 0.7 < connected.answer_to_agent_seconds < 1.7
    assert ended.outcome is AttemptOutcome.CONNECTED
    assert watched.of(AttemptAbandoned) == []
    assert wire.lines()[0].heard.tone_seconds(AGENT_HERTZ) > 2


async def test_an_agent_who_offered_it_comes_out_of_wrap_up_for_a_customer_who_finds_nobody_free(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(NUMBERS[0], "answer:2:1")
    await network_asterisk.customer_does(NUMBERS[1], "answer:6:3")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:2], wrap_up_seconds=60)
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1", "agent2"), campaign) as watched:
        desk = watched.program.desk
        await watched.fact(AttemptCommitted, count=2)
        desk.pause(AgentId("agent2"), "coffee")
        willing = replace(desk.floor.agent(AgentId("agent1")).profile, rescue=True)
        desk.floor.know(willing, desk.now())
        await watched.fact(AttemptEnded, count=2)
        left = desk.floor.agent(AgentId("agent1"))

    first, second = watched.of(AttemptConnected)
    moves = [(fact.before, fact.after) for fact in watched.of(AgentStateChanged)]
    assert first.agent_id == second.agent_id == "agent1"
    assert second.answer_to_agent_seconds < WITHIN.total_seconds()
    assert (AgentState.WRAP_UP, AgentState.RESERVED) in moves
    assert watched.of(AttemptAbandoned) == []
    assert left.state is AgentState.WRAP_UP
    assert left.wrap_up_until is not None
    assert (left.wrap_up_until - left.since).total_seconds() > 100
    assert all(line.heard.tone_seconds(AGENT_HERTZ) > 0.5 for line in wire.lines())


async def test_a_customer_who_hangs_up_before_the_message_is_no_abandoned_call(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(NUMBERS[0], "answer:3:1")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:1])
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched:
        await watched.fact(AttemptCommitted)
        watched.program.desk.pause(AgentId("agent1"), "coffee")
        ended = await watched.fact(AttemptEnded)

    assert ended.outcome is AttemptOutcome.HUNG_UP
    assert watched.of(AttemptAbandoned) == []


async def test_a_line_that_drops_is_opened_again_and_serves_the_next_customer(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    for number in NUMBERS[:2]:
        await network_asterisk.customer_does(number, "answer:1:30")
    await network_asterisk.phone_does("agent1", "answer", delay=0.2)
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:2])
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched:
        await watched.fact(AttemptConnected)
        await network_asterisk.hang_up("agent1")
        first = await watched.fact(AttemptEnded)
        await lines_up(watched, 1)
        second = await watched.fact(AttemptConnected, count=2)
        await network_asterisk.hang_up(NUMBERS[0])
        await network_asterisk.hang_up(NUMBERS[1])
        await watched.fact(AttemptEnded, count=2)

    assert first.outcome is AttemptOutcome.CONNECTED
    assert second.agent_id == "agent1"
    assert {(end.outcome, end.cause) for end in watched.of(AttemptEnded)} == {
        (AttemptOutcome.CONNECTED, HangupCause.NORMAL)
    }


async def test_a_customer_is_hung_up_on_without_the_agents_line_which_serves_the_next(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    for number in NUMBERS[:2]:
        await network_asterisk.customer_does(number, "answer:1:60")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:2])
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched:
        for count in (1, 2):
            connected = await watched.fact(AttemptConnected, count=count)
            await watched.program.control.hang_up(connected.call_id, "test")
            await watched.fact(AttemptEnded, count=count)
        for number in NUMBERS[:2]:
            await network_asterisk.step(number, "ended")
        await _free_again(watched, "agent1")
        line_open = watched.program.desk.floor.agent(AgentId("agent1")).line_open
        rung = [step.event for step in network_asterisk.steps("agent1")].count("ringing")

    assert [(end.outcome, end.cause) for end in watched.of(AttemptEnded)] == [
        (AttemptOutcome.CONNECTED, HangupCause.NORMAL)
    ] * 2
    assert [fact.after for fact in watched.of(AgentStateChanged)].count(AgentState.WRAP_UP) == 2
    assert (line_open, rung) == (True, 1)


async def test_a_line_between_two_customers_is_kept_alive_without_a_sound(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    campaign = await store_campaign(dealer_asterisk, tmp_path, [])
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign):
        await until(
            lambda: any(len(leg.kept_alive) >= 2 for leg in wire.phones()), 20, "two packets of comfort noise"
        )

    assert wire.phones()[0].heard.loud_seconds() == 0


async def test_the_trunks_caps_hold_however_many_agents_are_free(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    for number in NUMBERS:
        await network_asterisk.customer_does(number, "answer:1:2")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS)
    known = dealers(tmp_path, ALWAYS_OPEN)
    caps = TrunkCaps(per_second=1.0, at_once=2, per_day=5)
    at_work = ("agent1", "agent2", "agent3", "agent4")
    async with controller(dealer_asterisk, tmp_path, known, at_work, campaign, caps) as watched:
        await watched.fact(AttemptEnded, limit=40, count=5)
        await asyncio.sleep(2)

    steps = sorted(
        (step.at, 1 if step.event == "ringing" else -1)
        for number in NUMBERS
        for step in network_asterisk.steps(number)
        if step.event in ("ringing", "ended") and step.at >= watched.of(AttemptCommitted)[0].at
    )
    at_once, most = 0, 0
    for _, change in steps:
        at_once += change
        most = max(most, at_once)
    began = [at for at, change in steps if change == 1]
    assert len(began) == 5
    assert most == 2
    assert all(after - before > timedelta(seconds=0.8) for before, after in pairwise(began))


async def _free_again(watched: Watched, agent: str) -> None:
    async with asyncio.timeout(5):
        while watched.program.desk.floor.agent(AgentId(agent)).state is not AgentState.AVAILABLE:
            await asyncio.sleep(0.05)
