import asyncio
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from app.live_calls import live_calls
from app.storage.takeover import OpenCall
from calls.facts import (
    CallConnected,
    CallEnded,
    CallOffered,
)
from calls.ids import ContactId, DealerId, bridge_of, offer_leg
from calls.legs import LegEnded
from calls.words import AgentState, CallPhase, Department, HangupCause, InboundOutcome
from tests.fakes.virtual_time import after, settle, virtual_time
from tests.unit.app.people import (
    ANNA,
    APK,
    BRAM,
    CALLER,
    SALES,
    agent,
    call_id,
)
from tests.unit.app.restart import (
    CALL,
    DDI,
    DEALER,
    IN_MENU,
    OFFER,
    QUEUED,
    RUNG,
    TALKING,
    restart,
)
from tests.unit.app.test_alone import at

GONE = DealerId("gone")

# Inbound calls of an earlier process


@virtual_time
async def test_a_conversation_goes_on_and_its_agent_is_on_call() -> None:
    async with restart(agent(ANNA, AgentState.ON_CALL), calls=(TALKING,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)

        assert await it.reconcile() == (1, 0)

        assert it.bed.floor.agent(ANNA).state is AgentState.ON_CALL
        assert it.bed.asterisk.asked("DELETE") == []
        assert it.bed.supervisor.owner(OFFER) is it.bed.supervisor.owner(CALLER) is not None
        assert it.bed.published(CallConnected) == []
        assert len(it.bed.leases) == 0


@virtual_time
async def test_a_conversation_from_a_queue_that_the_settings_have_lost_goes_on_to_its_end() -> None:
    talking = replace(TALKING, department=Department.PARTS)
    async with restart(agent(ANNA, AgentState.ON_CALL), calls=(talking,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)

        assert await it.reconcile() == (1, 0)

        assert it.bed.floor.agent(ANNA).state is AgentState.ON_CALL
        assert it.bed.asterisk.asked("POST", f"/channels/{CALLER}") == []
        session = it.bed.supervisor.owner(CALLER)
        assert session is not None
        session.deliver(LegEnded(it.bed.clock.now(), CALLER, HangupCause.NORMAL))
        await settle()
        assert it.one(CallEnded).outcome is InboundOutcome.CONNECTED
        assert it.bed.floor.agent(ANNA).state is AgentState.WRAP_UP
        assert it.reception.queue_plan(DEALER.dealer, Department.PARTS).wrap_up_seconds > 0


@virtual_time
async def test_a_conversation_with_a_dealer_whom_the_settings_have_lost_goes_on_to_its_end() -> None:
    elsewhere = replace(TALKING, dealer=GONE)
    async with restart(agent(ANNA, AgentState.ON_CALL), calls=(elsewhere,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)

        assert await it.reconcile() == (1, 0)

        assert it.bed.floor.agent(ANNA).state is AgentState.ON_CALL
        assert it.bed.asterisk.asked("DELETE") == []
        session = it.bed.supervisor.owner(CALLER)
        assert session is not None
        session.deliver(LegEnded(it.bed.clock.now(), CALLER, HangupCause.NORMAL))
        await settle()
        end = it.one(CallEnded)
        assert (end.outcome, end.dealer) == (InboundOutcome.CONNECTED, GONE)
        assert it.bed.floor.agent(ANNA).state is AgentState.WRAP_UP


@virtual_time
async def test_a_conversation_that_the_journal_does_not_know_yet_is_told_to_it() -> None:
    async with restart(agent(ANNA, AgentState.RINGING), calls=(RUNG,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)

        await it.reconcile()

        connected = it.one(CallConnected)
        assert (connected.agent_id, connected.wait_seconds) == (ANNA, 40)


@virtual_time
async def test_a_call_that_waits_keeps_waiting_and_gets_the_free_agent_once() -> None:
    async with restart(agent(ANNA), agent(BRAM, since=1), calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)

        assert await it.reconcile() == (1, 0)

        assert it.one(CallOffered).agent_id == ANNA
        assert it.bed.floor.agent(ANNA).state is AgentState.RINGING
        assert it.bed.floor.agent(ANNA).call_id == CALL
        assert it.bed.floor.agent(BRAM).state is AgentState.AVAILABLE
        assert it.bed.asterisk.asked("POST", f"/channels/{CALLER}/moh")
        assert len(it.bed.leases) == 1


@virtual_time
async def test_an_offer_that_rang_is_taken_back_and_made_anew_on_another_leg() -> None:
    async with restart(agent(ANNA, AgentState.RINGING), calls=(RUNG,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, state="Ringing")

        await it.reconcile()

        assert it.one(CallOffered).leg_id == offer_leg(CALL, 1)
        assert it.bed.floor.agent(ANNA).call_id == CALL


@virtual_time
async def test_the_phone_of_an_offer_that_rang_is_silenced_at_once() -> None:
    async with restart(agent(ANNA, AgentState.RINGING), calls=(RUNG,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, state="Ringing")

        await it.reconcile()

        assert len(it.bed.asterisk.asked(f"DELETE /channels/{OFFER}")) == 1
        assert it.bed.asterisk.asked(f"DELETE /channels/{offer_leg(CALL, 1)}") == []


@pytest.mark.parametrize("in_bridge", [True, False])
def test_a_conversation_whose_agent_is_gone_ends_as_connected_and_its_customer_is_not_queued_again(
    in_bridge: bool,
) -> None:
    @virtual_time
    async def story() -> None:
        async with restart(agent(ANNA, AgentState.ON_CALL), calls=(TALKING,)) as it:
            it.has(CALLER, "in", DDI)
            if in_bridge:
                it.together(bridge_of(CALL), CALLER)

            assert await it.reconcile() == (1, 0)

            assert it.bed.asterisk.asked(f"DELETE /channels/{CALLER}")
            assert it.bed.published(CallOffered) == []
            end = it.one(CallEnded)
            assert (end.outcome, end.phase) == (InboundOutcome.CONNECTED, CallPhase.TALKING)
            assert it.bed.floor.agent(ANNA).state is AgentState.WRAP_UP

    story()


@pytest.mark.parametrize("state", [AgentState.RINGING, AgentState.ON_CALL])
def test_an_agent_whose_conversation_ended_meanwhile_gets_wrap_up_from_the_take_over_on(
    state: AgentState,
) -> None:
    @virtual_time
    async def story() -> None:
        talking = changed(agent(ANNA, state), call_id=CALL)
        async with restart(talking, calls=(TALKING,)) as it:
            assert await it.reconcile() == (0, 1)

            anna = it.bed.floor.agent(ANNA)
            assert (anna.state, anna.wrap_up_until) == (AgentState.WRAP_UP, after(SALES.wrap_up_seconds))
            assert it.one(CallEnded).outcome is InboundOutcome.CONNECTED

    story()


@virtual_time
async def test_by_a_clock_that_was_set_back_no_conversation_lasted_less_than_nothing() -> None:
    async with restart(calls=(replace(TALKING, queued_at=after(3590), connected_at=after(3600)),)) as it:
        await it.reconcile()

        end = it.one(CallEnded)
        assert (end.wait_seconds, end.talk_seconds) == (10, 0)


@virtual_time
async def test_an_agent_who_had_another_call_by_then_gets_no_wrap_up_for_the_earlier_one() -> None:
    elsewhere = changed(agent(ANNA, AgentState.WRAP_UP), call_id=CALL, wrap_up_until=after(5))
    free = agent(BRAM)
    async with restart(
        elsewhere, free, calls=(TALKING, replace(TALKING, call_id=call_id(2), agent_id=BRAM))
    ) as it:
        await it.reconcile()

        assert it.bed.floor.agent(ANNA) == elsewhere
        assert it.bed.floor.agent(BRAM) == free


@virtual_time
async def test_an_agent_who_talked_for_a_dealer_that_is_gone_from_the_settings_is_free() -> None:
    talking = changed(agent(ANNA, AgentState.ON_CALL), call_id=CALL)
    for gone in (
        replace(TALKING, dealer=DealerId("gone")),
        replace(TALKING, department=Department.WORKSHOP),
    ):
        async with restart(talking, calls=(gone,)) as it:
            await it.reconcile()

            assert it.bed.floor.agent(ANNA).state is AgentState.AVAILABLE


@virtual_time
async def test_a_caller_whom_the_fallback_served_to_the_end_is_diverted() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.shelf.mark(CALLER, caller=f"{at(-20)} {DDI} ", ended=at(-2))

        assert await it.reconcile() == (0, 1)

        assert it.one(CallEnded).outcome is InboundOutcome.DIVERTED


# Voicemail of an earlier process


@virtual_time
async def test_a_recognised_caller_who_has_heard_the_greeting_is_greeted_anew_without_the_menu() -> None:
    recognised = replace(
        IN_MENU, campaign_id=APK, contact_id=ContactId(7), department=Department.SALES, cli="+31612345678"
    )
    async with restart(calls=(recognised,)) as it:
        it.has(CALLER, "in", DDI)

        await it.reconcile()

        assert it.bed.asterisk.asked(f"/channels/{CALLER}/play", "welcome")
        assert it.bed.asterisk.asked(f"/channels/{CALLER}/play", "menu") == []
        [live] = live_calls(it.bed.supervisor)
        assert (live.campaign_id, live.contact_id) == (APK, 7)


@virtual_time
async def test_a_recognised_caller_in_the_queue_stays_recognised_after_a_restart() -> None:
    async with restart(calls=(replace(QUEUED, campaign_id=APK, contact_id=ContactId(7)),)) as it:
        it.has(CALLER, "in", DDI)

        await it.reconcile()

        [live] = live_calls(it.bed.supervisor)
        assert (live.campaign_id, live.contact_id) == (APK, 7)


# Before the queue


@virtual_time
async def test_a_caller_found_in_the_menu_in_silence_hears_the_menu_again_at_once_and_arrives_once() -> None:
    async with restart(calls=(IN_MENU,)) as it:
        it.has(CALLER, "in", DDI)

        assert await it.reconcile() == (1, 0)

        (again,) = it.bed.asterisk.asked(f"/channels/{CALLER}/play")
        assert "dealerlijn/menu" in again
        assert it.bed.facts == []


@virtual_time
async def test_a_prompt_that_still_plays_is_neither_cut_nor_played_twice() -> None:
    async with restart(calls=(IN_MENU,)) as it:
        it.has(CALLER, "in", DDI)
        it.playing = f"{CALL}-p01"

        await it.reconcile()
        await asyncio.sleep(60)

        assert it.bed.asterisk.asked("play/") == it.bed.asterisk.asked("DELETE") == []
        assert {leg: cover.reason for leg, cover in it.bed.leases._covered.items()} == {CALLER: it.playing}


@pytest.mark.parametrize(
    ("call", "alive", "outcome", "phase"),
    [
        (IN_MENU, False, InboundOutcome.LOST, CallPhase.MENU),
        (QUEUED, False, InboundOutcome.LOST, CallPhase.QUEUE),
        (TALKING, False, InboundOutcome.CONNECTED, CallPhase.TALKING),
        (IN_MENU, True, InboundOutcome.DIVERTED, CallPhase.MENU),
        (QUEUED, True, InboundOutcome.DIVERTED, CallPhase.QUEUE),
    ],
)
def test_a_call_that_ended_or_left_meanwhile_gets_its_one_end(
    call: OpenCall, alive: bool, outcome: InboundOutcome, phase: CallPhase
) -> None:
    @virtual_time
    async def story() -> None:
        async with restart(agent(ANNA, AgentState.ON_CALL), calls=(call,)) as it:
            if alive:
                it.has(CALLER)

            assert await it.reconcile() == (0, 1)

            end = it.one(CallEnded)
            assert (end.outcome, end.phase, end.cause) == (outcome, phase, HangupCause.LOST_WHILE_DOWN)
            assert it.bed.floor.agent(ANNA).state is AgentState.AVAILABLE
            assert it.bed.asterisk.asked("DELETE") == []

    story()


@virtual_time
async def test_a_caller_whom_nobody_knows_is_received_like_any_other() -> None:
    async with restart() as it:
        it.has(CALLER, "in", DDI)

        assert await it.reconcile() == (1, 0)

        assert it.bed.asterisk.asked(f"/channels/{CALLER}/play")
        assert len(it.bed.facts) == 1
