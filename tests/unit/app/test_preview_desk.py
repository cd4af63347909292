"""An agent sees a contact, has it dialled or passes over it; the timer dials by itself; nothing is held for long."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from app.control_errors import NoPreview, PreviewRefused
from app.preview_desk import LOOK_SECONDS
from calls.facts import AttemptCommitted, ContactRefused, PreviewShown
from calls.ids import AgentId, ContactId
from calls.words import AgentState, PreviewEnd
from dialer.campaign import (
    DialMode,
    PacingSettings,
)
from dialer.errors import StoreUnavailable
from dialer.pacing import Reason
from dialer.previews import HELD_FOR, Preview
from tests.fakes.virtual_time import START, settle, virtual_time
from tests.unit.app.people import ANNA, APK, BRAM, call_id
from tests.unit.app.previews import LINES, MANUAL, TIMED, TRAITS, at_work


@virtual_time
async def test_an_agent_sees_the_next_contact_and_sees_it_again_until_it_is_dialled() -> None:
    async with at_work(MANUAL, ANNA) as it:
        first = await it.desk.show(ANNA)
        again = await it.desk.show(ANNA)
        await asyncio.sleep(60)

        dialled = await it.desk.dial(ANNA)

        assert first == again
        assert it.dialled == [first.contact_id]
        (committed,) = it.bed.published(AttemptCommitted)
        assert isinstance(committed, AttemptCommitted)
        assert (committed.call_id, committed.reason) == (dialled, Reason.PREVIEW)
        assert it.campaigns.taught_by == [(dialled, committed.at, TRAITS)]
        assert it.ends() == [(PreviewEnd.DIALLED, "")]


@virtual_time
async def test_a_contact_whose_language_was_noted_waits_for_an_agent_who_speaks_it() -> None:
    async with at_work(MANUAL, ANNA, BRAM) as it:
        it.store.languages[ContactId(1)] = "turkish"
        it.bed.desk.floor.know(replace(it.bed.desk.floor.agent(BRAM).profile, skills={"turkish": 5}), START)

        annas, brams = await it.desk.show(ANNA), await it.desk.show(BRAM)

        assert (annas.contact_id, brams.contact_id) == (ContactId(2), ContactId(1))


@virtual_time
async def test_who_looks_at_an_agents_screen_takes_no_contact_for_it() -> None:
    async with at_work(MANUAL, ANNA) as it:
        with pytest.raises(NoPreview):
            await it.desk.shown(ANNA)
        before = dict(it.store.held)
        taken = await it.desk.show(ANNA)

        assert before == {}
        assert await it.desk.shown(ANNA) == taken


@virtual_time
async def test_while_the_phone_rings_the_agent_is_kept_for_that_call() -> None:
    async with at_work(MANUAL, ANNA) as it:
        await it.desk.show(ANNA)
        dialled = await it.desk.dial(ANNA)

        assert (it.bed.floor.agent(ANNA).state, it.bed.floor.agent(ANNA).call_id) == (
            AgentState.RESERVED,
            dialled,
        )
        assert it.bed.desk.find_line_agent(APK, call_id(77)) is None
        found = it.bed.desk.find_line_agent(APK, dialled)
        assert found is not None
        assert (found.agent_id, found.line) == (ANNA, LINES[ANNA])


@virtual_time
async def test_two_requests_at_once_dial_once() -> None:
    async with at_work(MANUAL, ANNA) as it:
        await it.desk.show(ANNA)
        results: list[object] = []

        async def dial() -> None:
            try:
                results.append(await it.desk.dial(ANNA))
            except PreviewRefused as error:
                results.append(error)

        async with asyncio.TaskGroup() as group:
            group.create_task(dial())
            group.create_task(dial())

        assert len(it.dialled) == 1
        assert sum(isinstance(result, PreviewRefused) for result in results) == 1


@virtual_time
async def test_an_agent_without_a_contact_dials_nobody() -> None:
    async with at_work(MANUAL, ANNA) as it:
        with pytest.raises(PreviewRefused):
            await it.desk.dial(ANNA)

        assert it.dialled == []


@virtual_time
async def test_without_a_timer_a_contact_is_given_back_when_nothing_happens() -> None:
    async with at_work(MANUAL, ANNA) as it:
        shown = await it.desk.show(ANNA)
        await asyncio.sleep(HELD_FOR.total_seconds() + LOOK_SECONDS)

        assert it.ends() == [(PreviewEnd.EXPIRED, AgentState.AVAILABLE)]
        assert (it.store.held, it.store.contacts[0]) == ({}, shown.contact_id)


@virtual_time
async def test_with_a_timer_contacts_are_shown_and_dialled_by_themselves() -> None:
    async with at_work(TIMED, ANNA) as it:
        shown = it.bed.published(PreviewShown)
        await asyncio.sleep(19)
        before = list(it.dialled)
        await asyncio.sleep(2)

        assert len(shown) == 1
        assert (before, it.dialled) == ([], [ContactId(1)])


@virtual_time
async def test_the_next_contact_is_shown_when_the_agent_is_available_again() -> None:
    async with at_work(TIMED, ANNA) as it:
        await asyncio.sleep(21)
        it.bed.desk.release(ANNA, call_id(1))
        await settle()

        assert [
            fact.contact_id for fact in it.bed.published(PreviewShown) if isinstance(fact, PreviewShown)
        ] == [
            ContactId(1),
            ContactId(2),
        ]


@virtual_time
async def test_a_contact_that_is_passed_over_rests_and_another_is_shown_until_the_skips_are_used_up() -> None:
    async with at_work(TIMED, ANNA) as it:
        left = await it.desk.skip(ANNA, "just_visited")
        await settle()
        second = await it.desk.show(ANNA)
        with pytest.raises(PreviewRefused):
            await it.desk.skip(ANNA, "no_mood")
        await asyncio.sleep(21)

        assert (left, second.contact_id) == (0, ContactId(2))
        assert it.store.rests == {ContactId(1): START + timedelta(hours=1)}
        assert it.dialled == [ContactId(2)]
        assert it.ends() == [(PreviewEnd.SKIPPED, "just_visited"), (PreviewEnd.DIALLED, "")]


@virtual_time
async def test_a_call_gives_the_skips_back() -> None:
    async with at_work(MANUAL, ANNA) as it:
        for _ in range(2):
            await it.desk.show(ANNA)
            await it.desk.skip(ANNA, "later")
        await it.desk.show(ANNA)
        dialled = await it.desk.dial(ANNA)
        it.bed.desk.release(ANNA, dialled)
        await it.desk.show(ANNA)

        assert await it.desk.skip(ANNA, "later") == 1


@pytest.mark.parametrize("going", ["pause", "logout", "another call"])
def test_an_agent_who_goes_gives_the_contact_back(going: str) -> None:
    @virtual_time
    async def story() -> None:
        async with at_work(TIMED, ANNA) as it:
            match going:
                case "pause":
                    it.bed.desk.pause(ANNA, "coffee")
                case "logout":
                    it.bed.desk.logout(ANNA)
                case _:
                    assert it.bed.desk.find_line_agent(APK, call_id(99)) is not None
            await settle()
            gone = dict(it.store.held)
            await asyncio.sleep(30)

            assert [how for how, _ in it.ends()] == [PreviewEnd.RELEASED]
            assert (gone, it.dialled) == ({}, [])

    story()


@pytest.mark.parametrize("mode", [DialMode.PREDICTIVE, DialMode.PROGRESSIVE, DialMode.POWER])
def test_another_mode_takes_open_previews_back_and_lets_dialled_ones_be(mode: DialMode) -> None:
    @virtual_time
    async def story() -> None:
        async with at_work(MANUAL, ANNA, BRAM) as it:
            await it.desk.show(ANNA)
            dialled = await it.desk.dial(ANNA)
            await it.desk.show(BRAM)

            it.change(PacingSettings(mode=mode))
            await asyncio.sleep(LOOK_SECONDS)

            assert it.store.held == {}
            assert it.ends() == [(PreviewEnd.DIALLED, ""), (PreviewEnd.RELEASED, "mode_changed")]
            assert it.bed.desk.find_line_agent(APK, dialled) is not None
            with pytest.raises(PreviewRefused):
                await it.desk.show(BRAM)

    story()


@virtual_time
async def test_a_rule_that_forbids_the_call_by_now_frees_the_agent_and_ends_the_preview() -> None:
    async with at_work(MANUAL, ANNA) as it:
        it.store.refused = {ContactId(1): "objection"}
        await it.desk.show(ANNA)

        with pytest.raises(PreviewRefused, match="objection"):
            await it.desk.dial(ANNA)

        assert it.bed.floor.agent(ANNA).state is AgentState.AVAILABLE
        assert (it.dialled, it.ends()) == ([], [(PreviewEnd.REFUSED, "objection")])
        assert len(it.bed.published(ContactRefused)) == 1


@virtual_time
async def test_a_database_that_is_away_dials_nobody_frees_the_agent_and_leaves_the_attempt_in_doubt() -> None:
    async with at_work(TIMED, ANNA) as it:
        it.store.away = True
        with pytest.raises(StoreUnavailable):
            await it.desk.dial(ANNA)
        state, doubted = it.bed.floor.agent(ANNA).state, list(it.campaigns.doubted)
        await asyncio.sleep(25)
        while_away = list(it.dialled)
        it.store.away = False
        await asyncio.sleep(3)

        assert (state, while_away, it.dialled) == (AgentState.AVAILABLE, [], [ContactId(1)])
        assert doubted == [call_id(1)]


@virtual_time
async def test_a_full_trunk_delays_the_timer_and_then_gives_the_contact_back() -> None:
    async with at_work(TIMED, ANNA) as it:
        it.room.left = 0
        await asyncio.sleep(82)

        assert it.dialled == []
        assert it.ends() == [(PreviewEnd.EXPIRED, AgentState.AVAILABLE)]


@virtual_time
async def test_calls_that_still_ring_from_another_mode_keep_the_agents_they_need() -> None:
    async with at_work(MANUAL, ANNA) as it:
        await it.desk.show(ANNA)
        it.campaigns.in_the_air = 1
        with pytest.raises(PreviewRefused, match="still ring"):
            await it.desk.dial(ANNA)
        it.campaigns.in_the_air = 0
        await it.desk.dial(ANNA)

        assert len(it.dialled) == 1


@virtual_time
async def test_after_a_restart_the_same_contact_is_before_the_agent_with_the_same_timer() -> None:
    held = Preview(
        ANNA,
        APK,
        ContactId(9),
        START - timedelta(seconds=15),
        START + timedelta(seconds=65),
        START + timedelta(seconds=5),
        1,
    )

    async with at_work(TIMED, ANNA, held=[held]) as it:
        shown = await it.desk.show(ANNA)
        with pytest.raises(PreviewRefused):
            await it.desk.skip(ANNA, "again")
        await asyncio.sleep(6)

        assert shown == held
        assert it.dialled == [ContactId(9)]


@virtual_time
async def test_what_an_agent_held_who_is_no_longer_at_work_is_given_back_after_a_restart() -> None:
    held = Preview(AgentId("gone"), APK, ContactId(9), START, START + HELD_FOR, None, 0)

    async with at_work(MANUAL, ANNA, held=[held]) as it:
        await asyncio.sleep(LOOK_SECONDS)

        assert (it.store.held, it.store.contacts[0]) == ({}, ContactId(9))
