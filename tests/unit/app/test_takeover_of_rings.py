"""After a restart: phones that ring are given up in time, and never before they have rung for the least time."""

import asyncio
from dataclasses import replace

import pytest

from calls.ids import CampaignId
from calls.legs import LegRinging
from tests.fakes.virtual_time import after, settle, virtual_time
from tests.unit.app.restart import ATTEMPT, CALL, DIALLED, restart


@pytest.mark.parametrize(
    ("dialled_before", "state", "rings_after", "given_up_after"),
    [
        (2, "Ringing", None, [20]),  # its ring time is over
        (10, "Ringing", None, [15]),  # it may have begun to ring just now
        (40, "Ringing", None, [15]),
        (10, "Down", 1, [16]),
        (2, "Down", 1, [20]),
        (2, "Down", None, []),
    ],
)
@virtual_time
async def test_a_ring_that_is_taken_over_ends_at_its_ring_time_and_not_before_the_least(
    dialled_before: float, state: str, rings_after: float | None, given_up_after: list[float]
) -> None:
    async with restart(attempts=(replace(DIALLED, committed_at=after(-dialled_before)),)) as it:
        it.has(ATTEMPT, state=state)
        await it.reconcile()
        session = it.bed.supervisor.call(CALL)
        assert session is not None

        stopped_after = list[float]()
        for second in range(1, 60):
            await asyncio.sleep(1)
            if second == rings_after:
                session.deliver(LegRinging(it.bed.clock.now(), ATTEMPT))
            await settle()
            stopped_after += [second] * (len(it.stopped) - len(stopped_after))

        assert stopped_after == given_up_after


@virtual_time
async def test_a_ring_of_a_campaign_that_is_no_more_is_left_to_asterisk() -> None:
    async with restart(attempts=(replace(DIALLED, campaign_id=CampaignId("gone")),)) as it:
        it.has(ATTEMPT, state="Ringing")
        await it.reconcile()

        await asyncio.sleep(60)

        assert it.stopped == []
        assert it.bed.supervisor.owner(ATTEMPT) is not None
