"""What `Control` needs of the database, and the views it gives that exist nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypedDict

from app.storage.audit import AuditEntry
from app.storage.voicemails import Voicemail
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId
from calls.numbers import PhoneNumber
from calls.words import AgentState, Department
from dialer.campaign import AbandonWindow, Campaign, CampaignState, DialMode, PacingSettings
from dialer.pacing import PacingDecision
from metrics.totals import AttemptTotal
from routing.agent import AgentProfile


class Direction(StrEnum):
    """Who rang whom."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that lives now. `phase` is one word of its flow; `since` is when it arrived or was dialled."""

    call_id: CallId
    direction: Direction
    dealer: DealerId
    phase: str
    since: datetime
    department: Department | None = None
    campaign_id: CampaignId | None = None
    agent_id: AgentId | None = None
    number: PhoneNumber | None = None


class ProfileChanges(TypedDict, total=False):
    """The fields of an agent's profile that change."""

    name: str
    endpoint: str
    skills: Mapping[str, int]
    dealers: frozenset[DealerId] | None


class PacingChanges(TypedDict, total=False):
    """The pacing settings that change."""

    mode: DialMode
    target_ratio: float
    limit_ratio: float
    max_over_dial: int


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """A campaign in figures: from the database since its start and within `window`, and as it stands now.

    `agents` counts those on its lines by state; `decision` is the last pacing decision, None before the first.
    """

    campaign: Campaign
    totals: Sequence[AttemptTotal]
    window: AbandonWindow
    agents: Mapping[AgentState, int]
    decision: PacingDecision | None


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call as stored. `agent_id` is None until an agent had it, `contact_id` for an inbound call."""

    agent_id: AgentId | None
    contact_id: ContactId | None


class ControlStore(Protocol):
    """The database as `Control` sees it. Every method raises StoreUnavailable when it does not answer."""

    async def campaigns(self) -> Sequence[Campaign]:
        """Return every campaign."""
        ...

    async def campaign(self, campaign_id: CampaignId) -> Campaign:
        """Return one campaign. Raises UnknownCampaign."""
        ...

    async def create_campaign(self, campaign: Campaign) -> None:
        """Store a new campaign. Raises AlreadyThere."""
        ...

    async def set_state(self, campaign_id: CampaignId, state: CampaignState) -> Campaign:
        """Store whether a campaign may dial. Raises UnknownCampaign."""
        ...

    async def set_pacing(self, campaign_id: CampaignId, pacing: PacingSettings) -> Campaign:
        """Store pacing settings. Raises UnknownCampaign."""
        ...

    async def abandon_window(self, campaign_id: CampaignId, since: datetime) -> AbandonWindow:
        """Count connected and abandoned attempts since a moment."""
        ...

    async def attempt_totals(self, campaign_id: CampaignId) -> Sequence[AttemptTotal]:
        """Count all attempts of a campaign."""
        ...

    async def past_call(self, call_id: CallId) -> PastCall | None:
        """Return what is stored of a call or attempt, None when there is none."""
        ...

    async def record_objection(
        self, call_id: CallId, contact_id: ContactId, agent_id: AgentId | None, now: datetime
    ) -> None:
        """Store that this person does not want to be called."""
        ...

    async def save_agent(self, profile: AgentProfile) -> None:
        """Store a new agent or a new profile."""
        ...

    async def voicemails(self, dealer: DealerId, limit: int) -> Sequence[Voicemail]:
        """Return a dealer's messages, newest first."""
        ...

    async def record_change(self, entry: AuditEntry) -> None:
        """Add to the audit log."""
        ...

    async def changes(self, limit: int) -> Sequence[AuditEntry]:
        """Return the last changes, newest first."""
        ...
