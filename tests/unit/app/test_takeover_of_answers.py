"""Attempts of an earlier process that were answered while nobody heard of it, or while we looked."""

import asyncio
from dataclasses import replace

import pytest

from calls.facts import (
    AttemptAbandoned,
    AttemptAnswered,
    AttemptConnected,
    AttemptEnded,
    InformationMessagePlayed,
)
from calls.ids import bridge_of
from calls.legs import LegEnded
from calls.words import AttemptOutcome, HangupCause
from tests.fakes.scripted_asterisk import channel
from tests.fakes.virtual_time import after, settle, virtual_time
from tests.unit.app.people import (
    ANNA,
    APK,
    agent,
)
from tests.unit.app.restart import (
    ANSWERED,
    ATTEMPT,
    CALL,
    DIALLED,
    LINE,
    LINE_LEG,
    Restart,
    restart,
)
from tests.unit.app.test_alone import at

# Attempts of an earlier process


async def hears_of_its_end(it: Restart) -> None:
    """The event that the leg is gone comes, if the attempt is not over already."""
    if (session := it.bed.supervisor.owner(ATTEMPT)) is not None:
        session.deliver(LegEnded(after(0), ATTEMPT, HangupCause.NORMAL))
        await settle()


@virtual_time
async def test_an_attempt_that_rings_goes_on_ringing() -> None:
    async with restart(attempts=(DIALLED,)) as it:
        it.has(ATTEMPT, state="Ringing")

        assert await it.reconcile() == (1, 0)

        assert it.bed.asterisk.asked("DELETE") == []
        assert it.bed.facts == []
        assert it.bed.supervisor.owner(ATTEMPT) is not None


@pytest.mark.parametrize("still_there", [True, False])
def test_who_answered_before_we_could_hear_of_it_and_was_told_the_message_is_abandoned(
    still_there: bool,
) -> None:
    @virtual_time
    async def story() -> None:
        async with restart(attempts=(DIALLED,)) as it:
            it.has(ATTEMPT, state="Ringing")
            it.has_soon(ATTEMPT if still_there else LINE_LEG)
            it.shelf.mark(ATTEMPT, answered=at(-9), message=at(-8.5))

            await it.reconcile()
            it.channels.clear()
            await asyncio.sleep(4)

            assert it.one(AttemptAnswered).at == after(-9)
            assert it.one(InformationMessagePlayed).at == after(-8.5)
            assert it.one(AttemptEnded).outcome is AttemptOutcome.ABANDONED

    story()


@virtual_time
async def test_who_rang_was_told_the_message_and_hung_up_while_we_looked_is_abandoned_whatever_the_events_say() -> (
    None
):
    async with restart(attempts=(DIALLED,)) as it:
        it.has(ATTEMPT, state="Ringing")
        it.has_soon(LINE_LEG)
        it.shelf.mark(ATTEMPT, answered=at(-9), message=at(-8.5))

        await it.reconcile()
        await hears_of_its_end(it)

        assert it.one(AttemptAnswered).at == after(-9)
        assert it.one(AttemptEnded).outcome is AttemptOutcome.ABANDONED


@virtual_time
async def test_who_is_told_the_message_and_hangs_up_between_two_looks_is_abandoned_whatever_the_events_say() -> (
    None
):
    async with restart(attempts=(DIALLED,)) as it:
        it.has(ATTEMPT, state="Ringing")
        it.has_soon(ATTEMPT)

        looking = asyncio.create_task(it.reconcile())
        await asyncio.sleep(0.02)
        it.shelf.mark(ATTEMPT, answered=at(-9), message=at(-8.5))
        it.bed.asterisk.answers("GET", "/channels", 200, [channel(LINE_LEG)])
        await looking
        await hears_of_its_end(it)

        assert it.one(AttemptAnswered).at == after(-9)
        assert it.one(AttemptEnded).outcome is AttemptOutcome.ABANDONED


@virtual_time
async def test_who_had_answered_and_hangs_up_while_we_look_has_hung_up_and_not_been_unanswered() -> None:
    async with restart(attempts=(replace(ANSWERED, committed_at=after(-2)),)) as it:
        await it.reconcile()
        await hears_of_its_end(it)

        assert it.one(AttemptEnded).outcome is AttemptOutcome.HUNG_UP


@virtual_time
async def test_who_answered_before_we_could_hear_of_it_and_is_on_the_way_to_us_is_awaited() -> None:
    async with restart(attempts=(DIALLED,)) as it:
        it.has(ATTEMPT, state="Ringing")
        it.has_soon(ATTEMPT)

        await it.reconcile()
        await asyncio.sleep(4)

        assert it.bed.facts == []
        assert it.bed.supervisor.owner(ATTEMPT) is not None


@pytest.mark.parametrize(("told", "answered"), [(-1.25, -1.25), (None, 0), (5, 0)])
@pytest.mark.parametrize("talks", [True, False])
def test_an_answer_that_no_controller_stored_is_told_once_with_the_time_that_the_dialplan_noted(
    told: float | None, answered: float, talks: bool
) -> None:
    @virtual_time
    async def story() -> None:
        async with restart(agent(ANNA, campaign_id=APK), attempts=(DIALLED,)) as it:
            it.has(ATTEMPT, "answered", ATTEMPT)
            it.has(LINE_LEG, "line", LINE_LEG, name="PJSIP/anna-00000007")
            it.together(bridge_of(LINE), LINE_LEG, *((ATTEMPT,) if talks else ()))
            it.noted = {} if told is None else {"DL_ANSWERED": at(told)}

            await it.reconcile()

            assert it.one(AttemptAnswered).at == after(answered)
            assert it.one(AttemptAnswered).ring_seconds == 20 + answered
            kinds = [type(fact) for fact in it.bed.facts]
            assert kinds.index(AttemptAnswered) < kinds.index(AttemptConnected)

    story()


@virtual_time
async def test_a_message_of_whose_answer_nobody_heard_tells_the_answer_too() -> None:
    async with restart(attempts=(DIALLED,)) as it:
        it.has(ATTEMPT, "answered", ATTEMPT)
        it.playing = f"{CALL}-p00"
        it.noted = {"DL_ANSWERED": at(-2.5)}

        await it.reconcile()

        assert it.one(AttemptAnswered).at == after(-2.5)
        assert it.one(AttemptAbandoned).waited_seconds == 2.5
        assert it.one(InformationMessagePlayed)
