import asyncio

import pytest

from app.lines import MAX_FAILURES, RETRY_SECONDS
from app.phones import PHONE_GONE
from calls.facts import AttemptConnected
from calls.ids import bridge_of, line_leg
from calls.legs import LegLeft
from calls.words import AgentState
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.bed import a_bed
from tests.unit.app.line_bed import (
    LOGGED_OUT,
    Customer,
    answered,
    at_work,
    dialled,
    gone,
    lines_of,
    tell,
)
from tests.unit.app.people import ANNA, APK, BRAM, DEMO, agent, call_id


@virtual_time
async def test_the_phone_of_an_agent_who_logs_in_to_a_campaign_is_called_and_answering_brings_customers() -> (
    None
):
    async with a_bed(LOGGED_OUT) as bed:
        lines = lines_of(bed)

        bed.desk.login(ANNA, APK)
        await settle()
        (line,) = dialled(bed)
        before = bed.floor.agent(ANNA).line_open
        tell(bed, answered(bed, line))
        await settle()

        assert not before
        assert bed.floor.agent(ANNA).line_open
        assert lines.agent_on(line) == ANNA
        assert bed.asterisk.asked(f"POST /bridges/{bridge_of(line)}/addChannel?channel={line_leg(line)}")


@virtual_time
async def test_an_agent_who_serves_the_queues_gets_no_line() -> None:
    async with a_bed(LOGGED_OUT) as bed:
        lines_of(bed)

        bed.desk.login(ANNA)
        await settle()

        assert dialled(bed) == []


@virtual_time
async def test_one_agent_has_one_line_whatever_states_come_and_go() -> None:
    async with a_bed(LOGGED_OUT) as bed:
        lines_of(bed)
        bed.desk.login(ANNA, APK)
        await settle()

        bed.desk.pause(ANNA, "lunch")
        bed.desk.resume(ANNA)
        await asyncio.sleep(10)

        assert len(dialled(bed)) == 1


@virtual_time
async def test_the_line_of_an_agent_who_goes_home_is_closed_and_not_opened_again() -> None:
    async with a_bed(LOGGED_OUT) as bed:
        lines = lines_of(bed)
        line = await at_work(bed)

        bed.desk.logout(ANNA)
        await settle()
        hung_up = bed.asterisk.asked("DELETE", line_leg(line))
        tell(bed, gone(bed, line))
        await asyncio.sleep(60)

        assert len(hung_up) == 1
        assert bed.asterisk.asked(f"DELETE /bridges/{bridge_of(line)}")
        assert len(dialled(bed)) == 1
        assert lines.agent_on(line) is None


