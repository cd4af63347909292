import asyncio
from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from app.storage.takeover import OpenAttempt
from calls.facts import (
    AttemptAbandoned,
    AttemptAnswered,
    AttemptConnected,
    AttemptEnded,
    InformationMessagePlayed,
)
from calls.ids import PlaybackId, bridge_of
from calls.legs import LegAnswered, LegArrived, PromptFinished
from calls.words import AgentState, AttemptOutcome
from tests.fakes.virtual_time import after, settle, virtual_time
from tests.unit.app.people import (
    ANNA,
    APK,
    BRAM,
    agent,
)
from tests.unit.app.restart import (
    ABANDONED,
    ANSWERED,
    ATTEMPT,
    CALL,
    CONNECTED,
    DIALLED,
    LINE,
    LINE_LEG,
    restart,
)
from tests.unit.app.test_alone import at

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


@pytest.mark.parametrize("attempt", [CONNECTED, ABANDONED])
def test_who_met_an_agent_or_the_message_and_is_gone_ended_at_once_however_short_it_was(
    attempt: OpenAttempt,
) -> None:
    @virtual_time
    async def story() -> None:
        async with restart(attempts=(replace(attempt, committed_at=after(-2)),)) as it:
            await it.reconcile()

            assert it.one(AttemptEnded).at == after(0)

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


@pytest.mark.parametrize("rang", [True, False])
def test_a_message_that_the_dialplan_plays_has_its_times_also_when_no_marks_can_be_read(rang: bool) -> None:
    @virtual_time
    async def story() -> None:
        async with restart(attempts=(DIALLED,)) as it:
            it.shelf.away = True
            it.noted = {"DL_ANSWERED": at(-2.5), "DL_MESSAGE": at(-0.75)}
            if rang:
                it.has(ATTEMPT, state="Ringing")
                it.has_soon(ATTEMPT)
            else:
                it.has(ATTEMPT)

            await it.reconcile()

            assert it.one(AttemptAnswered).at == after(-2.5)
            assert it.one(InformationMessagePlayed).at == it.one(AttemptAbandoned).at == after(-0.75)
            assert it.one(AttemptEnded).outcome is AttemptOutcome.ABANDONED

    story()


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
async def test_an_agent_who_was_kept_for_a_call_that_rings_is_kept_for_it_still() -> None:
    kept = changed(agent(ANNA, AgentState.RESERVED, campaign_id=APK), call_id=CALL)
    async with restart(kept, agent(BRAM, campaign_id=APK), attempts=(DIALLED,)) as it:
        it.has(ATTEMPT, state="Ringing")
        it.has(LINE_LEG, "line", LINE_LEG, name="PJSIP/anna-00000007")
        it.together(bridge_of(LINE), LINE_LEG)

        await it.reconcile()
        ringing = it.bed.floor.agent(ANNA).state
        session = it.bed.supervisor.owner(ATTEMPT)
        assert session is not None
        now = it.bed.clock.now()
        session.deliver(LegAnswered(now, ATTEMPT))
        session.deliver(LegArrived(now, ATTEMPT, "answered", ATTEMPT, ""))
        await settle()

        assert ringing is AgentState.RESERVED
        assert it.one(AttemptConnected).agent_id == ANNA


@virtual_time
async def test_the_phone_of_an_agent_who_is_kept_for_a_call_is_called_again_when_the_line_is_gone() -> None:
    kept = changed(agent(ANNA, AgentState.RESERVED, campaign_id=APK), call_id=CALL)
    async with restart(kept, attempts=(DIALLED,)) as it:
        it.has(ATTEMPT, state="Ringing")

        await it.reconcile()

        assert len(it.bed.asterisk.asked("POST", "endpoint=PJSIP/anna")) == 1


@virtual_time
async def test_an_agent_who_was_kept_for_a_call_without_a_trace_is_free_again() -> None:
    kept = changed(agent(ANNA, AgentState.RESERVED, campaign_id=APK), call_id=CALL)
    async with restart(kept, attempts=(DIALLED,)) as it:
        await it.reconcile()

        assert it.one(AttemptEnded).outcome is AttemptOutcome.IN_DOUBT
        assert it.bed.floor.agent(ANNA).state is AgentState.AVAILABLE


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
