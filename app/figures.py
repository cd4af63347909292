"""Shows on /metrics what is no fact but a moment's state: queues, agents, campaigns, the journal's depth, the loop's lag."""

import asyncio
from collections import Counter
from collections.abc import Callable

from app.ami.facts import ContactState
from app.campaign_service import CampaignService
from app.clock import TrustedClock
from app.journal import Journal
from app.phones import PhoneWatch
from calls.ids import NodeId
from dialer.answering import Calibration
from dialer.campaign import CampaignState
from metrics.campaigns import AnswerCalibration, CampaignFigures
from metrics.floor import QueueFigures
from metrics.observer import Metrics
from metrics.technical import PhoneFigures
from routing.floor import Floor

EVERY_SECONDS = 1.0
_LAG_STEP_SECONDS = 0.1


class Figures:
    """Takes the snapshot. `run` does so every second and measures how late the event loop is."""

    def __init__(
        self,
        metrics: Metrics,
        floor: Floor,
        campaigns: CampaignService,
        journal: Journal,
        clock: TrustedClock,
        node: NodeId,
        phones: PhoneWatch,
        refuses: Callable[[], bool],
    ) -> None:
        self._metrics = metrics
        self._floor = floor
        self._campaigns = campaigns
        self._journal = journal
        self._clock = clock
        self._node = node
        self._phones = phones
        self._refuses = refuses

    def show(self) -> None:
        """Take the snapshot now."""
        view = self._floor.view(self._clock.now())
        self._metrics.floor.set_floor(
            (
                QueueFigures(queue.dealer, queue.department, queue.length, queue.longest_wait_seconds)
                for queue in view.queues
            ),
            self._floor.agents_by_state(),
            {dealer: self._floor.inbound_agents(dealer) for dealer in self._metrics.floor.dealers},
        )
        self._metrics.campaigns.set_campaigns(
            CampaignFigures(
                campaign.campaign_id,
                campaign.state is CampaignState.RUNNING,
                campaign.pacing.limit_ratio,
                Counter(agent.state for agent in self._floor.line_agents(campaign.campaign_id)),
                _calibration(self._campaigns.calibration(campaign.campaign_id)),
            )
            for campaign in self._campaigns.campaigns.values()
        )
        self._metrics.technical.set_journal(
            self._journal.depth, self._journal.unkept, self._journal.dropped, self._journal.observer_errors
        )
        phones, registrations = self._phones.phones().values(), self._phones.registrations().values()
        self._metrics.technical.set_phones(
            self._node,
            PhoneFigures(
                Counter(state.value for state in phones),
                len(self._phones.unreachable()),
                sum(registrations),
                len(registrations) - sum(registrations),
                self._phones.knows,
                self._phones.trunk[1] is ContactState.UNREACHABLE,
                self._refuses(),
            ),
        )
        self._metrics.technical.set_clock(self._node, trusted=self._clock.trusted())
        self._metrics.technical.set_tasks(len(asyncio.all_tasks()))

    async def run(self) -> None:
        """Show every second."""
        while True:
            for _ in range(round(EVERY_SECONDS / _LAG_STEP_SECONDS)):
                before = self._clock.monotonic()
                await asyncio.sleep(_LAG_STEP_SECONDS)
                late = self._clock.monotonic() - before - _LAG_STEP_SECONDS
                self._metrics.technical.observe_loop_lag(max(0.0, late))
            self.show()


def _calibration(found: Calibration | None) -> AnswerCalibration | None:
    return None if found is None else AnswerCalibration(found.brier, found.mean_chance, found.answered_ratio)
