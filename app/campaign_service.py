"""Keeps a runner for every campaign that dials, and tells the runners and the metrics what the database says."""

import asyncio
import logging
from collections.abc import Callable, Collection, Sequence
from datetime import date, datetime, timedelta

from calls.facts import Fact
from calls.ids import CallId, CampaignId, DealerId
from dialer.answering import Calibration
from dialer.campaign import AbandonWindow, Campaign, CampaignState, Traits
from dialer.errors import DemoProfile, StoreUnavailable, UnknownProfile
from dialer.pacing import PacingDecision
from dialer.ports import CampaignStore
from dialer.profiles import Profiles, kept_within
from dialer.runner import CampaignRunner
from dialer.workshop import agents_borne, dates_to_call_first

RELOAD_SECONDS = 2.0
WINDOW = timedelta(hours=24)
_log = logging.getLogger(__name__)


class CampaignService:
    """All campaigns. `make_runner` builds a runner; `show_window` shows a campaign's last 24 hours.

    `blend` hears, at each change, which campaigns' agents take callers too; `numbers_of` tells a dealer's own numbers.
    """

    def __init__(
        self,
        store: CampaignStore,
        make_runner: Callable[[Campaign], CampaignRunner],
        show_window: Callable[[AbandonWindow], None],
        blend: Callable[[Collection[CampaignId]], None],
        now: Callable[[], datetime],
        *,
        profiles: Profiles,
        numbers_of: Callable[[DealerId], Collection[str]],
        demo: bool,
    ) -> None:
        self._store = store
        self._make_runner = make_runner
        self._show_window = show_window
        self._blend = blend
        self._blended: frozenset[CampaignId] = frozenset()
        self._now = now
        self._profiles = profiles
        self._numbers_of = numbers_of
        self._demo = demo
        self.campaigns: dict[CampaignId, Campaign] = {}
        self._runners: dict[CampaignId, CampaignRunner] = {}
        self._windows: dict[CampaignId, AbandonWindow] = {}
        self._changed = asyncio.Event()

    def changed(self) -> None:
        """Somebody changed a campaign: read them again now."""
        self._changed.set()

    def runner(self, campaign_id: CampaignId) -> CampaignRunner | None:
        """The runner of a campaign, None when it never ran in this process."""
        return self._runners.get(campaign_id)

    def last_decision(self, campaign_id: CampaignId) -> PacingDecision | None:
        """What the pacing decided last, None before its first decision in this process."""
        runner = self._runners.get(campaign_id)
        return runner.decision if runner is not None else None

    def calibration(self, campaign_id: CampaignId) -> Calibration | None:
        """How honest a campaign's chances of an answer have been, None before it has dialled in this process."""
        runner = self._runners.get(campaign_id)
        return runner.calibration if runner is not None else None

    def campaign(self, campaign_id: CampaignId) -> Campaign | None:
        """A campaign as last read from the database, within what its profile allows."""
        return self.campaigns.get(campaign_id)

    def ringing(self, campaign_id: CampaignId) -> int:
        """Calls in the air that its pacing dialled and nobody has answered yet."""
        runner = self._runners.get(campaign_id)
        return runner.ringing if runner is not None else 0

    def dates_first(self, campaign_id: CampaignId) -> Sequence[date]:
        """The dates whose contacts fill the workshop's quiet days."""
        runner = self._runners.get(campaign_id)
        return dates_to_call_first(runner.coming) if runner is not None else ()

    def bears(self, campaign_id: CampaignId, agents: int) -> int:
        """How many of so many agents the workshop lets be at work for a campaign."""
        runner = self._runners.get(campaign_id)
        return agents_borne(agents, runner.coming) if runner is not None else agents

    def window(self, campaign_id: CampaignId) -> AbandonWindow | None:
        """The last 24 hours as last read from the database."""
        return self._windows.get(campaign_id)

    def wrap_up_seconds(self, campaign_id: CampaignId) -> float:
        """The wrap-up after a conversation of this campaign."""
        campaign = self.campaigns.get(campaign_id)
        return float(campaign.wrap_up_seconds) if campaign is not None else 0.0

    def adopt(
        self,
        campaign_id: CampaignId,
        call_id: CallId,
        dialled_at: datetime,
        traits: Traits | None = None,
        *,
        kept: bool,
    ) -> None:
        """An attempt of this campaign rings that its pacing did not dial; an agent is `kept` for it, or is not."""
        if (runner := self._runners.get(campaign_id)) is not None:
            runner.adopt(call_id, dialled_at, traits, kept=kept)

    def doubt(self, campaign_id: CampaignId, call_id: CallId) -> None:
        """An attempt of this campaign may have been committed without the database saying so, and is not dialled."""
        if (runner := self._runners.get(campaign_id)) is not None:
            runner.doubt([call_id])

    def clock_moved(self, by: timedelta) -> None:
        """The wall clock was set to another time: tell every runner."""
        for runner in self._runners.values():
            runner.clock_moved(by)

    def on_fact(self, fact: Fact) -> None:
        """Tell every runner."""
        for runner in self._runners.values():
            runner.on_fact(fact)

    async def load(self) -> list[CampaignRunner]:
        """Read the campaigns; the runners that are new. Raises StoreUnavailable."""
        fresh: list[CampaignRunner] = []
        for stored in await self._store.campaigns():
            profile = self._profiles.by_name.get(stored.profile)
            campaign = stored if profile is None else kept_within(profile, stored)
            self.campaigns[campaign.campaign_id] = campaign
            runner = self._runners.get(campaign.campaign_id)
            if runner is not None:
                runner.change(campaign)
            elif campaign.state is CampaignState.RUNNING and self._may_run(campaign):
                runner = self._make_runner(campaign)
                await runner.prime()
                self._runners[campaign.campaign_id] = runner
                fresh.append(runner)
        blended = frozenset(each.campaign_id for each in self.campaigns.values() if each.pacing.blended)
        if blended != self._blended:
            self._blended = blended
            self._blend(blended)
        return fresh

    async def run(self, first: list[CampaignRunner]) -> None:
        """Run `first` and every campaign that comes to run, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for runner in first:
                group.create_task(runner.run(), name=f"campaign {runner.campaign.campaign_id}")
            while True:
                try:
                    async with asyncio.timeout(RELOAD_SECONDS):
                        await self._changed.wait()
                except TimeoutError:
                    pass
                self._changed.clear()
                try:
                    for runner in await self.load():
                        group.create_task(runner.run(), name=f"campaign {runner.campaign.campaign_id}")
                    for campaign_id in self._begun():
                        window = await self._store.abandon_window(campaign_id, self._now() - WINDOW)
                        self._windows[campaign_id] = window
                        self._show_window(window)
                except StoreUnavailable as error:
                    _log.warning("campaigns could not be read", extra={"reason": str(error)})

    def _begun(self) -> list[CampaignId]:
        """The campaigns that have dialled, or may have: also those that were stopped before this process."""
        states = self.campaigns.values()
        return [each.campaign_id for each in states if each.state is not CampaignState.DRAFT]

    def _may_run(self, campaign: Campaign) -> bool:
        """Whether the settings of now let it dial: with a number shown that is answered, simulated people in a demo only."""
        try:
            self._profiles.usable(campaign.profile, demo=self._demo)
        except (UnknownProfile, DemoProfile) as error:
            reason = str(error)
        else:
            if campaign.shown_number in self._numbers_of(campaign.dealer):
                return True
            reason = f"the number it shows is none of {campaign.dealer}: whoever calls it back reaches nobody"
        _log.error("a campaign does not dial", extra={"campaign": campaign.campaign_id, "reason": reason})
        return False
