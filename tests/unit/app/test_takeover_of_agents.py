"""Agents and their lines after a restart."""

import pytest
from msgspec.structs import replace as changed

from calls.facts import (
    AgentStateChanged,
    AttemptEnded,
)
from calls.ids import BridgeId, LegId, attempt_leg, bridge_of, line_leg, offer_leg
from calls.legs import LegEnded
from calls.words import AgentState, AttemptOutcome, HangupCause
from tests.fakes.virtual_time import after, settle, virtual_time
from tests.unit.app.people import (
    ANNA,
    APK,
    agent,
    call_id,
)
from tests.unit.app.restart import (
    ATTEMPT,
    CALL,
    CONNECTED,
    restart,
)


@pytest.mark.parametrize("found", ["gone", "in the dialplan", "without a line"])
def test_an_agent_whose_customer_went_meanwhile_gets_wrap_up_from_the_take_over_on(found: str) -> None:
    @virtual_time
    async def story() -> None:
        talking = changed(agent(ANNA, AgentState.ON_CALL, campaign_id=APK), call_id=CALL)
        async with restart(talking, attempts=(CONNECTED,)) as it:
            if found != "gone":
                it.has(ATTEMPT, *(("answered", ATTEMPT) if found == "without a line" else ()))

            await it.reconcile()
            if found == "without a line":
                session = it.bed.supervisor.owner(ATTEMPT)
                assert session is not None
                session.deliver(LegEnded(it.bed.clock.now(), ATTEMPT, HangupCause.NORMAL))
                await settle()

            assert it.one(AttemptEnded).outcome is AttemptOutcome.CONNECTED
            anna = it.bed.floor.agent(ANNA)
            assert (anna.state, anna.wrap_up_until) == (AgentState.WRAP_UP, after(30))

    story()


@virtual_time
async def test_an_agent_who_was_taken_out_of_wrap_up_for_a_customer_who_is_gone_goes_on_with_it() -> None:
    rescuing = changed(
        agent(ANNA, AgentState.RESERVED, campaign_id=APK), call_id=call_id(9), wrap_up_left=12.0
    )
    async with restart(rescuing) as it:
        await it.reconcile()

        (told,) = it.bed.published(AgentStateChanged)
        assert isinstance(told, AgentStateChanged)
        assert (told.after, told.wrap_up_until) == (AgentState.WRAP_UP, after(12))
        assert it.bed.floor.agent(ANNA).wrap_up_until == after(12)


@virtual_time
async def test_the_phone_of_an_agent_whose_line_is_gone_is_called_again() -> None:
    async with restart(agent(ANNA, campaign_id=APK)) as it:
        await it.reconcile()

        assert len(it.bed.asterisk.asked("POST", "endpoint=PJSIP/anna")) == 1


@virtual_time
async def test_what_belongs_to_nothing_is_taken_away_but_a_message_is_left_to_its_end() -> None:
    stray_offer, stray_line = offer_leg(call_id(50), 0), line_leg(call_id(51))
    in_dialplan, in_stasis = attempt_leg(call_id(52)), attempt_leg(call_id(53))
    async with restart() as it:
        it.has(stray_offer, state="Ringing")
        it.has(stray_line, "line", stray_line)
        it.has(in_dialplan)
        it.has(in_stasis, "answered", in_stasis)
        it.has(LegId("1770000000.77"))
        it.together(bridge_of(call_id(54)))
        it.together(BridgeId("someone-elses"))

        await it.reconcile()

        gone = {request.split("/")[2].split("?")[0] for request in it.bed.asterisk.asked("DELETE")}
        assert gone == {stray_offer, stray_line, in_stasis, bridge_of(call_id(54))}
        assert it.bed.facts == []
