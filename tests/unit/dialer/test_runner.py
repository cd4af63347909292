import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import count
from types import MappingProxyType

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
from dialer.answering import Choice
from dialer.campaign import (
    AbandonWindow,
    Campaign,
    CampaignKind,
    CampaignState,
    CommittedAttempt,
    DialMode,
    LegalBasis,
    PacingSettings,
    RefusedContact,
    ResolvedAttempt,
    Traits,
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


class JumpingClock(LoopClock):
    """A clock that can be set to another time, and that can be in doubt."""

    def __init__(self) -> None:
        self.set_forward = timedelta()
        self.believed = True

    def now(self) -> datetime:
        return super().now() + self.set_forward

    def trusted(self) -> bool:
        return self.believed


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
        self.clock = JumpingClock()
        self.runner = CampaignRunner(
            campaign,
            self.store,
            self.floor,
            self.launches,
            self.room,
            self.facts.append,
            self.clock,
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
async def test_the_store_hears_how_many_can_be_called_in_each_language() -> None:
    bed = Bed()
    bed.floor.languages = {"turkish": 1}

    async with running(bed):
        await asyncio.sleep(3)

    assert bed.store.languages == {"turkish": 1}


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
            choice: Choice | None = None,
            languages: Mapping[str, int] = MappingProxyType({}),
        ) -> list[CommittedAttempt | RefusedContact]:
            raise StoreUnavailable("the test took it away")

    bed = Bed()
    bed.runner._store = FailsToCommit(CAMPAIGN)

    async with running(bed):
        await asyncio.sleep(30)

    assert (bed.dialled, bed.runner.ringing) == (0, 0)
    assert [fact for fact in bed.facts if isinstance(fact, AttemptCommitted)] == []


@virtual_time
async def test_an_attempt_that_was_committed_although_the_database_did_not_say_so_ends_and_is_never_dialled() -> (
    None
):
    class DiesAsItCommits(MemoryCampaignStore):
        async def commit_attempts(
            self,
            campaign: Campaign,
            call_ids: Sequence[CallId],
            now: datetime,
            reason: str,
            dates_first: Sequence[date] = (),
            choice: Choice | None = None,
            languages: Mapping[str, int] = MappingProxyType({}),
        ) -> list[CommittedAttempt | RefusedContact]:
            if not self.commits:
                self.commits.append(now)
                self.open = {call_ids[0]: ContactId(77)}
                raise StoreUnavailable("the test took it away")
            return await super().commit_attempts(
                campaign, call_ids, now, reason, dates_first, choice, languages
            )

    bed = Bed(free=2)
    bed.runner._store = DiesAsItCommits(CAMPAIGN, contacts=10)

    async with running(bed):
        await asyncio.sleep(10)

    told = [fact for fact in bed.facts if isinstance(fact, AttemptCommitted | AttemptEnded)]
    assert [(type(fact), fact.contact_id) for fact in told[:2]] == [
        (AttemptCommitted, 77),
        (AttemptEnded, 77),
    ]
    assert isinstance(told[1], AttemptEnded)
    assert told[1].outcome is AttemptOutcome.FAILED
    assert sum(fact.contact_id == 77 for fact in told) == 2
    assert [attempt.contact_id for attempt in bed.launches.attempts] == [0, 1]


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
    bed = Bed()
    bed.clock.set_forward = timedelta(hours=10)

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
        window = await bed.runner._abandons(after(13))
        await asyncio.sleep(WINDOW_REFRESH_SECONDS - 5)
        read_before = bed.store.windows
        await asyncio.sleep(10)

    assert (window.connected, window.abandoned) == (1001, 1)
    assert (read_before, bed.store.windows) == (1, 2)


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
async def test_a_restart_forgets_neither_who_answers_nor_how_long_they_talk() -> None:
    bed = Bed()
    bed.store.resolved = [
        ResolvedAttempt(after(-3600 + second), 9.0, answered=second % 2 == 0, talk_seconds=60.0)
        for second in range(400)
    ]

    await bed.runner.prime()

    forecast = bed.runner._estimates.forecast(after(0))
    assert forecast.answer_rate == pytest.approx(0.5, abs=0.05)
    assert forecast.counted == 400
    assert bed.runner._estimates.talk.mean() == pytest.approx(63, abs=8)


@virtual_time
async def test_attempts_of_the_last_seconds_before_a_restart_count_when_those_found_ringing_do() -> None:
    bed = Bed()
    # Of four that were dialled at once the failures are known first; the others were found ringing.
    bed.store.resolved = [ResolvedAttempt(after(-5), 3.0, answered=False, talk_seconds=None)] * 2
    for number in (91, 92):
        bed.runner.adopt(call_id(number), after(-5))

    await bed.runner.prime()
    before = bed.runner._estimates.forecast(after(0)).counted
    for number in (91, 92):
        bed.tell(answered(number))

    assert before == 0
    bed.runner._estimates.answers.come_of_age(after(18))
    assert bed.runner._estimates.answers.counted == 4
    assert bed.runner._estimates.answers.rate > 0.3


@virtual_time
async def test_the_store_hears_for_how_many_calls_an_agent_is_certain_and_who_is_likely_to_answer() -> None:
    bed = Bed(free=2)

    async with running(bed):
        await asyncio.sleep(1.5)

    [choice] = bed.store.choices
    assert choice is not None
    assert choice.certain == 2
    silent = Traits("mobile", weekday=0, hour=10, answered=0, unanswered=3)
    assert choice.chance(replace(silent, answered=3, unanswered=0)) > choice.chance(silent)


@virtual_time
async def test_how_honest_the_chances_were_is_known_once_attempts_have_come_of_age() -> None:
    bed = Bed()
    before = bed.runner.calibration
    bed.store.resolved = [ResolvedAttempt(after(-60), 9.0, answered=True, talk_seconds=None)] * 30

    await bed.runner.prime()
    bed.runner._estimates.forecast(after(0))

    assert before is None
    assert bed.runner.calibration is not None
    assert bed.runner.calibration.answered_ratio == 1.0


@virtual_time
async def test_how_often_a_customer_is_rescued_is_learnt_from_those_who_found_nobody_free() -> None:
    bed = Bed(free=1)
    at_first = bed.runner._rescue.value
    before = bed.runner._estimates._observed

    for second in range(8):
        bed.tell(agent_moved(AgentState.WRAP_UP, AgentState.RESERVED, second))
    often = bed.runner._rescue.value
    for second in range(8):
        bed.tell(
            AttemptAbandoned(after(second), call_id(1), APK, DEMO, 1.7),
            AttemptConnected(after(second), call_id(2), APK, DEMO, ANNA, 1.2),
            AttemptConnected(after(second), call_id(3), APK, DEMO, ANNA, 0.02),
        )

    assert often > 0.5 > bed.runner._rescue.value > at_first
    assert bed.runner._estimates._observed == before


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
