"""What the desk of previews needs: where previews are kept, and the campaigns."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from calls.ids import AgentId, CallId, CampaignId
from dialer.campaign import Campaign, CommittedAttempt, RefusedContact, Traits
from dialer.pacing import PacingDecision
from dialer.previews import Preview


class PreviewStore(Protocol):
    """Where previews are kept (`app.storage.previews`). Raises StoreUnavailable when the database does not answer."""

    async def all(self) -> list[Preview]:
        """Return every preview that is stored."""
        ...

    async def show(
        self,
        campaign: Campaign,
        agent_id: AgentId,
        skipped: int,
        now: datetime,
        dates_first: Sequence[date] = (),
        languages: Collection[str] = (),
    ) -> tuple[Preview | None, list[RefusedContact]]:
        """Hold the next contact that may be called for an agent; also those found that may not be.

        A contact whose language was noted is passed over, and stays on the list, unless it is one of `languages`.
        """
        ...

    async def commit(
        self, campaign: Campaign, preview: Preview, call_id: CallId, now: datetime
    ) -> CommittedAttempt | RefusedContact:
        """Commit an attempt to the contact that is held, or say by which rule it may not be dialled. The preview is over."""
        ...

    async def end(self, preview: Preview, rests_until: datetime | None = None) -> None:
        """Give the contact back to the list, at once or after a rest."""
        ...


class Campaigns(Protocol):
    """The campaigns as the running program has them."""

    def campaign(self, campaign_id: CampaignId) -> Campaign | None:
        """A campaign with its settings of now."""
        ...

    def last_decision(self, campaign_id: CampaignId) -> PacingDecision | None:
        """What its pacing decided last."""
        ...

    def ringing(self, campaign_id: CampaignId) -> int:
        """Its calls in the air for which no agent is kept."""
        ...

    def bears(self, campaign_id: CampaignId, agents: int) -> int:
        """How many of so many agents the workshop lets be at work for it."""
        ...

    def dates_first(self, campaign_id: CampaignId) -> Sequence[date]:
        """The dates whose contacts go first."""
        ...

    def adopt(
        self,
        campaign_id: CampaignId,
        call_id: CallId,
        dialled_at: datetime,
        traits: Traits | None = None,
        *,
        kept: bool,
    ) -> None:
        """A call rings for which an agent is `kept`: what becomes of it teaches like any other of the campaign."""
        ...

    def doubt(self, campaign_id: CampaignId, call_id: CallId) -> None:
        """An attempt may have been committed without the database saying so: it is ended, if it was."""
        ...
