import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest

from app.campaign_service import RELOAD_SECONDS, CampaignService
from calls.ids import CallId, CampaignId
from dialer.campaign import AbandonWindow, Campaign, CampaignState, PacingSettings, ResolvedAttempt
from dialer.errors import StoreUnavailable
from dialer.pacing import Reason
from dialer.profile_file import shipped_profiles
from dialer.runner import CampaignRunner
from tests.fakes.campaign_store import FewLineAgents, Launches, MemoryCampaignStore, Room, Workshop
from tests.fakes.virtual_time import START, LoopClock, settle, virtual_time
from tests.unit.app.people import APK, CAMPAIGN, answered, call_id

DRAFT = replace(CAMPAIGN, campaign_id=CampaignId("draft"), state=CampaignState.DRAFT)


class Bed:
    """A service, its database and the windows it showed."""

    def __init__(self, *campaigns: Campaign, demo: bool = False) -> None:
        numbers = count(1)
        self.store = MemoryCampaignStore(*campaigns)
        self.ddis = [CAMPAIGN.shown_number]
        self.windows: list[AbandonWindow] = []
        self.made: list[CampaignRunner] = []
        self.blended: list[Collection[CampaignId]] = []

        def make(campaign: Campaign) -> CampaignRunner:
            runner = CampaignRunner(
                campaign,
                self.store,
                FewLineAgents(0),
                Launches(),
                Room(),
                lambda _fact: None,
                LoopClock(),
                lambda: CallId(f"n1{next(numbers):026d}"),
                lambda _campaign_id, _reason: None,
                shipped_profiles(),
                Workshop(),
            )
            self.made.append(runner)
            return runner

        self.service = CampaignService(
            self.store,
            make,
            self.windows.append,
            self.blended.append,
            LoopClock().now,
            profiles=shipped_profiles(),
            numbers_of=lambda _dealer: self.ddis,
            demo=demo,
        )


@asynccontextmanager
async def running(bed: Bed) -> AsyncIterator[None]:
    first = await bed.service.load()
    async with asyncio.TaskGroup() as group:
        service = group.create_task(bed.service.run(first))
        await settle()
        yield
        service.cancel()


@virtual_time
async def test_every_campaign_is_known_but_only_a_running_one_gets_a_runner() -> None:
    bed = Bed(CAMPAIGN, DRAFT)

    fresh = await bed.service.load()

    assert fresh == bed.made
    assert [runner.campaign for runner in fresh] == [CAMPAIGN]
    assert set(bed.service.campaigns) == {APK, DRAFT.campaign_id}
    assert bed.service.runner(DRAFT.campaign_id) is None


@virtual_time
async def test_a_runner_begins_with_what_the_campaign_has_taught_before() -> None:
    bed = Bed(CAMPAIGN)
    bed.store.resolved = [
        ResolvedAttempt(START - timedelta(hours=1), 9.0, answered=True, talk_seconds=None)
    ] * 50

    [runner] = await bed.service.load()

    assert runner._estimates.forecast(START).counted == 50


@pytest.mark.parametrize("demo", [True, False])
def test_the_profile_for_simulated_people_dials_in_a_demo_only(demo: bool) -> None:
    @virtual_time
    async def story() -> None:
        bed = Bed(replace(CAMPAIGN, profile="demo"), demo=demo)

        assert len(await bed.service.load()) == demo

    story()


@virtual_time
async def test_a_campaign_dials_nobody_once_the_settings_have_lost_the_number_that_it_shows() -> None:
    bed = Bed(CAMPAIGN)
    bed.ddis = []
    lost = await bed.service.load()
    bed.ddis = ["+31401234599", CAMPAIGN.shown_number]

    assert (lost, len(await bed.service.load())) == ([], 1)


@virtual_time
async def test_a_profile_that_was_narrowed_since_holds_for_a_campaign_that_runs() -> None:
    pacing = PacingSettings(limit_ratio=0.04, target_ratio=0.035)
    bed = Bed(replace(CAMPAIGN, ring_seconds=12, pacing=pacing))

    [runner] = await bed.service.load()

    assert runner.campaign == bed.service.campaign(APK)
    assert runner.campaign.ring_seconds == 15
    assert (runner.campaign.pacing.limit_ratio, runner.campaign.pacing.target_ratio) == (0.03, 0.03)


