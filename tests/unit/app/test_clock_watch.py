"""The wall clock is set to another time while a campaign runs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

import pytest

from app.clock_watch import ASK_SECONDS, ClockWatch
from app.trunk_gate import DealerRoom, TrunkGate
from calls.facts import AttemptAbandoned, AttemptCommitted, AttemptEnded, Fact
from calls.ids import CallId, ContactId
from calls.words import AttemptOutcome, HangupCause
from dialer.campaign import DialMode, PacingSettings
from dialer.caps import TrunkCaps
from dialer.clock_guard import QUIET_SECONDS, ClockMemory
from dialer.errors import StoreUnavailable
from dialer.pacing import Reason
from dialer.profile_file import shipped_profiles
from dialer.runner import WINDOW_REFRESH_SECONDS, CampaignRunner
from tests.fakes.campaign_store import FewLineAgents, Launches, MemoryCampaignStore, Workshop
from tests.fakes.virtual_time import LoopClock, after, virtual_time
from tests.unit.app.people import CAMPAIGN, DEMO, call_id
from tests.unit.app.reached import REACHED

HOUR = 3600.0
DAY = 24 * HOUR
ONE_FOR_ONE = replace(CAMPAIGN, pacing=PacingSettings(mode=DialMode.PROGRESSIVE))


class SetClock(LoopClock):
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.set_forward = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.set_forward)


class Bed:
    """A campaign on a trunk, whose customers are busy after five seconds, and the clock they go by."""

    def __init__(self, *, contacts: int = 100, per_day: int = 1000) -> None:
        numbers = count(1)
        self.clock = SetClock()
        self.other: datetime | None = None
        self.other_is_away = False
        self.watch = ClockWatch(self.clock, self._ask_the_other)
        self.store = MemoryCampaignStore(ONE_FOR_ONE, contacts=contacts)
        self.floor = FewLineAgents(1)
        self.launches = Launches()
        self.gate = TrunkGate(
            TrunkCaps(per_day=per_day), self.clock.now(), {}, {}, lambda: True, lambda: True
        )
        self.gate.on_fact(REACHED)
        self.runner = CampaignRunner(
            ONE_FOR_ONE,
            self.store,
            self.floor,
            self.launches,
            DealerRoom(self.gate, DEMO),
            self.publish,
            self.watch,
            lambda: CallId(f"n1{next(numbers):026d}"),
            lambda _campaign_id, _reason: None,
            shipped_profiles(),
            Workshop(),
        )
        self.jumps: list[float] = []
        self.watch.on_jump(self.gate.clock_moved)
        self.watch.on_jump(self.runner.clock_moved)
        self.watch.on_jump(lambda by: self.jumps.append(by.total_seconds()))
        self.believed = 0
        self.watch.on_belief(self._believe)

    @property
    def dialled(self) -> int:
        return len(self.launches.attempts)

    @property
    def reason(self) -> Reason | None:
        return self.runner.decision.reason if self.runner.decision is not None else None

    def publish(self, fact: Fact) -> None:
        self.gate.on_fact(fact)
        self.runner.on_fact(fact)
        if isinstance(fact, AttemptCommitted):
            asyncio.get_running_loop().call_later(5, self._busy, fact.call_id, fact.contact_id)

    def _busy(self, call: CallId, contact: ContactId) -> None:
        campaign_id, busy = CAMPAIGN.campaign_id, HangupCause.BUSY
        now = self.clock.now()
        self.publish(AttemptEnded(now, call, campaign_id, DEMO, contact, AttemptOutcome.BUSY, busy, 5, 0))

    def _believe(self) -> None:
        self.believed += 1

    async def _ask_the_other(self) -> datetime | None:
        if self.other_is_away:
            raise StoreUnavailable("the test took it away")
        return self.other


@asynccontextmanager
async def running(bed: Bed) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(bed.runner.run()), group.create_task(bed.watch.run())]
        yield
        for task in tasks:
            task.cancel()


def bed(*, contacts: int = 100, per_day: int = 1000) -> Bed:
    return Bed(contacts=contacts, per_day=per_day)


@virtual_time
async def test_an_empty_list_is_asked_again_soon_although_the_clock_was_set_back() -> None:
    it = bed(contacts=0)
    async with running(it):
        await asyncio.sleep(2)
        it.clock.set_forward = -60
        it.store.contacts = [ContactId(number) for number in range(50)]
        await asyncio.sleep(2 * QUIET_SECONDS)

    assert it.dialled > 5


@virtual_time
async def test_the_abandoned_are_read_again_although_the_clock_was_set_back() -> None:
    it = bed()
    async with running(it):
        await asyncio.sleep(2)
        it.clock.set_forward = -HOUR
        await asyncio.sleep(2)
        it.watch.confirm()
        await asyncio.sleep(1.1)
        read = it.store.windows
        await asyncio.sleep(WINDOW_REFRESH_SECONDS + 2)

    assert (read, it.store.windows) == (2, 3)


@pytest.mark.parametrize("hours", [-25, -4, -1, 1, 3, 25])
def test_nobody_is_dialled_by_a_clock_that_jumped_however_long_it_takes(hours: float) -> None:
    @virtual_time
    async def story() -> None:
        it = bed()
        async with running(it):
            await asyncio.sleep(2)
            before = it.dialled
            it.clock.set_forward = hours * HOUR
            await asyncio.sleep(HOUR)

            assert (before, it.dialled) == (1, 1)
            assert it.reason is Reason.CLOCK_JUMPED
            assert it.jumps == [hours * HOUR]

    story()


@virtual_time
async def test_a_clock_set_from_night_to_day_lets_nobody_be_dialled() -> None:
    it = bed()
    it.clock.set_forward = -8 * HOUR
    it.watch.now()
    it.watch.confirm()
    async with running(it):
        await asyncio.sleep(10)
        at_night = it.reason
        it.clock.set_forward = 0
        await asyncio.sleep(10 * QUIET_SECONDS)

    assert (at_night, it.reason, it.dialled) == (Reason.WINDOW_CLOSED, Reason.CLOCK_JUMPED, 0)


@virtual_time
async def test_a_clock_that_goes_a_day_ahead_and_comes_back_refills_no_cap() -> None:
    it = bed(per_day=10)
    async with running(it):
        await asyncio.sleep(HOUR / 6)
        dialled = it.dialled
        for set_forward in (25 * HOUR, 0.0):
            it.clock.set_forward = set_forward
            await asyncio.sleep(2 * QUIET_SECONDS)

    assert (dialled, it.dialled, it.reason) == (10, 10, Reason.CAP)


@virtual_time
async def test_a_clock_that_was_confirmed_a_day_ahead_refills_no_cap_either() -> None:
    it = bed(per_day=10)
    async with running(it):
        await asyncio.sleep(HOUR / 6)
        it.clock.set_forward = 24 * HOUR
        await asyncio.sleep(2)
        assert it.watch.confirm()
        await asyncio.sleep(HOUR / 6)

    assert (it.dialled, it.reason) == (10, Reason.CAP)


@virtual_time
async def test_dialling_goes_on_when_somebody_confirms_the_clock() -> None:
    it = bed()
    async with running(it):
        await asyncio.sleep(2)
        it.clock.set_forward = HOUR
        await asyncio.sleep(20)
        confirmed = (it.watch.confirm(), it.watch.confirm())
        await asyncio.sleep(20)

    assert confirmed == (True, False)
    assert it.dialled > 1


@pytest.mark.parametrize(("ahead", "believed"), [(HOUR, True), (0.0, False), (HOUR + 60, False)])
def test_another_machines_clock_confirms_the_jump_it_agrees_with(ahead: float, believed: bool) -> None:
    @virtual_time
    async def story() -> None:
        it = bed()
        async with running(it):
            await asyncio.sleep(2)
            it.clock.set_forward = HOUR
            await asyncio.sleep(QUIET_SECONDS)
            it.other = LoopClock().now() + timedelta(seconds=ahead)
            await asyncio.sleep(2 * ASK_SECONDS)

            assert it.watch.trusted() is believed

    story()


@virtual_time
async def test_nobody_is_dialled_by_a_clock_that_is_behind_what_was_told_before_until_it_is_put_right() -> (
    None
):
    it = bed()
    off = it.watch.remember(ClockMemory(after(HOUR)))
    async with running(it):
        await asyncio.sleep(HOUR)
        before, reason = it.dialled, it.reason
        it.clock.set_forward = HOUR + 300
        await asyncio.sleep(QUIET_SECONDS + 10)

    assert (off.total_seconds(), before, reason) == (-HOUR, 0, Reason.CLOCK_JUMPED)
    assert it.dialled > 0
    assert it.believed == 1


@virtual_time
async def test_a_clock_that_is_behind_what_was_told_before_is_believed_when_somebody_says_so() -> None:
    it = bed()
    it.watch.remember(ClockMemory(after(HOUR)))
    async with running(it):
        await asyncio.sleep(20)
        before = it.dialled
        it.watch.confirm()
        await asyncio.sleep(20)

    assert before == 0
    assert it.dialled > 0
    assert it.believed == 1


@virtual_time
async def test_another_machines_clock_confirms_one_that_is_behind_what_was_told_before() -> None:
    it = bed()
    it.watch.remember(ClockMemory(after(HOUR)))
    async with running(it):
        await asyncio.sleep(QUIET_SECONDS)
        it.other = it.clock.now()
        await asyncio.sleep(2 * ASK_SECONDS)

        assert it.watch.trusted()


@virtual_time
async def test_a_clock_that_was_in_doubt_when_the_program_ended_is_so_when_it_starts() -> None:
    it = bed()
    off = it.watch.remember(ClockMemory(after(-1), timedelta(hours=3)))
    async with running(it):
        await asyncio.sleep(HOUR)

    assert (off.total_seconds(), it.dialled, it.reason) == (3 * HOUR, 0, Reason.CLOCK_JUMPED)


@pytest.mark.parametrize("memory", [None, ClockMemory(after(-1))])
def test_a_clock_against_which_nothing_was_told_is_believed(memory: ClockMemory | None) -> None:
    @virtual_time
    async def story() -> None:
        it = bed()

        assert it.watch.remember(memory).total_seconds() == 0
        assert it.watch.trusted()

    story()


@virtual_time
async def test_it_is_told_once_that_a_clock_is_believed_again() -> None:
    it = bed()
    async with running(it):
        await asyncio.sleep(2)
        it.clock.set_forward = HOUR
        await asyncio.sleep(2)
        it.clock.set_forward = 0
        await asyncio.sleep(QUIET_SECONDS - 5)
        before = it.believed
        await asyncio.sleep(10)

    assert (before, it.believed) == (0, 1)


@virtual_time
async def test_another_clock_that_is_away_confirms_nothing_and_is_asked_again() -> None:
    it = bed()
    it.other_is_away = True
    async with running(it):
        await asyncio.sleep(2)
        it.clock.set_forward = HOUR
        await asyncio.sleep(3 * QUIET_SECONDS)
        while_away = it.watch.trusted()
        it.other_is_away, it.other = False, it.clock.now()
        await asyncio.sleep(ASK_SECONDS + 1)

    assert (while_away, it.watch.trusted()) == (False, True)


@virtual_time
async def test_an_abandoned_call_is_as_long_ago_as_it_is_after_the_clock_was_set() -> None:
    it = bed()
    it.publish(AttemptAbandoned(it.clock.now(), call_id(90), CAMPAIGN.campaign_id, DEMO, 1.7))

    it.clock.set_forward = 25 * HOUR
    now = it.watch.now()

    assert (await it.runner._abandons(now)).abandoned == 1


@virtual_time
async def test_a_program_that_stood_still_between_its_two_clocks_sees_no_jump() -> None:
    class Stopped(SetClock):
        stops = 0

        def now(self) -> datetime:
            wall = super().now()
            if self.stops:
                self.stops -= 1
                asyncio.get_running_loop().jump(60)  # type: ignore[attr-defined]
            return wall

    clock = Stopped()
    watch = ClockWatch(clock, Bed()._ask_the_other)
    clock.stops = 3

    assert watch.trusted()
