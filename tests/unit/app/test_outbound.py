import asyncio

import pytest

from app.outbound import OutboundCall
from calls.facts import (
    AgentStateChanged,
    AttemptAbandoned,
    AttemptConnected,
    AttemptEnded,
    Fact,
    InformationMessagePlayed,
)
from calls.ids import CallId, ContactId, attempt_leg, bridge_of, line_leg
from calls.legs import LegAnswered, LegArrived, LegEnded, LegRinging, PromptFinished, PromptStarted
from calls.words import AgentState, AttemptOutcome, HangupCause
from dialer.life import Attempt, Dialled
from tests.fakes.virtual_time import START, LoopClock, settle, virtual_time
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import ANNA, APK, DEMO, agent, call_id

CALL, LINE = call_id(1), call_id(101)
LEG = attempt_leg(CALL)
LINE_AGENT = agent(ANNA, campaign_id=APK)


def start(bed: Bed, call: CallId = CALL) -> OutboundCall:
    attempt = Attempt(call, APK, DEMO, ContactId(1), START)
    machine = OutboundCall(attempt, bed.desk, bed.clock)
    session = bed.supervisor.start(machine, ())
    session.deliver(Dialled(bed.clock.now()))
    return machine


def tell(bed: Bed, *facts: object) -> None:
    for fact in facts:
        session = bed.supervisor.call(CALL)
        assert session is not None
        session.deliver(fact)


def answer(bed: Bed, call: CallId = CALL) -> None:
    now, leg_id = LoopClock().now(), attempt_leg(call)
    session = bed.supervisor.call(call)
    assert session is not None
    for fact in (
        LegRinging(now, leg_id),
        LegAnswered(now, leg_id),
        LegArrived(now, leg_id, "answered", leg_id, ""),
    ):
        session.deliver(fact)


def the_end(bed: Bed) -> AttemptEnded:
    (end,) = bed.published(AttemptEnded)
    assert isinstance(end, AttemptEnded)
    return end