@virtual_time
async def test_whoever_watches_sees_the_last_decision_and_the_last_window() -> None:
    bed = Bed(CAMPAIGN)
    before = (bed.service.last_decision(APK), bed.service.window(APK))

    async with running(bed):
        await asyncio.sleep(RELOAD_SECONDS + 0.1)
        decision = bed.service.last_decision(APK)

    assert before == (None, None)
    assert decision is not None
    assert decision.reason is Reason.NO_AGENTS
    assert bed.service.window(APK) == bed.windows[-1]


@virtual_time
async def test_a_campaign_that_is_started_gets_its_runner_at_the_next_look() -> None:
    bed = Bed(DRAFT)

    async with running(bed):
        bed.store.known[DRAFT.campaign_id] = replace(DRAFT, state=CampaignState.RUNNING)
        await asyncio.sleep(RELOAD_SECONDS + 1.5)
        runner = bed.service.runner(DRAFT.campaign_id)

        assert runner is not None
        assert runner.decision is not None


@virtual_time
async def test_a_change_that_is_announced_is_read_at_once_by_the_same_runner() -> None:
    bed = Bed(CAMPAIGN)

    async with running(bed):
        stopped = replace(CAMPAIGN, state=CampaignState.STOPPED)
        bed.store.known[APK] = stopped
        bed.service.changed()
        await settle()

        assert bed.made[0].campaign == stopped
        assert len(bed.made) == 1


@virtual_time
async def test_the_abandoned_of_every_campaign_that_ran_are_shown_also_when_it_was_stopped_before() -> None:
    stopped = replace(CAMPAIGN, campaign_id=CampaignId("stopped"), state=CampaignState.STOPPED)
    bed = Bed(CAMPAIGN, DRAFT, stopped)
    bed.store.abandoned = 7

    async with running(bed):
        await asyncio.sleep(RELOAD_SECONDS + 0.1)

    assert {window.campaign_id for window in bed.windows} == {APK, stopped.campaign_id}
    assert bed.windows[-1].abandoned == 7
    assert (LoopClock().now() - bed.windows[-1].since).total_seconds() == pytest.approx(86400, abs=1)


@virtual_time
async def test_campaigns_go_on_when_the_database_was_away() -> None:
    bed = Bed(CAMPAIGN)

    async with running(bed):
        bed.store.away = True
        await asyncio.sleep(30)
        bed.store.away = False
        bed.store.known[APK] = replace(CAMPAIGN, name="new")
        await asyncio.sleep(RELOAD_SECONDS + 0.1)

        assert bed.made[0].campaign.name == "new"


@virtual_time
async def test_the_first_look_fails_loudly() -> None:
    bed = Bed(CAMPAIGN)
    bed.store.away = True

    with pytest.raises(StoreUnavailable):
        await bed.service.load()


@virtual_time
async def test_runners_learn_of_facts_and_of_attempts_found_ringing() -> None:
    bed = Bed(CAMPAIGN)
    (runner,) = await bed.service.load()

    bed.service.adopt(APK, call_id(1), START, kept=False)
    bed.service.adopt(APK, call_id(3), START, kept=True)
    bed.service.adopt(CampaignId("unknown"), call_id(2), START, kept=False)
    ringing = runner.ringing
    bed.service.on_fact(answered(1))

    assert (ringing, runner.ringing) == (1, 0)


@virtual_time
async def test_whose_agents_take_callers_too_is_told_once_at_each_change() -> None:
    blended = replace(CAMPAIGN, pacing=replace(CAMPAIGN.pacing, blended=True))
    bed = Bed(CAMPAIGN)

    for now in (CAMPAIGN, blended, replace(blended, name="new"), CAMPAIGN):
        bed.store.known[APK] = now
        await bed.service.load()

    assert bed.blended == [{APK}, set()]


@virtual_time
async def test_the_wrap_up_is_the_campaigns_and_none_for_an_unknown_one() -> None:
    bed = Bed(CAMPAIGN)
    await bed.service.load()

    assert bed.service.wrap_up_seconds(APK) == CAMPAIGN.wrap_up_seconds
    assert bed.service.wrap_up_seconds(CampaignId("unknown")) == 0
