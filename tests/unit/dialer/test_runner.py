import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count

import pytest

from calls.facts import (
    AgentStateChanged,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    ContactRefused,
    Fact,
    PacingDecided,
)
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId
from calls.words import AgentState, AttemptOutcome, HangupCause
from dialer.campaign import (
    Campaign,
    CampaignKind,
    CampaignState,
    CommittedAttempt,
    DialMode,
    LegalBasis,
    PacingSettings,
    RefusedContact,
)
from dialer.errors import StoreUnavailable
from dialer.pacing import Reason
from dialer.profile_file import shipped_profiles
from dialer.runner import (
    EMPTY_LIST_SECONDS,
    TICK_SECONDS,
    WINDOW_REFRESH_SECONDS,
    WORKSHOP_REFRESH_SECONDS,
    CampaignRunner,
)
from dialer.workshop import WorkshopDay
from tests.fakes.campaign_store import FewLineAgents, Launches, MemoryCampaignStore, Room, Workshop
from tests.fakes.virtual_time import START, LoopClock, after, settle, virtual_time

APK, DEMO, ANNA = CampaignId("apk-june"), DealerId("demo"), AgentId("anna")
PROGRESSIVE = PacingSettings(mode=DialMode.PROGRESSIVE)
CAMPAIGN = Campaign(
    APK,
    DEMO,
    "APK in juni",
    CampaignKind.APK,
    LegalBasis.EXISTING_CONTRACT,
    "nl-business",
    "+31401234567",
    CampaignState.RUNNING,
    pacing=PROGRESSIVE,
)


class Bed:
    """A runner and all it talks to."""

    def __init__(self, campaign: Campaign = CAMPAIGN, *, contacts: int = 100, free: int = 3) -> None:
        numbers = count(1)
        self.store = MemoryCampaignStore(campaign, contacts=contacts)
        self.floor = FewLineAgents(free)
        self.room = Room()
        self.workshop = Workshop()
        self.launches = Launches()
        self.facts: list[Fact] = []
        self.reasons: list[str] = []
        self.runner = CampaignRunner(
            campaign,
            self.store,
            self.floor,
            self.launches,
            self.room,
            self.facts.append,
            LoopClock().now,
            lambda: CallId(f"n1{next(numbers):026d}"),
            lambda _campaign_id, reason: self.reasons.append(reason),
            shipped_profiles(),
            self.workshop,
        )

    @property
    def dialled(self) -> int:
        return len(self.launches.attempts)

    def tell(self, *facts: Fact) -> None:
        for fact in facts:
            self.runner.on_fact(fact)


@asynccontextmanager
async def running(bed: Bed) -> AsyncIterator[None]:
    async with asyncio.TaskGroup() as group:
        runner = group.create_task(bed.runner.run())
        yield
        runner.cancel()


def call_id(number: int) -> CallId:
    return CallId(f"n1{number:026d}")


def ended(number: int, outcome: AttemptOutcome, campaign_id: CampaignId = APK) -> AttemptEnded:
    return AttemptEnded(
        after(30), call_id(number), campaign_id, DEMO, ContactId(number), outcome, HangupCause.NORMAL, 22, 0
    )


def answered(number: int) -> AttemptAnswered:
    return AttemptAnswered(after(8), call_id(number), APK, DEMO, 8)


def agent_moved(before: AgentState, state: AgentState, seconds: float) -> AgentStateChanged:
    return AgentStateChanged(after(seconds), ANNA, before, state, "", campaign_id=APK)


@virtual_time
async def test_one_contact_is_dialled_for_each_free_agent_and_no_more_while_they_ring() -> None:
    bed = Bed(free=3)

    async with running(bed):
        await asyncio.sleep(10)

    assert bed.dialled == bed.runner.ringing == 3
    assert len(bed.store.commits) == 1
    assert bed.room.left == 997


@virtual_time
async def test_whatever_is_dialled_was_committed_and_told_first() -> None:
    bed = Bed(free=2)

    async with running(bed):
        await asyncio.sleep(1.5)

    committed = [fact for fact in bed.facts if isinstance(fact, AttemptCommitted)]
    assert [(fact.call_id, fact.leg_id) for fact in committed] == [
        (attempt.call_id, attempt.leg_id) for attempt in bed.launches.attempts
    ]
    assert {fact.reason for fact in committed} == {Reason.AGENTS_CERTAIN}


