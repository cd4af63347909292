"""The dialler's store: `dialer.ports.CampaignStore` on the database."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType

from sqlalchemy import func, select

from app.storage import campaigns, tables
from app.storage.commitments import Commitment
from app.storage.database import Database
from app.storage.epochs import check_epoch
from app.storage.objections import store_objection
from calls.ids import AgentId, CallId, CampaignId, ContactId, NodeId
from dialer.campaign import AbandonWindow, Campaign, CommittedAttempt, RefusedContact
from dialer.profiles import Profiles


class SqlCampaignStore:
    """The store of one controller: it commits attempts for `node` under its `epoch`."""

    def __init__(self, database: Database, node: NodeId, epoch: int, profiles: Profiles) -> None:
        self._database = database
        self._node = node
        self._epoch = epoch
        self._profiles = profiles

    async def campaigns(self) -> list[Campaign]:
        """Return every campaign, whatever its state."""
        return await campaigns.all_campaigns(self._database)

    async def commit_attempts(
        self,
        campaign: Campaign,
        call_ids: Sequence[CallId],
        now: datetime,
        reason: str,
        dates_first: Sequence[date] = (),
        languages: Mapping[str, int] = MappingProxyType({}),
    ) -> list[CommittedAttempt | RefusedContact]:
        """Commit attempts as the port says; nothing for a campaign that is not running by now.

        Raises StaleEpoch when another controller is in charge, UnknownProfile when the campaign names no profile.
        """
        profile = self._profiles.named(campaign.profile)
        async with self._database.writing() as connection:
            await check_epoch(connection, self._node, self._epoch)
            commitment = Commitment(
                self._database,
                connection,
                campaign,
                profile,
                self._node,
                self._epoch,
                now,
            )
            return await commitment.commit(call_ids, reason, dates_first, languages)

    async def abandon_window(self, campaign_id: CampaignId, since: datetime) -> AbandonWindow:
        """Count the attempts that were connected and those that were abandoned from `since` on."""
        attempts = tables.attempts
        counts = select(
            *(
                select(func.count())
                .where(attempts.c.campaign_id == campaign_id, moment >= since)
                .scalar_subquery()
                for moment in (attempts.c.connected_at, attempts.c.abandoned_at)
            )
        )
        async with self._database.reading() as connection:
            connected, abandoned = (await connection.execute(counts)).one()
        return AbandonWindow(campaign_id, since, connected, abandoned)

    async def record_objection(
        self, call_id: CallId, contact_id: ContactId, agent_id: AgentId | None, now: datetime
    ) -> None:
        """Store that this person does not want to be called, for ever: any attempt committed later is refused."""
        async with self._database.writing() as connection:
            await store_objection(connection, call_id, contact_id, agent_id, now)
