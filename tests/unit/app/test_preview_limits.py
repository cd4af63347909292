"""When nobody is shown a contact, nor has one dialled: by the clock, the calling hours and the workshop."""

import asyncio

import pytest

from app.control_errors import PreviewRefused
from app.preview_desk import LOOK_SECONDS
from calls.ids import ContactId
from calls.words import AgentState, PreviewEnd
from dialer.breaker import TrunkState
from dialer.campaign import (
    Campaign,
)
from dialer.pacing import Reason
from dialer.previews import HELD_FOR, Preview
from tests.fakes.virtual_time import START, virtual_time
from tests.unit.app.people import ANNA, APK, BRAM, agent
from tests.unit.app.previews import LINES, MANUAL, TIMED, at_work


@pytest.mark.parametrize("campaign", [MANUAL, TIMED])
def test_while_the_clock_is_in_doubt_nobody_is_dialled(campaign: Campaign) -> None:
    @virtual_time
    async def story() -> None:
        async with at_work(campaign, ANNA) as it:
            shown = await it.desk.show(ANNA)
            it.clock.in_doubt = True
            with pytest.raises(PreviewRefused, match="clock"):
                await it.desk.dial(ANNA)
            await asyncio.sleep(30)
            in_doubt = list(it.dialled)
            it.clock.in_doubt = False
            await it.desk.show(ANNA)
            if campaign is MANUAL:
                await it.desk.dial(ANNA)
            else:
                await asyncio.sleep(LOOK_SECONDS)

            assert (in_doubt, it.dialled) == ([], [shown.contact_id])

    story()


@virtual_time
async def test_what_was_held_of_a_campaign_that_may_not_dial_since_a_restart_is_not_dialled() -> None:
    held = Preview(ANNA, APK, ContactId(9), START, START + HELD_FOR, None, 0)

    async with at_work(MANUAL, ANNA, held=[held]) as it:
        it.campaigns.reason = None
        with pytest.raises(PreviewRefused, match="does not dial"):
            await it.desk.dial(ANNA)

        assert it.dialled == []


@pytest.mark.parametrize("campaign", [MANUAL, TIMED])
def test_a_contact_shown_before_closing_time_is_not_dialled_after_it(campaign: Campaign) -> None:
    @virtual_time
    async def story() -> None:
        async with at_work(campaign, ANNA) as it:
            shown = await it.desk.show(ANNA)
            it.campaigns.reason = Reason.WINDOW_CLOSED
            with pytest.raises(PreviewRefused, match="beltijden"):
                await it.desk.dial(ANNA)
            await asyncio.sleep(HELD_FOR.total_seconds() + LOOK_SECONDS)

            assert it.bed.floor.agent(ANNA).state is AgentState.AVAILABLE
            assert (it.dialled, it.ends()) == ([], [(PreviewEnd.EXPIRED, AgentState.AVAILABLE)])
            assert it.store.contacts[0] == shown.contact_id

    story()


@pytest.mark.parametrize("reason", [Reason.WINDOW_CLOSED, Reason.CLOCK_JUMPED])
def test_outside_calling_hours_and_with_a_clock_in_doubt_nobody_is_shown(
    reason: Reason,
) -> None:
    @virtual_time
    async def story() -> None:
        async with at_work(TIMED, contacts=3) as it:
            it.campaigns.reason = reason
            it.bed.floor.restore(agent(ANNA, campaign_id=APK))
            it.bed.desk.line_up(ANNA, LINES[ANNA])
            await asyncio.sleep(5)

            assert it.store.held == {}
            with pytest.raises(PreviewRefused):
                await it.desk.show(ANNA)

    story()


@virtual_time
async def test_with_a_timer_no_more_contacts_are_in_hand_than_the_workshop_bears() -> None:
    async with at_work(TIMED) as it:
        it.campaigns.borne = 1
        for agent_id in (ANNA, BRAM):
            it.bed.floor.restore(agent(agent_id, campaign_id=APK))
            it.bed.desk.line_up(agent_id, LINES[agent_id])
        await asyncio.sleep(10)
        seen = set(it.store.held)
        await asyncio.sleep(20)
        rings = (set(it.store.held), list(it.dialled))
        it.campaigns.borne = 2
        await asyncio.sleep(LOOK_SECONDS)

        assert (seen, rings) == ({ANNA}, (set(), [ContactId(1)]))
        assert set(it.store.held) == {BRAM}


@virtual_time
async def test_who_asks_for_a_contact_that_the_workshop_does_not_bear_is_told_when_there_is_one_again() -> (
    None
):
    async with at_work(MANUAL, ANNA, BRAM) as it:
        it.campaigns.borne = 1
        first = await it.desk.show(ANNA)

        with pytest.raises(PreviewRefused, match="workshop") as refused:
            await it.desk.show(BRAM)
        again = await it.desk.show(ANNA)
        await it.desk.skip(ANNA, "just_visited")
        second = await it.desk.show(BRAM)

        assert "dealerlijn capacity set" in refused.value.remedy
        assert (again, second.contact_id) == (first, ContactId(2))


@virtual_time
async def test_a_full_workshop_lets_nobody_see_a_contact() -> None:
    async with at_work(TIMED) as it:
        it.campaigns.borne = 0
        it.bed.floor.restore(agent(ANNA, campaign_id=APK))
        it.bed.desk.line_up(ANNA, LINES[ANNA])
        await asyncio.sleep(5)

        assert it.store.held == {}


@pytest.mark.parametrize(
    ("trunk", "words"),
    [
        (TrunkState.WELL, "no room now"),
        (TrunkState.REFUSES, "refuses every call"),
        (TrunkState.UNREACHABLE, "out of reach"),
    ],
)
def test_who_cannot_be_dialled_for_want_of_the_trunk_is_said_why(trunk: TrunkState, words: str) -> None:
    @virtual_time
    async def story() -> None:
        async with at_work(MANUAL, ANNA) as it:
            await it.desk.show(ANNA)
            it.room.left, it.room.trunk = 0, trunk
            with pytest.raises(PreviewRefused, match=words):
                await it.desk.dial(ANNA)

            assert it.dialled == []

    story()
