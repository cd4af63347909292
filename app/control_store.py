"""The database behind `Control`."""

from collections.abc import Sequence
from datetime import datetime

from app.storage import agents, audit, campaigns, totals, voicemails
from app.storage.audit import AuditEntry
from app.storage.campaign_store import SqlCampaignStore
from app.storage.database import Database
from app.storage.voicemails import Voicemail
from calls.ids import AgentId, CampaignId, DealerId
from dialer.campaign import AbandonWindow, Campaign, CampaignState, PacingSettings
from metrics.totals import AttemptTotal
from routing.agent import AgentProfile


class SqlControlStore:
    """`ControlStore` on the database that `dialler` writes to as well."""

    def __init__(self, database: Database, dialler: SqlCampaignStore) -> None:
        self._database = database
        self._dialler = dialler

    async def campaigns(self) -> Sequence[Campaign]:
        """Return every campaign, by id."""
        return await campaigns.all_campaigns(self._database)

    async def campaign(self, campaign_id: CampaignId) -> Campaign:
        """Return one campaign. Raises UnknownCampaign."""
        return await campaigns.get_campaign(self._database, campaign_id)

    async def create_campaign(self, campaign: Campaign, entry: AuditEntry) -> None:
        """Store a new campaign. Raises AlreadyThere."""
        await campaigns.create_campaign(self._database, campaign, entry)

    async def set_state(self, campaign_id: CampaignId, state: CampaignState, entry: AuditEntry) -> Campaign:
        """Store whether a campaign may dial. Raises UnknownCampaign."""
        return await campaigns.set_state(self._database, campaign_id, state, entry)

    async def set_pacing(
        self, campaign_id: CampaignId, pacing: PacingSettings, entry: AuditEntry
    ) -> Campaign:
        """Store pacing settings. Raises UnknownCampaign."""
        return await campaigns.set_pacing(self._database, campaign_id, pacing, entry)

    async def abandon_window(self, campaign_id: CampaignId, since: datetime) -> AbandonWindow:
        """Count connected and abandoned attempts since a moment."""
        return await self._dialler.abandon_window(campaign_id, since)

    async def attempt_totals(self, campaign_id: CampaignId) -> Sequence[AttemptTotal]:
        """Count all attempts of a campaign."""
        return await totals.count_attempts(self._database, campaign_id)

    async def save_agent(self, profile: AgentProfile, entry: AuditEntry) -> None:
        """Store a new agent or a new profile."""
        await agents.save_agent(self._database, profile, entry)

    async def remove_agent(self, agent_id: AgentId, entry: AuditEntry) -> None:
        """Store an agent no longer."""
        await agents.remove_agent(self._database, agent_id, entry)

    async def voicemails(self, dealer: DealerId, limit: int) -> Sequence[Voicemail]:
        """Return a dealer's messages, newest first."""
        return await voicemails.newest_voicemails(self._database, dealer, limit)

    async def record_change(self, entry: AuditEntry) -> None:
        """Add to the audit log what changes nothing in the database."""
        await audit.record_change(self._database, entry)

    async def changes(self, limit: int) -> Sequence[AuditEntry]:
        """Return the last changes, newest first."""
        return await audit.newest_changes(self._database, limit)
