import asyncio

from app.lines import ON_HOLD, RETRY_SECONDS
from calls.facts import AsteriskLost
from calls.ids import NodeId
from calls.words import AgentState
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.bed import a_bed
from tests.unit.app.line_bed import (
    a_line_of_annas,
    dialled,
    gone,
    hold,
    tell,
)
from tests.unit.app.people import ANNA, APK, agent, call_id


@virtual_time
async def test_an_agent_whose_phone_is_on_hold_is_paused_until_it_is_back() -> None:
    async with a_bed(agent(ANNA, campaign_id=APK)) as bed:
        a_line_of_annas(bed)

        tell(bed, hold(bed, call_id(7), True))
        await settle()
        bed.desk.resume(ANNA)  # nobody is at the phone, whatever the agent says
        held = bed.floor.agent(ANNA)
        tell(bed, hold(bed, call_id(7), False))
        await settle()

        assert (held.state, held.reason) == (AgentState.PAUSED, ON_HOLD)
        assert bed.floor.agent(ANNA).state is AgentState.AVAILABLE


@virtual_time
async def test_a_phone_on_hold_changes_nothing_during_a_call_and_pauses_its_agent_after_it() -> None:
    async with a_bed(agent(ANNA, campaign_id=APK)) as bed:
        a_line_of_annas(bed)
        assert bed.desk.find_line_agent(APK, call_id(1)) is not None

        tell(bed, hold(bed, call_id(7), True))
        await settle()
        during = bed.floor.agent(ANNA)
        bed.desk.release(ANNA, call_id(1))

        assert (during.state, during.pending) == (AgentState.RESERVED, None)
        assert bed.floor.agent(ANNA).reason == ON_HOLD


@virtual_time
async def test_a_pause_that_was_asked_for_outlasts_the_hold() -> None:
    async with a_bed(agent(ANNA, campaign_id=APK)) as bed:
        a_line_of_annas(bed)

        tell(bed, hold(bed, call_id(7), True))
        await settle()
        bed.desk.pause(ANNA, "lunch")
        tell(bed, hold(bed, call_id(7), False))
        await settle()

        assert bed.floor.agent(ANNA).reason == "lunch"


@virtual_time
async def test_a_line_that_drops_on_hold_is_opened_again() -> None:
    async with a_bed(agent(ANNA, campaign_id=APK)) as bed:
        a_line_of_annas(bed)

        tell(bed, hold(bed, call_id(7), True))
        tell(bed, gone(bed, call_id(7)))
        await asyncio.sleep(RETRY_SECONDS + 0.1)

        assert len(dialled(bed)) == 1
        assert bed.floor.agent(ANNA).state is AgentState.AVAILABLE


@virtual_time
async def test_after_asterisk_was_out_of_reach_an_agent_is_believed_to_be_back_from_hold() -> None:
    async with a_bed(agent(ANNA, campaign_id=APK)) as bed:
        a_line_of_annas(bed)
        tell(bed, hold(bed, call_id(7), True))
        await settle()

        bed.journal.publish(AsteriskLost(bed.clock.now(), NodeId("n1"), "socket_down"))
        still = bed.floor.agent(ANNA).reason
        bed.desk.resume(ANNA)

        assert still == ON_HOLD
        assert bed.floor.agent(ANNA).state is AgentState.AVAILABLE
