import asyncio

import pytest

from app.storage.takeover import OpenAttempt, OpenCall
from calls.facts import (
    AttemptAbandoned,
    AttemptConnected,
    AttemptEnded,
    CallConnected,
    CallEnded,
    CallOffered,
)
from calls.ids import BridgeId, LegId, attempt_leg, bridge_of, line_leg, offer_leg
from calls.words import AgentState, AttemptOutcome, CallPhase, HangupCause, InboundOutcome
from tests.fakes.virtual_time import virtual_time
from tests.unit.app.people import (
    ANNA,
    APK,
    BRAM,
    CALLER,
    ENTRY,
    agent,
    call_id,
)
from tests.unit.app.restart import (
    ABANDONED,
    ANSWERED,
    ATTEMPT,
    CALL,
    CONNECTED,
    DDI,
    DIALLED,
    IN_MENU,
    LINE,
    LINE_LEG,
    OFFER,
    QUEUED,
    RUNG,
    TALKING,
    restart,
)

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
async def test_a_caller_found_in_the_menu_in_silence_hears_the_menu_again_and_arrives_once() -> None:
    async with restart(calls=(IN_MENU,)) as it:
        it.has(CALLER, "in", DDI)

        assert await it.reconcile() == (1, 0)
        at_once = it.bed.asterisk.asked(f"/channels/{CALLER}/play")
        await asyncio.sleep(ENTRY.menu.timeout_seconds + 1)

        (again,) = it.bed.asterisk.asked(f"/channels/{CALLER}/play")
        assert at_once == []
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
        assert it.bed.leases._covered == {CALLER: it.playing}


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


# Attempts of an earlier process


@pytest.mark.parametrize(
    ("attempt", "outcome"),
    [
        (DIALLED, AttemptOutcome.IN_DOUBT),
        (ANSWERED, AttemptOutcome.IN_DOUBT),
        (CONNECTED, AttemptOutcome.CONNECTED),
        (ABANDONED, AttemptOutcome.ABANDONED),
    ],
)
def test_an_attempt_without_a_trace_ends_as_far_as_it_is_known_to_have_come(
    attempt: OpenAttempt, outcome: AttemptOutcome
) -> None:
    @virtual_time
    async def story() -> None:
        async with restart(attempts=(attempt,)) as it:
            assert await it.reconcile() == (0, 1)

            assert it.one(AttemptEnded).outcome is outcome

    story()


@virtual_time
async def test_an_attempt_that_rings_goes_on_ringing() -> None:
    async with restart(attempts=(DIALLED,)) as it:
        it.has(ATTEMPT, state="Ringing")

        assert await it.reconcile() == (1, 0)

        assert it.bed.asterisk.asked("DELETE") == []
        assert it.bed.facts == []
        assert it.bed.supervisor.owner(ATTEMPT) is not None


@virtual_time
async def test_a_customer_who_waits_gets_an_agent_whose_line_lives() -> None:
    async with restart(agent(ANNA, campaign_id=APK), attempts=(ANSWERED,)) as it:
        it.has(ATTEMPT, "answered", ATTEMPT)
        it.has(LINE_LEG, "line", LINE_LEG, name="PJSIP/anna-00000007")
        it.together(bridge_of(LINE), LINE_LEG)

        assert await it.reconcile() == (1, 0)

        assert it.one(AttemptConnected).agent_id == ANNA
        assert it.bed.asterisk.asked(f"POST /bridges/{bridge_of(LINE)}/addChannel?channel={ATTEMPT}")
        assert it.bed.asterisk.asked("DELETE") == []


@virtual_time
async def test_a_customer_with_an_agent_goes_on_talking_and_counts_as_connected() -> None:
    async with restart(agent(ANNA, AgentState.RESERVED, campaign_id=APK), attempts=(ANSWERED,)) as it:
        it.has(ATTEMPT, "answered", ATTEMPT)
        it.has(LINE_LEG, "line", LINE_LEG, name="PJSIP/anna-00000007")
        it.together(bridge_of(LINE), LINE_LEG, ATTEMPT)

        assert await it.reconcile() == (1, 0)

        assert it.one(AttemptConnected).agent_id == ANNA
        assert it.bed.floor.agent(ANNA).state is AgentState.ON_CALL
        assert it.bed.asterisk.asked("DELETE") == []


@virtual_time
async def test_a_customer_whom_the_dialplan_has_counts_as_abandoned_and_is_left_to_the_message() -> None:
    async with restart(attempts=(DIALLED,)) as it:
        it.has(ATTEMPT)

        await it.reconcile()

        assert it.one(AttemptEnded).outcome is AttemptOutcome.ABANDONED
        assert it.bed.asterisk.asked("DELETE") == []


@virtual_time
async def test_a_customer_who_was_abandoned_already_hears_the_message_and_gets_no_agent() -> None:
    async with restart(agent(ANNA, campaign_id=APK), attempts=(ABANDONED,)) as it:
        it.has(ATTEMPT, "answered", ATTEMPT)
        it.has(LINE_LEG, "line", LINE_LEG, name="PJSIP/anna-00000007")
        it.together(bridge_of(LINE), LINE_LEG)

        await it.reconcile()

        assert it.bed.asterisk.asked(f"/channels/{ATTEMPT}/play")
        assert it.bed.published(AttemptConnected) == it.bed.published(AttemptAbandoned) == []


# Agents and lines


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
