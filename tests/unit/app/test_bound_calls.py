"""A call that rings for one agent: nobody else gets the agent, and no other agent the customer, as long as there is a line."""

import asyncio

import pytest

from app.outbound import OutboundCall
from calls.facts import AttemptAbandoned, AttemptConnected, AttemptEnded
from calls.ids import ContactId, attempt_leg, bridge_of, line_leg
from calls.legs import LegAnswered, LegArrived, LegEnded, LegRinging
from calls.words import AgentState, AttemptOutcome, HangupCause
from dialer.life import Attempt, Dialled
from routing.agent import Agent
from routing.errors import NotNow
from tests.fakes.virtual_time import START, settle, virtual_time
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import ANNA, APK, BRAM, DEMO, agent, call_id

CALL, ANNAS_LINE, BRAMS_LINE = call_id(1), call_id(101), call_id(102)
LEG = attempt_leg(CALL)
IDLE_FOR_LONG, IDLE_SINCE_NOW = agent(BRAM, campaign_id=APK), agent(ANNA, since=9, campaign_id=APK)


def ringing_for_anna(bed: Bed) -> None:
    bed.desk.bind(ANNA, CALL)
    machine = OutboundCall(Attempt(CALL, APK, DEMO, ContactId(1), START), bed.desk, bed.clock)
    bed.supervisor.start(machine, ())
    tell(bed, Dialled(bed.clock.now()), LegRinging(bed.clock.now(), LEG))


def tell(bed: Bed, *facts: object) -> None:
    session = bed.supervisor.call(CALL)
    assert session is not None
    for fact in facts:
        session.deliver(fact)


def answer(bed: Bed) -> None:
    now = bed.clock.now()
    tell(bed, LegAnswered(now, LEG), LegArrived(now, LEG, "answered", LEG, ""))


@virtual_time
async def test_the_customer_is_joined_to_the_agent_for_whom_the_phone_rang_whoever_is_idle_longer() -> None:
    async with a_bed(IDLE_FOR_LONG, IDLE_SINCE_NOW) as bed:
        bed.desk.line_up(ANNA, ANNAS_LINE)
        bed.desk.line_up(BRAM, BRAMS_LINE)
        ringing_for_anna(bed)
        await asyncio.sleep(9)
        ringing = bed.floor.agent(ANNA).state

        answer(bed)
        await settle()

        assert ringing is AgentState.RESERVED
        assert bed.asterisk.said[0] == f"POST /bridges/{bridge_of(ANNAS_LINE)}/addChannel?channel={LEG}"
        assert bed.floor.agent(ANNA).state is AgentState.ON_CALL
        (connected,) = bed.published(AttemptConnected)
        assert isinstance(connected, AttemptConnected)
        assert connected.answer_to_agent_seconds == 0


@virtual_time
async def test_a_call_that_nobody_answers_frees_its_agent_without_wrap_up() -> None:
    async with a_bed(IDLE_SINCE_NOW) as bed:
        bed.desk.line_up(ANNA, ANNAS_LINE)
        ringing_for_anna(bed)

        tell(bed, LegEnded(bed.clock.now(), LEG, HangupCause.NO_ANSWER))
        await settle()

        assert bed.floor.agent(ANNA).state is AgentState.AVAILABLE
        (ended,) = bed.published(AttemptEnded)
        assert isinstance(ended, AttemptEnded)
        assert ended.outcome is AttemptOutcome.UNANSWERED


@virtual_time
async def test_a_customer_who_answers_after_the_agents_line_was_lost_hears_the_message() -> None:
    async with a_bed(IDLE_SINCE_NOW) as bed:
        bed.desk.line_up(ANNA, ANNAS_LINE)
        ringing_for_anna(bed)
        bed.desk.line_down(ANNA)
        tell(bed, LegEnded(bed.clock.now(), line_leg(ANNAS_LINE), HangupCause.NORMAL))

        answer(bed)
        await asyncio.sleep(2)

        assert bed.asterisk.asked(f"/channels/{LEG}/play")
        assert len(bed.published(AttemptAbandoned)) == 1
        assert bed.floor.agent(ANNA).state is AgentState.AVAILABLE
        assert bed.supervisor.failures == 0


@virtual_time
async def test_an_agent_whose_customer_never_came_into_our_hands_is_free_again_when_the_message_is_due() -> (
    None
):
    async with a_bed(IDLE_SINCE_NOW) as bed:
        bed.desk.line_up(ANNA, ANNAS_LINE)
        ringing_for_anna(bed)
        tell(bed, LegAnswered(bed.clock.now(), LEG))

        await asyncio.sleep(1)
        within_the_grace = bed.floor.agent(ANNA).state
        await asyncio.sleep(1)

        assert len(bed.published(AttemptAbandoned)) == 1
        assert (within_the_grace, bed.floor.agent(ANNA).state) == (
            AgentState.RESERVED,
            AgentState.AVAILABLE,
        )


@virtual_time
async def test_another_free_agent_takes_the_customer_of_an_agent_whose_line_was_lost() -> None:
    async with a_bed(IDLE_FOR_LONG, IDLE_SINCE_NOW) as bed:
        bed.desk.line_up(ANNA, ANNAS_LINE)
        bed.desk.line_up(BRAM, BRAMS_LINE)
        ringing_for_anna(bed)
        bed.desk.line_down(ANNA)

        answer(bed)
        await settle()

        (connected,) = bed.published(AttemptConnected)
        assert isinstance(connected, AttemptConnected)
        assert connected.agent_id == BRAM


@virtual_time
async def test_a_line_that_is_back_before_the_answer_serves_the_customer() -> None:
    async with a_bed(IDLE_SINCE_NOW) as bed:
        bed.desk.line_up(ANNA, ANNAS_LINE)
        ringing_for_anna(bed)
        bed.desk.line_down(ANNA)
        bed.desk.line_up(ANNA, BRAMS_LINE)

        answer(bed)
        await settle()

        assert bed.asterisk.said[0] == f"POST /bridges/{bridge_of(BRAMS_LINE)}/addChannel?channel={LEG}"


@virtual_time
async def test_an_agent_who_asks_for_a_pause_while_the_phone_rings_gets_it_after_the_call() -> None:
    async with a_bed(IDLE_SINCE_NOW) as bed:
        bed.desk.line_up(ANNA, ANNAS_LINE)
        ringing_for_anna(bed)
        bed.desk.pause(ANNA, "coffee")

        answer(bed)
        await settle()
        talking = bed.floor.agent(ANNA).state
        tell(bed, LegEnded(bed.clock.now(), LEG, HangupCause.NORMAL))
        await settle()
        bed.desk.finish_wrap_up(ANNA)

        assert (talking, bed.floor.agent(ANNA).state) == (AgentState.ON_CALL, AgentState.PAUSED)


@pytest.mark.parametrize(
    "busy",
    [
        agent(ANNA, AgentState.PAUSED, campaign_id=APK),
        agent(ANNA, AgentState.ON_CALL, campaign_id=APK),
        agent(ANNA, AgentState.WRAP_UP, campaign_id=APK),
    ],
)
def test_only_an_available_agent_on_an_open_line_is_kept_for_a_call(busy: Agent) -> None:
    @virtual_time
    async def story() -> None:
        async with a_bed(busy) as bed:
            bed.desk.line_up(ANNA, ANNAS_LINE)
            with pytest.raises(NotNow):
                bed.desk.bind(ANNA, CALL)

        async with a_bed(IDLE_SINCE_NOW) as bed:
            with pytest.raises(NotNow):
                bed.desk.bind(ANNA, CALL)

    story()
