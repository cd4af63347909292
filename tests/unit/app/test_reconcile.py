import asyncio
from dataclasses import replace

import pytest

from app.takeover import Left
from calls.facts import (
    AttemptAbandoned,
    AttemptAnswered,
    AttemptEnded,
    CallEnded,
    CallOffered,
    DifferenceFound,
)
from calls.ids import ContactId, bridge_of, offer_leg
from calls.legs import LegEnded
from calls.numbers import PhoneNumber
from calls.words import AgentState, AttemptOutcome, HangupCause, InboundOutcome
from dialer.campaign import CommittedAttempt
from tests.fakes.scripted_asterisk import channel
from tests.fakes.virtual_time import after, settle, virtual_time
from tests.unit.app.people import (
    ANNA,
    APK,
    CALLER,
    CAMPAIGN,
    ENTRY,
    agent,
    call_id,
)
from tests.unit.app.restart import (
    ATTEMPT,
    CALL,
    DDI,
    DIALLED,
    IN_MENU,
    LINE_LEG,
    OFFER,
    QUEUED,
    TALKING,
    restart,
)
from tests.unit.app.test_alone import at

# A later connection


@virtual_time
async def test_asterisk_is_asked_until_it_tells_what_it_has() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        it._tell()
        for _ in range(3):
            it.bed.asterisk.answers("GET", "/bridges", None, once=True)
            it.bed.asterisk.answers("GET", "/channels", 200, [], once=True)

        assert await it.reconciler.reconcile("dealerlijn") == (1, 0)

        assert it.bed.published(CallEnded) == []


@virtual_time
async def test_a_call_that_died_while_the_connection_was_down_ends_once() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        it.channels.clear()

        assert await it.reconcile() == (1, 1)

        assert it.one(CallEnded).cause is HangupCause.LOST_WHILE_DOWN
        assert len(it.bed.supervisor) == 0


@virtual_time
async def test_a_caller_who_fell_to_the_fallback_meanwhile_is_diverted() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        it.channels.clear()
        it.has(CALLER)

        await it.reconcile()

        assert it.one(CallEnded).outcome is InboundOutcome.DIVERTED


@virtual_time
async def test_a_customer_who_answered_while_the_connection_was_down_did_so_when_the_dialplan_says() -> None:
    async with restart(attempts=(DIALLED,)) as it:
        it.has(ATTEMPT, state="Ringing")
        await it.reconcile()
        it.channels.clear()
        it.has(ATTEMPT, "answered", ATTEMPT)
        it.noted = {"DL_ANSWERED": at(-0.5)}

        await it.reconcile()

        assert it.one(AttemptAnswered).at == after(-0.5)


@virtual_time
async def test_a_phone_that_began_to_ring_while_the_connection_was_down_rings_for_the_least_time() -> None:
    async with restart() as it:
        await it.reconcile()
        it.has(ATTEMPT, state="Down")
        it._tell()
        number = PhoneNumber("+31612345678")
        it.dialler.launch(
            CAMPAIGN, CommittedAttempt(CALL, ATTEMPT, APK, ContactId(1), number, "Mevrouw Proef")
        )
        await asyncio.sleep(20)
        it.channels.clear()
        it.has(ATTEMPT, state="Ringing")
        it.bed.asterisk.answers("GET", f"/channels/{ATTEMPT}", 200, channel(ATTEMPT, state="Ringing"))

        await it.reconcile()

        await asyncio.sleep(14.5)
        assert it.stopped == []
        await asyncio.sleep(1)
        assert it.stopped == [ATTEMPT]


