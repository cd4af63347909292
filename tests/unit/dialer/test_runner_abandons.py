"""The abandoned calls that a campaign's runner counts."""

import asyncio
from datetime import datetime

import msgspec
import pytest

from calls.facts import (
    AttemptAbandoned,
    AttemptConnected,
    PacingDecided,
)
from calls.ids import CampaignId
from calls.words import AttemptOutcome
from dialer.campaign import (
    AbandonWindow,
)
from dialer.runner import (
    WINDOW_REFRESH_SECONDS,
)
from tests.fakes.campaign_store import MemoryCampaignStore
from tests.fakes.virtual_time import after, virtual_time
from tests.unit.dialer.runner_bed import (
    ANNA,
    APK,
    CAMPAIGN,
    DEMO,
    Bed,
    answered,
    call_id,
    ended,
    running,
)


@virtual_time
async def test_the_abandoned_of_today_are_read_now_and_then_and_kept_up_in_between() -> None:
    bed = Bed(free=1, contacts=1)

    async with running(bed):
        await asyncio.sleep(1.5)
        bed.tell(
            answered(1),
            AttemptAbandoned(after(10), call_id(1), APK, DEMO, 1.7),
            AttemptConnected(after(11), call_id(2), APK, DEMO, ANNA, 0.1),
            AttemptConnected(after(12), call_id(3), CampaignId("tyres"), DEMO, ANNA, 0.1),
        )
        window = await bed.runner._abandons(after(13))
        await asyncio.sleep(WINDOW_REFRESH_SECONDS - 5)
        read_before = bed.store.windows
        await asyncio.sleep(10)

    assert (window.connected, window.abandoned) == (1001, 1)
    assert (read_before, bed.store.windows) == (1, 2)


@virtual_time
@pytest.mark.parametrize(("contacts_left", "most"), [(None, 3 * 10 * 3600 / 150), (40, 40.0), (0, 0.0)])
async def test_the_pacing_is_told_about_how_many_will_still_answer(
    contacts_left: int | None, most: float
) -> None:
    bed = Bed(free=3)
    bed.store.contacts_left = contacts_left

    async with running(bed):
        await asyncio.sleep(1.5)

    [first, *_] = [fact for fact in bed.facts if isinstance(fact, PacingDecided)]
    to_come = msgspec.json.decode(first.made_from)["snapshot"]["answers_to_come"]
    assert most / 10 <= to_come <= most


@virtual_time
async def test_what_was_hung_up_on_as_a_machine_is_no_persons_answer() -> None:
    bed = Bed(free=1, contacts=1)

    async with running(bed):
        await asyncio.sleep(1.5)
        bed.tell(answered(1), AttemptConnected(after(11), call_id(1), APK, DEMO, ANNA, 0.1))
        connected = await bed.runner._abandons(after(12))
        bed.tell(ended(1, AttemptOutcome.MACHINE))
        hung_up_on = await bed.runner._abandons(after(13))

    assert (connected.connected, hung_up_on.connected) == (1001, 1000)


@virtual_time
async def test_an_abandoned_call_counts_once_before_it_is_stored_and_once_after() -> None:
    bed = Bed()
    for number in (1, 2, 2):
        bed.tell(AttemptAbandoned(after(number), call_id(number), APK, DEMO, 1.7))

    counts = []
    for stored in ({9}, {9, 1}, {9, 1, 2}):
        bed.store.stored = {call_id(number) for number in stored}
        bed.runner._window_at = None
        counts.append((await bed.runner._abandons(after(60))).abandoned)

    assert counts == [3, 3, 3]


@virtual_time
async def test_a_call_that_is_abandoned_while_the_window_is_read_counts() -> None:
    bed = Bed()

    class Meanwhile(MemoryCampaignStore):
        async def abandon_window(self, campaign_id: CampaignId, since: datetime) -> AbandonWindow:
            window = await super().abandon_window(campaign_id, since)
            bed.tell(AttemptAbandoned(after(2), call_id(1), APK, DEMO, 1.7))
            return window

    bed.runner._store = Meanwhile(CAMPAIGN)

    assert (await bed.runner._abandons(after(2))).abandoned == 1


@virtual_time
async def test_an_abandoned_call_that_was_never_stored_counts_for_a_day() -> None:
    bed = Bed()
    bed.tell(AttemptAbandoned(after(0), call_id(1), APK, DEMO, 1.7))

    day = 24 * 3600

    assert (await bed.runner._abandons(after(day))).abandoned == 1
    assert (await bed.runner._abandons(after(day + WINDOW_REFRESH_SECONDS))).abandoned == 0


@virtual_time
async def test_after_an_outage_the_abandoned_are_read_anew() -> None:
    bed = Bed(free=1)

    async with running(bed):
        await asyncio.sleep(1.5)
        bed.tell(AttemptAbandoned(after(2), call_id(9), APK, DEMO, 1.7), ended(1, AttemptOutcome.BUSY))
        bed.store.away = True
        await asyncio.sleep(4)
        bed.store.away = False
        await asyncio.sleep(4)

    assert bed.store.windows == 2