@virtual_time
async def test_what_was_decided_is_told_before_what_came_of_it() -> None:
    bed = Bed(free=2)

    async with running(bed):
        await asyncio.sleep(10)

    kinds = [type(fact) for fact in bed.facts]
    decisions = [fact for fact in bed.facts if isinstance(fact, PacingDecided)]
    assert kinds == [PacingDecided, AttemptCommitted, AttemptCommitted, PacingDecided]
    assert [(fact.reason, fact.calls_to_place) for fact in decisions] == [
        (Reason.AGENTS_CERTAIN, 2),
        (Reason.IN_BALANCE, 0),
    ]


@virtual_time
async def test_nobody_is_dialled_while_the_database_is_away() -> None:
    bed = Bed()
    bed.store.away = True

    async with running(bed):
        await asyncio.sleep(60)
        while_away = bed.dialled
        bed.store.away = False
        await asyncio.sleep(3 * TICK_SECONDS)

    assert (while_away, bed.dialled) == (0, 3)


@virtual_time
async def test_nobody_is_dialled_when_the_commit_fails_after_the_window_was_read() -> None:
    class FailsToCommit(MemoryCampaignStore):
        async def commit_attempts(
            self,
            campaign: Campaign,
            call_ids: Sequence[CallId],
            now: datetime,
            reason: str,
            dates_first: Sequence[date] = (),
        ) -> list[CommittedAttempt | RefusedContact]:
            raise StoreUnavailable("the test took it away")

    bed = Bed()
    bed.runner._store = FailsToCommit(CAMPAIGN)

    async with running(bed):
        await asyncio.sleep(30)

    assert (bed.dialled, bed.runner.ringing) == (0, 0)
    assert [fact for fact in bed.facts if isinstance(fact, AttemptCommitted)] == []


@virtual_time
async def test_each_refusal_is_told_with_its_rule_and_the_next_contact_is_tried_at_once() -> None:
    bed = Bed(free=2)
    bed.store.refused = {ContactId(0): "objection", ContactId(1): "attempts_used_up"}

    async with running(bed):
        await asyncio.sleep(TICK_SECONDS)
        await settle()

    refused = [fact for fact in bed.facts if isinstance(fact, ContactRefused)]
    assert [(fact.contact_id, fact.rule) for fact in refused] == [(0, "objection"), (1, "attempts_used_up")]
    assert [attempt.contact_id for attempt in bed.launches.attempts] == [2, 3]
    assert bed.store.commits == [after(TICK_SECONDS)] * 2


@virtual_time
async def test_an_empty_list_is_asked_again_only_every_few_seconds() -> None:
    bed = Bed(contacts=0)

    async with running(bed):
        await asyncio.sleep(60)

    assert len(bed.store.commits) <= 60 / EMPTY_LIST_SECONDS
    assert all(
        (later - earlier).total_seconds() >= EMPTY_LIST_SECONDS
        for earlier, later in zip(bed.store.commits, bed.store.commits[1:], strict=False)
    )
    assert bed.runner.decision is not None
    assert bed.runner.decision.reason is Reason.LIST_EMPTY


@virtual_time
async def test_new_settings_end_the_wait_for_an_empty_list() -> None:
    bed = Bed(contacts=0)

    async with running(bed):
        await asyncio.sleep(1.5)
        bed.store.contacts = [ContactId(1)]
        bed.runner.change(replace(CAMPAIGN, name="with a new list"))
        await settle()

    assert bed.dialled == 1


@virtual_time
async def test_a_stopped_campaign_dials_nobody_until_it_runs_again() -> None:
    bed = Bed(replace(CAMPAIGN, state=CampaignState.STOPPED))

    async with running(bed):
        await asyncio.sleep(5)
        while_stopped = bed.dialled
        bed.runner.change(CAMPAIGN)
        await settle()

    assert (while_stopped, bed.dialled) == (0, 3)


