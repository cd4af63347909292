import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from app.storage.takeover import OpenAttempt, OpenCall
from calls.facts import (
    AttemptAbandoned,
    AttemptAnswered,
    AttemptConnected,
    AttemptEnded,
    CallConnected,
    CallEnded,
    CallOffered,
    InformationMessagePlayed,
    VoicemailLeft,
)
from calls.ids import BridgeId, LegId, PlaybackId, attempt_leg, bridge_of, line_leg, offer_leg
from calls.legs import PromptFinished, RecordingStopped
from calls.words import AgentState, AttemptOutcome, CallPhase, HangupCause, InboundOutcome
from ivr.entry import VoicemailPlan
from ivr.flow import recording_id
from tests.fakes.scripted_asterisk import recording
from tests.fakes.virtual_time import after, settle, virtual_time
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
    DEALER,
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
from tests.unit.app.test_alone import at

MESSAGE = recording_id(CALL)
VOICEMAIL = VoicemailPlan("voicemail-offer", "voicemail-thanks", 2, 120, 5)
NEVER = replace(DEALER.hours, weekly=((),) * 7)
SHUT = replace(DEALER, hours=NEVER, entry=replace(ENTRY, voicemail=VOICEMAIL))

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


@virtual_time
async def test_a_caller_whom_the_fallback_served_to_the_end_is_diverted() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.shelf.mark(CALLER, caller=f"{at(-20)} {DDI} ", ended=at(-2))

        assert await it.reconcile() == (0, 1)

        assert it.one(CallEnded).outcome is InboundOutcome.DIVERTED


# Voicemail of an earlier process


@virtual_time
async def test_a_message_that_is_being_left_goes_on_and_is_listed_once() -> None:
    async with restart(calls=(IN_MENU,), dealer=SHUT) as it:
        it.has(CALLER, "in", DDI)
        it.recordings[f"live/{MESSAGE}"] = recording(CALLER, MESSAGE)

        assert await it.reconcile() == (1, 0)
        session = it.bed.supervisor.owner(CALLER)
        assert session is not None
        said = it.bed.asterisk.asked(f"POST /channels/{CALLER}")
        covered = dict(it.bed.leases._covered)
        session.deliver(RecordingStopped(it.bed.clock.now(), MESSAGE, 20.0))
        await settle()

        assert said == []
        assert covered == {CALLER: MESSAGE}
        assert it.one(VoicemailLeft).recording_id == MESSAGE
        assert it.bed.asterisk.asked(f"/channels/{CALLER}/play", "voicemail-thanks")


@pytest.mark.parametrize("alive", [True, False])
def test_a_message_that_was_finished_meanwhile_is_listed_whether_its_caller_is_there_or_not(
    alive: bool, tmp_path: Path
) -> None:
    (tmp_path / f"{MESSAGE}.wav").write_bytes(bytes(44 + 16_000 * 12))

    @virtual_time
    async def story() -> None:
        async with restart(calls=(IN_MENU,), dealer=SHUT, recordings=tmp_path) as it:
            if alive:
                it.has(CALLER, "in", DDI)
            it.recordings[f"stored/{MESSAGE}"] = {"name": MESSAGE, "format": "wav"}

            assert await it.reconcile() == ((1, 0) if alive else (0, 1))

            left = it.one(VoicemailLeft)
            assert (left.seconds, left.complete) == (12, True)
            thanked = it.bed.asterisk.asked(f"/channels/{CALLER}/play", "voicemail-thanks")
            assert bool(thanked) is alive
            if not alive:
                assert it.one(CallEnded).outcome is InboundOutcome.VOICEMAIL

    story()


