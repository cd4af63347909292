"""Callers reach the right agent, and every call that ends has the outcome that it really had."""

from pathlib import Path

import pytest

from app.asterisk.call_files import Caller
from calls.facts import CallArrived, CallConnected, OfferUnanswered, VoicemailLeft
from calls.ids import AgentId
from calls.words import AgentState, CallPhase, Department, InboundOutcome
from tests.e2e.audio import tone_seconds
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.floor import ALWAYS_CLOSED, ALWAYS_OPEN, QUICK, complete, controller, dealers

AGENT_HERTZ, CALLER_HERTZ = 1000.0, 440.0


@pytest.mark.parametrize(
    ("key", "department", "agent"),
    [
        ("1", Department.SALES, "agent1"),
        ("2", Department.PARTS, "agent2"),
        ("3", Department.WORKSHOP, "agent3"),
        ("0", Department.RECEPTION, "agent4"),
    ],
)
async def test_a_caller_reaches_the_agent_of_the_chosen_department_and_they_hear_each_other(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    quiet: None,
    tmp_path: Path,
    key: str,
    department: Department,
    agent: str,
) -> None:
    person = f"caller-{department}"
    for who in (person, agent):
        await network_asterisk.record(who)
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1", "agent2", "agent3", "agent4")) as watched:
        network_asterisk.call(
            Caller(person=person, ddi=DDI, cli="+31612345678", press=key, press_after=1.0, talk=3)
        )

        connected = await watched.fact(CallConnected)
        ended = await watched.ended()

    assert isinstance(connected, CallConnected)
    assert (connected.department, connected.agent_id) == (department, agent)
    assert (ended.outcome, ended.phase) == (InboundOutcome.CONNECTED, CallPhase.TALKING)
    assert 2.5 < ended.talk_seconds < 4.5
    assert tone_seconds(await complete(network_asterisk.heard(person)), AGENT_HERTZ) > 1.5
    assert tone_seconds(await complete(network_asterisk.heard(agent)), CALLER_HERTZ) > 1.5


async def test_a_caller_who_hangs_up_in_the_menu_is_lost_there_and_a_quick_one_is_a_short_abandon(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, quiet: None, tmp_path: Path
) -> None:
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known) as watched:
        network_asterisk.call(Caller(person="hasty", ddi=DDI, cli="+31612345671", patience=1, press_after=0))
        hasty = await watched.ended()
        network_asterisk.call(Caller(person="slow", ddi=DDI, cli="+31612345672", patience=7, press_after=0))
        slow = await watched.ended(count=2)

    assert hasty.outcome is InboundOutcome.SHORT_ABANDONED
    assert (slow.outcome, slow.phase, slow.department) == (InboundOutcome.LOST, CallPhase.MENU, None)


async def test_a_caller_who_gives_up_in_the_queue_is_lost_for_that_department(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, quiet: None, tmp_path: Path
) -> None:
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known) as watched:
        network_asterisk.call(Caller(person="waits", ddi=DDI, cli="+31612345673", press="2", patience=7))
        ended = await watched.ended()

    assert (ended.outcome, ended.phase, ended.department) == (
        InboundOutcome.LOST,
        CallPhase.QUEUE,
        Department.PARTS,
    )
    assert ended.wait_seconds is not None
    assert 6 < ended.wait_seconds < 8


async def test_an_agent_who_does_not_answer_is_paused_and_the_caller_gets_the_next_one(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, quiet: None, tmp_path: Path
) -> None:
    await network_asterisk.phone_does("agent1", "noanswer")
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1", "agent5")) as watched:
        network_asterisk.call(Caller(person="patient", ddi=DDI, cli="+31612345674", press="1", talk=2))
        unanswered = await watched.fact(OfferUnanswered)
        connected = await watched.fact(CallConnected)
        ended = await watched.ended()
        agent = watched.program.desk.floor.agent(AgentId("agent1"))

    assert isinstance(unanswered, OfferUnanswered)
    assert unanswered.agent_id == "agent1"
    assert isinstance(connected, CallConnected)
    assert connected.agent_id == "agent5"
    assert ended.outcome is InboundOutcome.CONNECTED
    assert (agent.state, agent.reason) == (AgentState.PAUSED, "no_answer")


async def test_outside_opening_hours_the_caller_can_leave_a_message(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, quiet: None, tmp_path: Path
) -> None:
    known = dealers(tmp_path, ALWAYS_CLOSED)
    async with controller(dealer_asterisk, tmp_path, known) as watched:
        network_asterisk.call(Caller(person="evening", ddi=DDI, cli="+31612345675", patience=25))
        left = await watched.fact(VoicemailLeft, limit=40)
        ended = await watched.ended(limit=40)

    assert isinstance(left, VoicemailLeft)
    assert left.seconds >= 2
    assert ended.outcome is InboundOutcome.VOICEMAIL
    recording = dealer_asterisk.node.state_dir / "spool" / "recording" / f"{left.recording_id}.wav"
    assert tone_seconds(await complete(recording), CALLER_HERTZ) > 2


@pytest.mark.parametrize("cli", [None, "not-a-number", "anonymous", "0000000000000000000000000000"])
async def test_hidden_and_malformed_numbers_are_served_like_any_other(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    quiet: None,
    tmp_path: Path,
    cli: str | None,
) -> None:
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    async with controller(dealer_asterisk, tmp_path, known, ("agent1",)) as watched:
        network_asterisk.call(Caller(person="hidden", ddi=DDI, cli=cli, press="1", talk=1))
        arrived = await watched.fact(CallArrived)
        ended = await watched.ended()

    assert isinstance(arrived, CallArrived)
    assert arrived.cli is None
    assert ended.outcome is InboundOutcome.CONNECTED
