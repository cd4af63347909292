"""A campaign whose agents take callers too: what the runner sees of callers, and what it dials then."""

import asyncio
from dataclasses import replace

from calls.facts import CallQueued
from calls.words import Department
from dialer.campaign import WaitingCallers
from tests.fakes.virtual_time import after, virtual_time
from tests.unit.dialer.runner_bed import CAMPAIGN, DEMO, PROGRESSIVE, Bed, call_id, running

BLENDED = replace(CAMPAIGN, pacing=replace(PROGRESSIVE, blended=True))


def queued(seconds: float, department: Department = Department.SALES) -> CallQueued:
    return CallQueued(after(seconds), call_id(900), DEMO, department, 0)


@virtual_time
async def test_callers_who_wait_for_these_agents_are_served_before_anybody_is_dialled() -> None:
    bed = Bed(BLENDED, free=3)
    bed.floor.callers = WaitingCallers(waiting=3, others_free=1)

    async with running(bed):
        await asyncio.sleep(3)

    assert bed.dialled == 1


@virtual_time
async def test_agents_are_held_back_for_callers_who_keep_coming() -> None:
    bed = Bed(BLENDED, free=3)
    bed.floor.blended = True

    async with running(bed):
        await asyncio.sleep(0.1)
        for second in range(1, 201):
            bed.tell(queued(second * 0.0004))
        await asyncio.sleep(3)

    assert bed.dialled == 0


@virtual_time
async def test_callers_of_queues_that_these_agents_do_not_serve_hold_nobody_back() -> None:
    bed = Bed(BLENDED, free=3)
    bed.floor.blended = True

    async with running(bed):
        await asyncio.sleep(0.1)
        for second in range(1, 201):
            bed.tell(queued(second * 0.0004, Department.PARTS))
        await asyncio.sleep(3)

    assert bed.dialled == 3