@pytest.mark.parametrize("alive", [True, False])
def test_a_message_that_is_listed_is_not_listed_again(alive: bool) -> None:
    @virtual_time
    async def story() -> None:
        listed = replace(IN_MENU, voicemail_seconds=12.0)
        async with restart(calls=(listed,), dealer=SHUT) as it:
            if alive:
                it.has(CALLER, "in", DDI)
            it.recordings[f"stored/{MESSAGE}"] = {"name": MESSAGE, "format": "wav"}

            await it.reconcile()

            assert it.bed.published(VoicemailLeft) == []
            ends = [end.outcome for end in it.bed.facts if isinstance(end, CallEnded)]
            assert ends == ([] if alive else [InboundOutcome.VOICEMAIL])

    story()


# Before the queue


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
async def test_a_customer_whom_asterisk_alone_gave_the_message_is_abandoned_with_the_times_of_the_dialplan() -> (
    None
):
    async with restart(attempts=(DIALLED,)) as it:
        it.shelf.mark(ATTEMPT, answered=at(-9), message=at(-8.5))

        assert await it.reconcile() == (0, 1)

        assert it.one(AttemptAnswered).at == after(-9)
        assert it.one(InformationMessagePlayed).at == it.one(AttemptAbandoned).at == after(-8.5)
        assert it.one(AttemptEnded).outcome is AttemptOutcome.ABANDONED


@virtual_time
async def test_an_attempt_without_a_trace_is_not_given_up_before_the_marks_could_be_read() -> None:
    async with restart(attempts=(DIALLED,)) as it:
        it.shelf.mark(ATTEMPT, answered=at(-9), message=at(-8.5))
        it.shelf.away = True

        await it.reconcile()
        before = list(it.bed.facts)
        it.shelf.away = False
        await asyncio.sleep(4)

        assert before == []
        assert it.one(AttemptEnded).outcome is AttemptOutcome.ABANDONED


@pytest.mark.parametrize("lands", [True, False])
def test_a_request_to_dial_that_was_on_its_way_has_time_to_become_a_call(lands: bool) -> None:
    @virtual_time
    async def story() -> None:
        async with restart(attempts=(replace(DIALLED, committed_at=after(-0.1)),)) as it:
            await it.reconcile()
            before = list(it.bed.facts)
            if lands:
                it.has(ATTEMPT, state="Ringing")
                it._tell()
            await asyncio.sleep(4)

            assert before == []
            ends = [end.outcome for end in it.bed.facts if isinstance(end, AttemptEnded)]
            assert ends == ([] if lands else [AttemptOutcome.IN_DOUBT])

    story()


@virtual_time
async def test_a_message_that_plays_is_counted_once_and_heard_to_its_end() -> None:
    async with restart(attempts=(ANSWERED,)) as it:
        it.has(ATTEMPT, "answered", ATTEMPT)
        it.playing = f"{CALL}-p00"

        await it.reconcile()
        session = it.bed.supervisor.owner(ATTEMPT)
        assert session is not None
        session.deliver(PromptFinished(it.bed.clock.now(), ATTEMPT, PlaybackId(it.playing)))
        await settle()

        assert it.bed.asterisk.asked("/play/") == []
        assert it.one(AttemptAbandoned)
        assert it.one(InformationMessagePlayed)
        assert it.bed.asterisk.asked(f"DELETE /channels/{ATTEMPT}")


@virtual_time
async def test_a_customer_whose_message_ended_meanwhile_is_hung_up_at_once() -> None:
    heard = replace(ABANDONED, message_at=after(-1))
    async with restart(attempts=(heard,)) as it:
        it.has(ATTEMPT, "answered", ATTEMPT)

        await it.reconcile()

        assert it.bed.asterisk.asked(f"DELETE /channels/{ATTEMPT}")
        assert it.bed.published(InformationMessagePlayed) == []


@virtual_time
async def test_a_customer_whose_agents_line_went_meanwhile_gets_no_second_agent() -> None:
    async with restart(agent(ANNA, AgentState.ON_CALL, campaign_id=APK), attempts=(CONNECTED,)) as it:
        it.has(ATTEMPT, "answered", ATTEMPT)

        await it.reconcile()

        assert it.bed.asterisk.asked(f"DELETE /channels/{ATTEMPT}")
        assert it.bed.published(AttemptConnected) == []


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
