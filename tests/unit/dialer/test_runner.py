"""Whom a campaign's runner dials, and when."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from calls.facts import (
    AttemptCommitted,
    AttemptEnded,
    ContactRefused,
    Fact,
    PacingDecided,
)
from calls.ids import CallId, CampaignId, ContactId
from calls.words import AttemptOutcome
from dialer.answering import Choice
from dialer.campaign import (
    Campaign,
    CampaignState,
    CommittedAttempt,
    RefusedContact,
)
from dialer.errors import StoreUnavailable
from dialer.pacing import Reason
from dialer.profile_file import profiles_with
from dialer.runner import (
    EMPTY_LIST_SECONDS,
    TICK_SECONDS,
)
from tests.fakes.campaign_store import MemoryCampaignStore, Room
from tests.fakes.virtual_time import after, settle, virtual_time
from tests.unit.dialer.runner_bed import (
    CAMPAIGN,
    Bed,
    answered,
    call_id,
    ended,
    running,
)


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


class DiesAsItCommits(MemoryCampaignStore):
    """Stores the first commit without saying so."""

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
        return await super().commit_attempts(campaign, call_ids, now, reason, dates_first, choice, languages)


@virtual_time
async def test_an_attempt_that_was_committed_although_the_database_did_not_say_so_ends_and_is_never_dialled() -> (
    None
):
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


@pytest.mark.parametrize(("believed", "ends"), [(True, 1), (False, 0)])
@virtual_time
async def test_such_an_attempt_ends_also_when_its_campaign_is_stopped_meanwhile_once_the_clock_is_believed(
    believed: bool, ends: int
) -> None:
    bed = Bed(free=2)
    bed.runner._store = DiesAsItCommits(CAMPAIGN, contacts=10)

    async with running(bed):
        await asyncio.sleep(1.5)
        bed.runner.change(replace(CAMPAIGN, state=CampaignState.STOPPED))
        bed.clock.believed = believed
        await asyncio.sleep(10)

    told = [fact for fact in bed.facts if isinstance(fact, AttemptEnded)]
    assert [fact.contact_id for fact in told] == [77] * ends
    assert bed.dialled == 0


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
async def test_calling_hours_are_those_of_where_the_profile_says_that_most_of_the_called_live() -> None:
    curacao = {"based_on": "nl-business", "timezone": "America/Curacao"}
    bed = Bed(
        replace(CAMPAIGN, profile="curacao"), profiles=profiles_with({Path("profiles/curacao.toml"): curacao})
    )

    async with running(bed):
        await asyncio.sleep(10)
        at_six_there = bed.dialled
        bed.clock.set_forward = timedelta(hours=10)
        await asyncio.sleep(10)

    assert (at_six_there, bed.dialled) == (0, 3)


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