def kinds(facts: list[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts if not isinstance(fact, AgentStateChanged)]


@virtual_time
async def test_a_customer_who_answers_is_with_a_free_agent_in_no_time() -> None:
    async with a_bed(LINE_AGENT) as bed:
        bed.desk.line_up(ANNA, LINE)
        start(bed)
        await asyncio.sleep(8)

        answer(bed)
        await settle()

        join, lease = bed.asterisk.said
        assert join == f"POST /bridges/{bridge_of(LINE)}/addChannel?channel={LEG}"
        assert lease.endswith("TIMEOUT(absolute)&value=0")
        assert bed.floor.agent(ANNA).state is AgentState.ON_CALL
        (connected,) = bed.published(AttemptConnected)
        assert isinstance(connected, AttemptConnected)
        assert (connected.agent_id, connected.answer_to_agent_seconds) == (ANNA, 0)


@virtual_time
async def test_a_customer_without_an_agent_hears_the_message_within_two_seconds_and_is_hung_up_after_it() -> (
    None
):
    async with a_bed() as bed:
        machine = start(bed)
        answer(bed)

        await asyncio.sleep(2)
        played = bed.asterisk.asked(f"/channels/{LEG}/play")
        waiting = bed.desk.waiting_answers(APK)
        playback = machine.attempt.playback_id
        tell(
            bed, PromptStarted(bed.clock.now(), LEG, playback), PromptFinished(bed.clock.now(), LEG, playback)
        )
        await settle()
        hung_up = bed.asterisk.asked("DELETE", LEG)
        tell(bed, LegEnded(bed.clock.now(), LEG, HangupCause.NORMAL))
        await settle()

        assert (len(played), len(hung_up)) == (1, 1)
        assert kinds(bed.facts) == [
            "AttemptAnswered",
            "AttemptAbandoned",
            "InformationMessagePlayed",
            "AttemptEnded",
        ]
        assert the_end(bed).outcome is AttemptOutcome.ABANDONED
        assert waiting == 0


@virtual_time
async def test_an_agent_who_comes_free_within_the_grace_gets_the_customer() -> None:
    async with a_bed(LINE_AGENT) as bed:
        start(bed)
        answer(bed)
        await asyncio.sleep(1)

        bed.desk.line_up(ANNA, LINE)
        await asyncio.sleep(5)

        assert bed.published(AttemptAbandoned) == []
        assert len(bed.published(AttemptConnected)) == 1
        assert bed.asterisk.asked("play") == []


@virtual_time
async def test_a_joining_that_takes_longer_than_the_grace_is_a_connection_and_not_both() -> None:
    async with a_bed(LINE_AGENT) as bed:
        bed.desk.line_up(ANNA, LINE)
        held = bed.asterisk.holds("POST", f"/bridges/{bridge_of(LINE)}/addChannel")
        start(bed)
        answer(bed)
        await asyncio.sleep(3)

        held.set_result(None)
        await settle()
        tell(bed, LegEnded(bed.clock.now(), LEG, HangupCause.NORMAL))
        await settle()

        assert bed.published(AttemptAbandoned) == bed.published(InformationMessagePlayed) == []
        assert the_end(bed).outcome is AttemptOutcome.CONNECTED
        assert bed.floor.agent(ANNA).state is AgentState.WRAP_UP


@virtual_time
async def test_a_customer_who_cannot_be_joined_hears_the_message_and_the_agent_is_free_for_the_next() -> None:
    async with a_bed(LINE_AGENT) as bed:
        bed.desk.line_up(ANNA, LINE)
        bed.asterisk.answers("POST", f"/bridges/{bridge_of(LINE)}", 404, {"message": "Bridge not found"})
        start(bed)
        answer(bed)

        await asyncio.sleep(2)

        assert bed.asterisk.asked(f"/channels/{LEG}/play")
        assert bed.floor.agent(ANNA).state is AgentState.AVAILABLE
        assert len(bed.published(AttemptAbandoned)) == 1
        assert bed.published(AttemptConnected) == []


@virtual_time
async def test_a_customer_whose_agent_loses_the_line_while_joining_is_not_hung_up_in_silence() -> None:
    async with a_bed(LINE_AGENT) as bed:
        bed.desk.line_up(ANNA, LINE)
        bed.asterisk.answers("POST", f"/bridges/{bridge_of(LINE)}", 404, {"message": "Bridge not found"})
        start(bed)
        answer(bed)
        await asyncio.sleep(0.5)

        tell(bed, LegEnded(bed.clock.now(), line_leg(LINE), HangupCause.NORMAL))
        await asyncio.sleep(2)

        assert bed.asterisk.asked("DELETE", LEG) == []
        assert bed.asterisk.asked(f"/channels/{LEG}/play")


@pytest.mark.parametrize("seconds", [0.5, 5.0])
def test_a_customer_who_hangs_up_sets_the_reserved_agent_free(seconds: float) -> None:
    @virtual_time
    async def story() -> None:
        async with a_bed(LINE_AGENT) as bed:
            bed.desk.line_up(ANNA, LINE)
            bed.asterisk.answers("POST", "/bridges", 400, {"message": "Channel not found"})
            start(bed)
            answer(bed)
            await asyncio.sleep(seconds)

            tell(bed, LegEnded(bed.clock.now(), LEG, HangupCause.NORMAL))
            await settle()

            assert bed.floor.agent(ANNA).state is AgentState.AVAILABLE
            assert len(bed.published(AttemptEnded)) == 1

    story()


@virtual_time
async def test_who_waits_longest_gets_the_first_agent_and_who_has_the_message_gets_none() -> None:
    async with a_bed(LINE_AGENT) as bed:
        start(bed)
        answer(bed)
        await asyncio.sleep(1)
        start(bed, call_id(2))
        answer(bed, call_id(2))
        await asyncio.sleep(1)

        bed.desk.line_up(ANNA, LINE)
        await settle()

        (connected,) = bed.published(AttemptConnected)
        assert isinstance(connected, AttemptConnected)
        assert connected.call_id == call_id(2)


@virtual_time
async def test_an_attempt_that_the_program_fails_ends_once_and_sets_its_agent_free() -> None:
    async with a_bed(LINE_AGENT) as bed:
        bed.desk.line_up(ANNA, LINE)
        bed.asterisk.answers("POST", f"/bridges/{bridge_of(LINE)}", 400, {"message": "nonsense"})
        start(bed)

        answer(bed)
        await settle()

        assert bed.supervisor.failures == 1
        assert len(bed.published(AttemptEnded)) == 1
        assert bed.floor.agent(ANNA).state is AgentState.AVAILABLE
        assert bed.asterisk.asked("DELETE", LEG)


@virtual_time
async def test_what_is_no_fact_of_an_attempt_is_passed_over() -> None:
    async with a_bed() as bed:
        assert list(start(bed).handle("nonsense")) == []