@virtual_time
async def test_nobody_is_dialled_outside_calling_hours() -> None:
    evening = LoopClock()
    bed = Bed()
    bed.runner._now = lambda: evening.now().replace(hour=20)

    async with running(bed):
        await asyncio.sleep(10)

    assert bed.dialled == 0
    assert bed.runner.decision is not None
    assert bed.runner.decision.reason is Reason.WINDOW_CLOSED


@virtual_time
async def test_no_more_is_dialled_than_the_trunk_bears() -> None:
    bed = Bed(free=10)
    bed.room.left = 4

    async with running(bed):
        await asyncio.sleep(10)

    assert (bed.dialled, bed.room.left) == (4, 0)


@pytest.mark.parametrize(
    "over",
    [
        answered(1),
        ended(1, AttemptOutcome.BUSY),
        ended(1, AttemptOutcome.FAILED),
        ended(1, AttemptOutcome.IN_DOUBT),
    ],
)
def test_an_attempt_rings_until_it_is_answered_or_over(over: Fact) -> None:
    @virtual_time
    async def story() -> None:
        bed = Bed(free=1, contacts=1)

        async with running(bed):
            await asyncio.sleep(1.5)
            ringing = bed.runner.ringing
            bed.tell(over, over)

        assert (ringing, bed.runner.ringing) == (1, 0)

    story()


@virtual_time
async def test_an_attempt_that_is_over_makes_room_for_the_next_at_once() -> None:
    bed = Bed(free=1)

    async with running(bed):
        await asyncio.sleep(1.1)
        bed.tell(ended(1, AttemptOutcome.BUSY))
        await settle()

    assert bed.dialled == 2


@virtual_time
async def test_attempts_found_ringing_after_a_restart_count() -> None:
    bed = Bed(free=3)
    bed.runner.adopt(call_id(91), after(0))
    bed.runner.adopt(call_id(92), after(0))

    async with running(bed):
        await asyncio.sleep(1.5)

    assert bed.dialled == 1


@virtual_time
async def test_customers_who_wait_for_an_agent_come_before_new_ones() -> None:
    bed = Bed(free=1)
    bed.floor.waiting = 1

    async with running(bed):
        await asyncio.sleep(3)

    assert bed.dialled == 0


@virtual_time
async def test_another_campaigns_attempts_are_none_of_its_business() -> None:
    bed = Bed(free=1, contacts=1)

    async with running(bed):
        await asyncio.sleep(1.5)
        bed.tell(ended(1, AttemptOutcome.BUSY, CampaignId("tyres")))

    assert bed.runner.ringing == 1


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
        window = bed.runner._window
        await asyncio.sleep(WINDOW_REFRESH_SECONDS - 5)
        read_before = bed.store.windows
        await asyncio.sleep(10)

    assert window is not None
    assert (window.connected, window.abandoned) == (1001, 1)
    assert (read_before, bed.store.windows) == (1, 2)
    assert bed.runner._window is not None
    assert bed.runner._window.abandoned == 0


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


@virtual_time
async def test_talks_and_wrap_ups_are_learnt_from() -> None:
    bed = Bed(free=1)
    before = bed.runner._estimates._observed

    bed.tell(
        replace(ended(7, AttemptOutcome.CONNECTED), talk_seconds=90.0),
        agent_moved(AgentState.ON_CALL, AgentState.WRAP_UP, 100),
        agent_moved(AgentState.WRAP_UP, AgentState.AVAILABLE, 120),
        agent_moved(AgentState.AVAILABLE, AgentState.PAUSED, 130),
    )

    assert bed.runner._estimates._observed == before + 2


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


@virtual_time
async def test_want_of_room_is_told() -> None:
    bed = Bed()
    bed.room.left = 0

    async with running(bed):
        await asyncio.sleep(2)

    assert bed.room.lacked > 0


@virtual_time
async def test_a_list_is_not_taken_for_empty_when_others_took_the_room() -> None:
    class Contested(Room):
        def take(self, wanted: int, now: datetime) -> int:
            return super().take(wanted, now) if now >= after(1.5) else 0

    bed = Bed()
    bed.runner._room = Contested()

    async with running(bed):
        await asyncio.sleep(3)

    assert bed.dialled == 3
