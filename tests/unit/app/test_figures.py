import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from app.ami.facts import ContactChanged, ContactState, TrunkChanged
from app.campaign_service import CampaignService
from app.figures import Figures
from app.phones import PhoneWatch
from calls.ids import CampaignId
from calls.words import AgentState
from dialer.campaign import Campaign, CampaignState
from dialer.profile_file import shipped_profiles
from dialer.runner import CampaignRunner
from metrics.observer import Metrics
from tests.fakes.campaign_store import MemoryCampaignStore
from tests.fakes.virtual_time import LoopClock, virtual_time
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import ANNA, BRAM, CAMPAIGN, DEMO, NODE, agent, queued
from tests.unit.metrics.reading import Shown

DRAFT = replace(CAMPAIGN, campaign_id=CampaignId("draft"), state=CampaignState.DRAFT)


class NeverRuns:
    """Knows campaigns, runs none."""

    def __call__(self, campaign: Campaign) -> CampaignRunner:
        raise AssertionError("the test runs no campaign")


async def figures_on(bed: Bed, metrics: Metrics, *, late: Callable[[], float] = lambda: 0.0) -> Figures:
    service = CampaignService(
        MemoryCampaignStore(DRAFT),
        NeverRuns(),
        lambda _window: None,
        lambda _campaigns: None,
        LoopClock().now,
        profiles=shipped_profiles(),
        numbers_of=lambda _dealer: (),
        demo=False,
    )
    await service.load()
    phones = PhoneWatch(bed.desk, "trunk")
    phones.on_contacts(
        [ContactChanged("bram", ContactState.REACHABLE), ContactChanged("trunk", ContactState.UNREACHABLE)]
    )
    phones.on_trunk(TrunkChanged("sip:dealer@example.org", is_registered=False))
    return Figures(metrics, bed.floor, service, bed.journal, LateClock(late), NODE, phones, lambda: True)


class LateClock(LoopClock):
    """The virtual clock and a lag on top of it."""

    def __init__(self, late: Callable[[], float]) -> None:
        self._late = late

    def monotonic(self) -> float:
        return super().monotonic() + self._late()


@virtual_time
async def test_queues_agents_and_campaigns_are_shown_as_they_are_now() -> None:
    metrics = Metrics({DEMO: 20.0})
    async with a_bed(agent(ANNA, AgentState.PAUSED), agent(BRAM, campaign_id=DRAFT.campaign_id)) as bed:
        figures = await figures_on(bed, metrics)
        bed.journal.publish(queued(1), queued(2))
        await asyncio.sleep(12)

        figures.show()

    shown = Shown(metrics)
    assert shown.of("waiting_calls", dealer="demo", department="sales") == 2
    assert shown.of("longest_wait_seconds", dealer="demo", department="sales") == 12
    assert shown.of("agents", state="paused") == 1
    assert shown.of("running_campaigns", campaign="draft") == 0
    assert shown.of("campaign_agents", campaign="draft", state="available") == 1
    assert shown.of("journal_waiting_facts") == 2
    assert shown.of("trusted_clocks", node="n1") == 1
    assert shown.of("phones", node="n1", state="reachable") == 1
    assert shown.of("unreachable_agents", node="n1") == 1
    assert shown.of("trunk_registrations", node="n1", state="unregistered") == 1
    assert shown.of("unreachable_trunks", node="n1") == 1
    assert shown.of("refusing_trunks", node="n1") == 1


@virtual_time
async def test_of_those_at_work_only_who_is_given_callers_counts_as_an_inbound_agent() -> None:
    metrics = Metrics({DEMO: 20.0})
    on_campaign = agent(ANNA, AgentState.ON_CALL, campaign_id=DRAFT.campaign_id)
    async with a_bed(on_campaign, agent(BRAM, AgentState.ON_CALL)) as bed:
        figures = await figures_on(bed, metrics)

        figures.show()

    assert Shown(metrics).of("agents", state="on_call") == 2
    assert Shown(metrics).of("inbound_agents", dealer="demo") == 1


@virtual_time
async def test_the_tasks_of_the_loop_are_counted() -> None:
    metrics = Metrics({DEMO: 20.0})
    async with a_bed() as bed:
        figures = await figures_on(bed, metrics)
        figures.show()
        before = Shown(metrics).of("tasks")

        for number in range(3):
            bed.tasks.start(f"waits {number}", asyncio.sleep(60))
        figures.show()
        after = Shown(metrics).of("tasks")
        expected = len(asyncio.all_tasks())

    assert after == expected > 3
    assert after == before + 3


@virtual_time
async def test_a_late_loop_is_measured() -> None:
    metrics = Metrics({DEMO: 20.0})
    async with a_bed() as bed:
        readings = iter([0.0, 0.25] * 1000)
        figures = await figures_on(bed, metrics, late=lambda: next(readings))
        bed.tasks.start("figures", figures.run())

        await asyncio.sleep(1.05)

    assert Shown(metrics).of("loop_lag_seconds_count") == 10
    assert Shown(metrics).of("loop_lag_seconds_sum") == pytest.approx(2.5)
