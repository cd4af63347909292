"""The pacing's decisions as people see them, kept for so many days."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from app.clock import Clock
from app.storage.campaigns import all_campaigns, get_campaign
from app.storage.database import Database
from app.storage.decisions import KeptDecision, decisions_until, remove_decisions
from calls.ids import CampaignId
from dialer.errors import StoreUnavailable

LOOK_SECONDS = 3600.0
_log = logging.getLogger(__name__)


class PacingLog:
    """What was decided when. `run` removes what is older than `days`."""

    def __init__(self, database: Database, clock: Clock, days: int) -> None:
        self._database = database
        self._clock = clock
        self._days = days

    async def decisions(
        self, campaign_id: CampaignId, until: datetime | None, count: int
    ) -> Sequence[KeptDecision]:
        """A campaign's last decisions until a moment or now, oldest first. Raises UnknownCampaign, StoreUnavailable."""
        await get_campaign(self._database, campaign_id)
        return await decisions_until(self._database, campaign_id, until or self._clock.now(), count)

    async def run(self) -> None:
        """Remove old decisions once an hour, until cancelled."""
        while True:
            try:
                campaigns = [each.campaign_id for each in await all_campaigns(self._database)]
                before = self._clock.now() - timedelta(days=self._days)
                removed = await remove_decisions(self._database, campaigns, before)
            except StoreUnavailable as error:
                _log.warning("old pacing decisions could not be removed", extra={"reason": str(error)})
            else:
                if removed:
                    _log.info("old pacing decisions were removed", extra={"facts": removed})
            await asyncio.sleep(LOOK_SECONDS)
