"""Agents who see their contacts first: dialled by the agent or by a timer, and modes that change while phones ring."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.control_errors import PreviewRefused
from calls.facts import (
    AgentStateChanged,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    Fact,
    InformationMessagePlayed,
    PacingDecided,
    PreviewEnded,
    PreviewShown,
)
from calls.ids import AgentId
from calls.words import AgentState, AttemptOutcome, PreviewEnd, Replayed
from dialer.campaign import DialMode, PacingSettings
from dialer.decisions import replay
from dialer.pacing import Reason
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk, until
from tests.e2e.calls.floor import ALWAYS_OPEN, Watched, controller, dealers, store_campaign
from tests.e2e.wire import Wire

AGENT_HERTZ, CUSTOMER_HERTZ = 1000.0, 440.0
NUMBERS = [f"+3161000000{number}" for number in range(1, 9)]
ANNA, BRAM = AgentId("agent1"), AgentId("agent2")
MANUAL = PacingSettings(mode=DialMode.PREVIEW_MANUAL)
TIMED = PacingSettings(mode=DialMode.PREVIEW_TIMED, preview_seconds=4)
WITHIN = timedelta(seconds=2)
pytestmark = pytest.mark.usefixtures("quiet")


async def once_possible(ask: Callable[[], Awaitable[object]]) -> None:
    """Ask until it is not refused: a mode is in force at the next decision."""
    refused: list[PreviewRefused] = []

    for _ in range(100):
        try:
            await ask()
            return
        except PreviewRefused as error:
            refused.append(error)
            await asyncio.sleep(0.1)
    raise refused[-1]


def states(facts: list[Fact], agent_id: AgentId) -> list[AgentState]:
    changes = [fact for fact in facts if isinstance(fact, AgentStateChanged)]
    return [change.after for change in changes if change.agent_id == agent_id]


async def decided(watched: Watched, reason: Reason) -> None:
    await until(
        lambda: watched.of(PacingDecided)[-1:] != [] and watched.of(PacingDecided)[-1].reason == reason,
        10,
        f"a decision {reason}",
    )


async def test_an_agent_has_the_contact_dialled_and_talks_with_whoever_answers(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(NUMBERS[0], "answer:2:4")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:1], pacing=MANUAL)
    known = dealers(tmp_path, ALWAYS_OPEN)
    # The other agent is idle for longer.
    async with controller(dealer_asterisk, tmp_path, known, (BRAM, ANNA), campaign) as watched:
        previews = watched.program.control.previews
        await decided(watched, Reason.PREVIEW)
        shown = await previews.show(ANNA)
        with pytest.raises(PreviewRefused):
            await previews.show(BRAM)
        before = watched.of(AttemptCommitted)
        dialled = await previews.dial(ANNA)
        connected = await watched.fact(AttemptConnected)
        ended = await watched.fact(AttemptEnded)

    assert before == []
    assert (connected.call_id, connected.agent_id) == (dialled, ANNA)
    assert connected.answer_to_agent_seconds < WITHIN.total_seconds()
    assert (ended.outcome, ended.contact_id) == (AttemptOutcome.CONNECTED, shown.contact_id)
    assert states(watched.facts, ANNA)[:3] == [AgentState.AVAILABLE, AgentState.RESERVED, AgentState.ON_CALL]
    assert AgentState.RESERVED not in states(watched.facts, BRAM)
    (customer,) = wire.lines()
    began = customer.heard.first_loud()
    assert began is not None
    assert began - customer.answered_at < WITHIN
    assert customer.heard.tone_seconds(AGENT_HERTZ) > 3


async def test_a_timer_dials_what_the_agent_did_not_pass_over(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, wire: Wire, tmp_path: Path
) -> None:
    for number in NUMBERS[:2]:
        await network_asterisk.customer_does(number, "answer:1:2")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:2], pacing=TIMED)
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, (ANNA,), campaign) as watched:
        first = await watched.fact(PreviewShown)
        await watched.program.control.previews.skip(ANNA, "just_visited")
        second = await watched.fact(PreviewShown, count=2)
        committed = await watched.fact(AttemptCommitted)
        connected = await watched.fact(AttemptConnected)
        ended = await watched.fact(AttemptEnded)

    assert second.dials_at is not None
    assert committed.at >= second.dials_at
    assert committed.contact_id == second.contact_id != first.contact_id
    assert (connected.agent_id, ended.outcome) == (ANNA, AttemptOutcome.CONNECTED)
    assert [end.how for end in watched.of(PreviewEnded)] == [PreviewEnd.SKIPPED, PreviewEnd.DIALLED]
    (customer,) = wire.lines()
    assert customer.heard.tone_seconds(AGENT_HERTZ) > 1


async def test_a_customer_who_answers_when_the_agents_line_is_gone_hears_the_message(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(NUMBERS[0], "answer:2:60")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:1], pacing=MANUAL)
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, (ANNA,), campaign) as watched:
        await decided(watched, Reason.PREVIEW)
        await watched.program.control.previews.show(ANNA)
        await watched.program.control.previews.dial(ANNA)
        await network_asterisk.phone_does("agent1", "noanswer")
        await network_asterisk.hang_up("agent1")
        played = await watched.fact(InformationMessagePlayed)
        watched.program.desk.logout(ANNA)
        ended = await watched.fact(AttemptEnded, limit=60)

    assert played.after_answer_seconds < WITHIN.total_seconds()
    assert ended.outcome is AttemptOutcome.ABANDONED
    assert len(watched.of(AttemptAbandoned)) == 1


async def test_the_mode_is_changed_while_phones_ring_and_every_decision_can_be_made_again(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, tmp_path: Path
) -> None:
    for number in NUMBERS:
        await network_asterisk.customer_does(number, "answer:3:2")
    campaign = await store_campaign(dealer_asterisk, tmp_path, NUMBERS, pacing=MANUAL)
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(dealer_asterisk, tmp_path, known, (ANNA, BRAM), campaign) as watched:
        control = watched.program.control
        await decided(watched, Reason.PREVIEW)
        await control.previews.show(ANNA)
        by_hand = await control.previews.dial(ANNA)
        await control.previews.show(BRAM)

        # The call in the air keeps its agent; what the other agent had on screen is dialled by the pacing.
        await control.set_pacing(campaign.campaign_id, {"mode": DialMode.PREDICTIVE}, "tester")
        await watched.fact(AttemptConnected)
        second = await watched.fact(AttemptCommitted, count=2)
        await watched.fact(AttemptEnded, count=2)

        # And back: the last contact waits for an agent's word.
        await control.set_pacing(campaign.campaign_id, {"mode": DialMode.PREVIEW_MANUAL}, "tester")
        await once_possible(lambda: control.previews.show(BRAM))
        assert await watched.program.journal.flushed(5)
        kept = await control.pacing_log.decisions(campaign.campaign_id, None, 200)

    agents = {connected.call_id: connected.agent_id for connected in watched.of(AttemptConnected)}
    assert agents[by_hand] == ANNA
    assert second.reason in (Reason.AGENTS_CERTAIN, Reason.LOOKAHEAD)
    assert PreviewEnd.RELEASED in [end.how for end in watched.of(PreviewEnded)]
    assert {end.outcome for end in watched.of(AttemptEnded)} == {AttemptOutcome.CONNECTED}
    assert watched.of(AttemptAbandoned) == []
    assert len(watched.of(AttemptAnswered)) == len(watched.of(AttemptConnected))
    assert {replay(each.fact, each.tables) for each in kept} == {Replayed.SAME}
    assert {each.fact.reason for each in kept} >= {Reason.PREVIEW}
