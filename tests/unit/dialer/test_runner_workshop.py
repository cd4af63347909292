"""A campaign that follows the workshop's places."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from dialer.campaign import (
    CampaignKind,
)
from dialer.pacing import Reason
from dialer.runner import (
    WORKSHOP_REFRESH_SECONDS,
)
from dialer.workshop import WorkshopDay
from tests.fakes.virtual_time import START, virtual_time
from tests.unit.dialer.runner_bed import (
    CAMPAIGN,
    Bed,
    running,
)


@virtual_time
async def test_a_campaign_stops_while_the_workshop_is_full_and_goes_on_when_places_come_free() -> None:
    bed = Bed()
    bed.workshop.days = [WorkshopDay(START.date() + timedelta(days=1), 10, 10)]

    async with running(bed):
        await asyncio.sleep(20)
        full = (bed.dialled, bed.reasons[-1])
        bed.workshop.days = [WorkshopDay(START.date() + timedelta(days=1), 10, 0)]
        await asyncio.sleep(WORKSHOP_REFRESH_SECONDS)

    assert full == (0, Reason.WORKSHOP_FULL)
    assert bed.dialled == 3
    assert bed.workshop.asked == 2


@virtual_time
async def test_a_call_that_does_not_fill_the_workshop_goes_on_when_it_is_full() -> None:
    bed = Bed(replace(CAMPAIGN, kind=CampaignKind.RECALL))
    bed.workshop.days = [WorkshopDay(START.date() + timedelta(days=1), 10, 10)]

    async with running(bed):
        await asyncio.sleep(2)

    assert (bed.dialled, bed.workshop.asked) == (3, 0)


@virtual_time
async def test_the_store_hears_which_dates_fill_the_quiet_days() -> None:
    quiet = START.date() + timedelta(days=2)
    bed = Bed()
    bed.workshop.days = [WorkshopDay(quiet - timedelta(days=1), 10, 9), WorkshopDay(quiet, 10, 0)]

    async with running(bed):
        await asyncio.sleep(2)

    assert (bed.dialled, bed.store.dates_first[0]) == (3, quiet)