@virtual_time
async def test_the_line_of_an_agent_who_is_removed_while_it_still_ends_is_nobodys(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with a_bed(LOGGED_OUT) as bed:
        lines = lines_of(bed)
        line = await at_work(bed)

        bed.desk.logout(ANNA)
        bed.floor.forget(ANNA)
        tell(bed, gone(bed, line))
        await settle()

        assert bed.supervisor.owner(line_leg(line)) is None
        assert bed.asterisk.asked(f"DELETE /bridges/{bridge_of(line)}")
        assert lines.agent_on(line) is None
        assert caplog.records == []


@virtual_time
async def test_the_line_of_an_agent_whose_phone_is_gone_is_closed_and_opened_again_with_the_phone() -> None:
    async with a_bed(LOGGED_OUT) as bed:
        lines = lines_of(bed)
        line = await at_work(bed)

        bed.desk.pause(ANNA, PHONE_GONE)
        await settle()
        hung_up = bed.asterisk.asked("DELETE", line_leg(line))
        tell(bed, gone(bed, line))
        await asyncio.sleep(60)
        meanwhile = (len(dialled(bed)), lines.agent_on(line), bed.floor.agent(ANNA).line_open)
        bed.desk.resume(ANNA)
        await settle()

        assert len(hung_up) == 1
        assert meanwhile == (1, None, False)
        assert len(dialled(bed)) == 2


@pytest.mark.parametrize("left", [True, False])
def test_a_line_that_drops_takes_no_customers_and_is_opened_again(left: bool) -> None:
    @virtual_time
    async def story() -> None:
        async with a_bed(LOGGED_OUT) as bed:
            lines_of(bed)
            bed.desk.login(ANNA, APK)
            await settle()
            (line,) = dialled(bed)
            tell(bed, answered(bed, line))
            await settle()

            tell(bed, LegLeft(bed.clock.now(), line_leg(line)) if left else gone(bed, line))
            await settle()
            while_down = bed.floor.agent(ANNA).line_open
            await asyncio.sleep(RETRY_SECONDS + 0.1)

            assert not while_down
            assert len(dialled(bed)) == 2

    story()


@virtual_time
async def test_an_agent_who_could_not_be_put_into_the_bridge_is_hung_up_and_called_again() -> None:
    async with a_bed(LOGGED_OUT) as bed:
        bed.asterisk.answers("POST", "/bridges/", 500, {"message": "Internal error"})
        lines_of(bed)
        bed.desk.login(ANNA, APK)
        await settle()
        (line,) = dialled(bed)

        tell(bed, answered(bed, line))
        await asyncio.sleep(7)
        hung_up = bed.asterisk.asked(f"DELETE /channels/{line_leg(line)}")
        tell(bed, gone(bed, line))
        await asyncio.sleep(RETRY_SECONDS + 0.1)

        assert hung_up
        assert len(dialled(bed)) == 2


@virtual_time
async def test_the_customer_on_a_line_that_drops_is_told() -> None:
    async with a_bed(agent(ANNA, campaign_id=APK)) as bed:
        lines = lines_of(bed)
        lines.adopt(call_id(7), ANNA, APK)
        customer = Customer()
        bed.supervisor.start(customer, ())
        assert bed.desk.find_line_agent(APK, customer.call_id) is not None

        tell(bed, gone(bed, call_id(7)))
        await settle()

        assert customer.heard == [gone(bed, call_id(7))]


@virtual_time
async def test_an_agent_on_a_line_hears_a_beep_when_a_customer_is_there() -> None:
    async with a_bed(agent(ANNA, campaign_id=APK), agent(BRAM)) as bed:
        lines_of(bed).adopt(call_id(7), ANNA, APK)

        for agent_id in (ANNA, BRAM):
            bed.journal.publish(AttemptConnected(bed.clock.now(), call_id(1), APK, DEMO, agent_id, 0.1))
        await settle()

        (beep,) = bed.asterisk.asked("media=sound:dealerlijn/agent-beep")
        assert beep.startswith(f"POST /channels/{line_leg(call_id(7))}/play?")


@virtual_time
async def test_a_phone_that_never_answers_pauses_its_agent_in_the_end() -> None:
    async with a_bed(LOGGED_OUT) as bed:
        bed.asterisk.answers("POST", "/channels/n1", 500, {"message": "Allocation failed"})
        bed.asterisk.answers("GET", "/channels/n1", 404, {"message": "No such channel"})
        lines_of(bed)

        bed.desk.login(ANNA, APK)
        await asyncio.sleep(60)

        assert len(dialled(bed)) == MAX_FAILURES
        assert bed.floor.agent(ANNA).state is AgentState.PAUSED
        assert bed.floor.agent(ANNA).reason == "line_lost"


@virtual_time
async def test_an_agent_whose_line_was_up_each_time_it_dropped_is_not_paused() -> None:
    async with a_bed(LOGGED_OUT) as bed:
        lines_of(bed)
        bed.desk.login(ANNA, APK)

        for _ in range(MAX_FAILURES + 1):
            await settle()
            line = dialled(bed)[-1]
            tell(bed, answered(bed, line))
            await settle()
            tell(bed, gone(bed, line))
            await asyncio.sleep(RETRY_SECONDS + 1)

        assert bed.floor.agent(ANNA).state is AgentState.AVAILABLE
        assert len(dialled(bed)) == MAX_FAILURES + 2


@virtual_time
async def test_an_agent_paused_for_a_lost_line_gets_a_new_one_on_resuming() -> None:
    async with a_bed(LOGGED_OUT) as bed:
        bed.asterisk.answers("POST", "/channels/n1", 500, {"message": "Allocation failed"})
        bed.asterisk.answers("GET", "/channels/n1", 404, {"message": "No such channel"})
        lines_of(bed)
        bed.desk.login(ANNA, APK)
        await asyncio.sleep(60)

        bed.desk.resume(ANNA)
        await settle()

        assert len(dialled(bed)) == MAX_FAILURES + 1


@virtual_time
async def test_a_line_found_alive_after_a_restart_takes_customers_at_once() -> None:
    async with a_bed(agent(ANNA, campaign_id=APK)) as bed:
        lines = lines_of(bed, begun=False)

        lines.adopt(call_id(7), ANNA, APK)
        lines.open_missing()
        await settle()

        found = bed.desk.find_line_agent(APK, call_id(1))
        assert found is not None
        assert (found.line, dialled(bed)) == (call_id(7), [])


@virtual_time
async def test_after_a_restart_the_phone_of_an_agent_whose_line_is_gone_is_called() -> None:
    async with a_bed(agent(ANNA, campaign_id=APK)) as bed:
        lines = lines_of(bed)

        lines.open_missing()
        await settle()

        assert len(dialled(bed)) == 1


@pytest.mark.parametrize("state", [AgentState.PAUSED, AgentState.LOGGED_OUT])
def test_after_a_restart_nobody_is_called_who_does_not_work(state: AgentState) -> None:
    @virtual_time
    async def story() -> None:
        async with a_bed(agent(ANNA, state, campaign_id=APK)) as bed:
            lines_of(bed).open_missing()
            await settle()

            assert dialled(bed) == []

    story()


@virtual_time
async def test_stopping_the_program_calls_no_phone_again() -> None:
    async with a_bed(LOGGED_OUT) as bed:
        lines_of(bed)
        bed.desk.login(ANNA, APK)
        await settle()

        bed.tasks.cancel()
        await asyncio.sleep(60)

        assert len(dialled(bed)) == 1
        assert bed.tasks.passing() == []


@virtual_time
async def test_an_agent_who_resumes_before_living_lines_are_known_is_not_called_a_second_time() -> None:
    async with a_bed(agent(ANNA, AgentState.PAUSED, campaign_id=APK)) as bed:
        lines = lines_of(bed, begun=False)

        bed.desk.resume(ANNA)
        await settle()
        lines.adopt(call_id(50), ANNA, APK)
        lines.open_missing()
        await settle()

        assert dialled(bed) == []
        assert lines.agent_on(call_id(50)) == ANNA