@virtual_time
async def test_a_conversation_outlives_a_new_name_of_the_application() -> None:
    async with restart(agent(ANNA, AgentState.ON_CALL), calls=(TALKING,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)
        await it.reconcile()
        it._tell()

        await it.reconciler.reconcile("dealerlijn-2")
        await settle()

        assert it.bed.published(CallEnded) == []
        assert it.bed.asterisk.asked("DELETE") == []
        followed = it.bed.asterisk.asked("POST", "/subscription")
        assert {request.rpartition("channel:")[2] for request in followed} == {CALLER, OFFER}
        assert len(followed) == 2


@virtual_time
async def test_whoever_waits_under_an_earlier_name_of_the_application_goes_on_waiting_and_is_heard() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        before = it.bed.asterisk.asked("POST", "/subscription")
        it._tell()

        await it.reconciler.reconcile("dealerlijn-2")
        await settle()

        assert it.bed.published(CallEnded) == []
        assert len(it.bed.leases) == 1
        assert (before, len(it.bed.asterisk.asked("POST", f"channel:{CALLER}"))) == ([], 1)


@virtual_time
async def test_who_hung_up_before_the_new_name_could_hear_it_has_ended() -> None:
    async with restart(agent(ANNA, AgentState.ON_CALL), calls=(TALKING,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)
        await it.reconcile()
        it._tell()
        for leg_id in (CALLER, OFFER):
            path = f"/applications/dealerlijn/subscription?eventSource=channel:{leg_id}"
            it.bed.asterisk.answers("POST", path, 422, {"message": "Event source does not exist"})

        await it.reconciler.reconcile("dealerlijn-2")
        await settle()

        assert it.one(CallEnded).outcome is InboundOutcome.CONNECTED
        assert it.bed.floor.agent(ANNA).state is AgentState.WRAP_UP


@virtual_time
async def test_a_new_process_hears_of_those_whom_the_earlier_one_had_under_another_name() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        it.channels[0]["dialplan"]["app_data"] = f"dealerlijn-2,in,{DDI}"

        assert await it.reconcile() == (1, 0)

        assert it.bed.published(CallEnded) == []
        assert len(it.bed.asterisk.asked("POST", f"channel:{CALLER}")) == 1


@virtual_time
async def test_a_prompt_that_ended_unheard_lets_the_call_and_its_lease_go_on() -> None:
    async with restart(calls=(IN_MENU,)) as it:
        it.has(CALLER, "in", DDI)
        it.playing = f"{CALL}-p01"
        await it.reconcile()
        it.playing = ""

        await it.reconcile()
        covered = dict(it.bed.leases._covered)
        await asyncio.sleep(ENTRY.menu.timeout_seconds + 1)

        assert covered == {}
        assert len(it.bed.asterisk.asked(f"/channels/{CALLER}/play")) == 1


@virtual_time
async def test_a_customer_who_answered_unheard_is_taken_up() -> None:
    async with restart() as it:
        attempt = replace(DIALLED, committed_at=after(0))
        it.reconciler._left = Left([], [attempt])
        it.has(ATTEMPT, state="Ringing")
        await it.reconcile()
        it.channels.clear()
        it.has(ATTEMPT, "answered", ATTEMPT)

        await it.reconcile()
        await asyncio.sleep(2)

        assert len(it.bed.published(AttemptAbandoned)) == 1
        assert it.bed.asterisk.asked(f"/channels/{ATTEMPT}/play")


@pytest.mark.parametrize("still_there", [True, False])
def test_who_answered_before_the_new_name_could_hear_it_and_was_told_the_message_is_abandoned(
    still_there: bool,
) -> None:
    @virtual_time
    async def story() -> None:
        async with restart(attempts=(DIALLED,)) as it:
            it.has(ATTEMPT, state="Ringing")
            await it.reconcile()
            it.shelf.mark(ATTEMPT, answered=at(-1), message=at(-0.5))
            it.has_soon(ATTEMPT if still_there else LINE_LEG)
            it._tell()

            await it.reconciler.reconcile("dealerlijn-2")
            it.channels.clear()
            await asyncio.sleep(4)

            assert it.one(AttemptEnded).outcome is AttemptOutcome.ABANDONED

    story()


@virtual_time
async def test_a_phone_that_is_just_being_picked_up_is_not_given_up_under_a_new_name() -> None:
    async with restart(agent(ANNA, AgentState.RINGING), calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        (offered,) = it.bed.published(CallOffered)
        assert isinstance(offered, CallOffered)
        it.has(offered.leg_id, state="Ringing")
        it.has_soon(CALLER, "in", DDI)
        it.has_soon(offered.leg_id)
        it.shelf.away = True
        it._tell()

        await it.reconciler.reconcile("dealerlijn-2")
        await settle()

        assert it.bed.floor.agent(ANNA).state is AgentState.RINGING
        assert it.bed.supervisor.owner(offered.leg_id) is not None


# The look of every half minute


@virtual_time
async def test_when_all_agrees_nothing_is_told_or_touched() -> None:
    async with restart(agent(ANNA, AgentState.ON_CALL), calls=(TALKING,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)
        await it.reconcile()

        assert await it.audit() == []

        assert it.bed.asterisk.asked("DELETE") == []
        assert it.counted[-1] == (2, 1)


@virtual_time
async def test_an_attempt_that_never_became_a_leg_is_no_difference_while_its_cause_is_asked() -> None:
    async with restart() as it:
        await it.reconcile()
        it.bed.asterisk.answers("POST", f"/channels/{ATTEMPT}", 404, {"message": "no such endpoint"})
        it.bed.asterisk.answers(
            "POST", "/applications/dealerlijn/subscription", 422, {"message": "Event source does not exist"}
        )
        number = PhoneNumber("+31612345678")
        it.dialler.launch(
            CAMPAIGN, CommittedAttempt(CALL, ATTEMPT, APK, ContactId(1), number, "Mevrouw Proef")
        )
        await settle()

        assert await it.audit() == []

        await asyncio.sleep(1)
        assert it.one(AttemptEnded).outcome is AttemptOutcome.FAILED


@virtual_time
async def test_a_leg_that_is_gone_unheard_is_told_and_its_call_ends() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        it.channels.clear()

        assert await it.audit() == [("leg_gone", CALLER)]

        assert it.one(CallEnded).cause is HangupCause.LOST_WHILE_DOWN


@virtual_time
async def test_a_leg_that_came_after_the_look_is_not_given_up() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        it.channels.clear()
        it._tell()
        it.bed.asterisk.answers("GET", f"/channels/{CALLER}", 200)

        await it.reconciler.audit("dealerlijn")
        await settle()

        assert it.bed.published(DifferenceFound) == it.bed.published(CallEnded) == []


@virtual_time
async def test_stray_pieces_are_told_and_taken_away() -> None:
    stray, empty = offer_leg(call_id(50), 0), bridge_of(call_id(51))
    async with restart() as it:
        await it.reconcile()
        it.has(stray, state="Ringing")
        it.together(empty)

        assert await it.audit() == [("orphan_leg", stray), ("empty_bridge", empty)]

        assert len(it.bed.asterisk.asked("DELETE")) == 2


@virtual_time
async def test_what_a_call_leaves_behind_while_it_ends_is_no_difference() -> None:
    async with restart(agent(ANNA, AgentState.ON_CALL), calls=(TALKING,)) as it:
        it.has(CALLER, "in", DDI)
        it.has(OFFER, "offered", OFFER)
        it.together(bridge_of(CALL), CALLER, OFFER)
        await it.reconcile()
        it.bridges.clear()
        it.together(bridge_of(CALL))
        it._tell()
        held = it.bed.asterisk.holds("GET", "/bridges")

        async with asyncio.TaskGroup() as group:
            group.create_task(it.reconciler.audit("dealerlijn"))
            await settle()
            session = it.bed.supervisor.owner(CALLER)
            assert session is not None
            session.deliver(LegEnded(it.bed.clock.now(), CALLER, HangupCause.NORMAL))
            await settle()
            held.set_result(None)

        assert it.bed.published(DifferenceFound) == []


@virtual_time
async def test_an_asterisk_that_does_not_tell_is_left_alone() -> None:
    async with restart(calls=(QUEUED,)) as it:
        it.has(CALLER, "in", DDI)
        await it.reconcile()
        it.bed.asterisk.answers("GET", "/channels", None)

        await it.reconciler.audit("dealerlijn")
        await settle()

        assert it.bed.published(DifferenceFound) == it.bed.published(CallEnded) == []
