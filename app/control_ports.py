"""What `Control` needs of the database, and the views it gives that exist nowhere else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypedDict

from app.storage.audit import AuditEntry
from app.storage.voicemails import Voicemail
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, NodeId
from calls.numbers import PhoneNumber
from calls.words import AgentState, AmdVerdict, Department, Direction, ReloadModule
from dialer.answering import Calibration
from dialer.campaign import AbandonWindow, Campaign, CampaignState, DialMode, PacingSettings
from dialer.pacing import PacingDecision
from metrics.totals import AttemptTotal
from routing.agent import AgentProfile


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call that lives now. `phase` is one word of its flow; `since` is when it arrived or was dialled.

    An inbound call has a campaign and a contact when the caller returns that campaign's call.
    """

    call_id: CallId
    direction: Direction
    dealer: DealerId
    phase: str
    since: datetime
    department: Department | None = None
    campaign_id: CampaignId | None = None
    agent_id: AgentId | None = None
    number: PhoneNumber | None = None
    answerer: AmdVerdict | None = None
    contact_id: ContactId | None = None


class LiveCalls(Protocol):
    """The calls that live now."""

    def all(self) -> Sequence[LiveCall]:
        """Every one, in the order in which they began."""
        ...

    async def hang_up(self, call_id: CallId) -> bool:
        """End the customer's part of a call; False when there is none, or Asterisk did not do it."""
        ...


class ProfileChanges(TypedDict, total=False):
    """The fields of an agent's profile that change."""

    name: str
    endpoint: str
    skills: Mapping[str, int]
    dealers: frozenset[DealerId] | None
    rescue: bool


class PacingChanges(TypedDict, total=False):
    """The pacing settings that change."""

    mode: DialMode
    target_ratio: float
    limit_ratio: float
    max_over_dial: int
    blended: bool
    ratio: float
    preview_seconds: int
    max_skips: int
    call_off_late: bool


@dataclass(frozen=True, slots=True)
class TelephonyState:
    """One node's telephony as of now.

    `phones` gives each phone's contact state in a word, `registrations` whether we are registered, by whom we register
    as; both are empty while `ami_live` is false. `echo_seconds` is None while `ari_live` is false. `trunk_contact` tells in a word
    whether the trunk answers, `trunk_refuses` whether it refuses whatever it is sent.
    """

    node: NodeId
    ari_live: bool
    echo_seconds: float | None
    ami_live: bool
    phones: Mapping[str, str]
    registrations: Mapping[str, bool]
    trunk: str
    trunk_contact: str
    trunk_refuses: bool


class NodeTelephony(Protocol):
    """A node's telephony as `Control` sees it."""

    def state(self) -> TelephonyState:
        """The node as of now."""
        ...

    async def reload(self, module: ReloadModule) -> None:
        """Let Asterisk read its configuration of one kind again. Raises AsteriskAway, ReloadRefused."""
        ...


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """A campaign in figures: from the database since its start and within `window`, and as it stands now.

    `agents` counts those on its lines by state; `decision` is the last pacing decision, `calibration` how honest the
    chances of an answer have been; None before the first.
    """

    campaign: Campaign
    totals: Sequence[AttemptTotal]
    window: AbandonWindow
    agents: Mapping[AgentState, int]
    decision: PacingDecision | None
    calibration: Calibration | None


class ControlStore(Protocol):
    """The database as `Control` sees it. Every method raises StoreUnavailable when it does not answer.

    An `entry` is added to the audit log in the transaction of the change it tells of.
    """

    async def campaigns(self) -> Sequence[Campaign]:
        """Return every campaign."""
        ...

    async def campaign(self, campaign_id: CampaignId) -> Campaign:
        """Return one campaign. Raises UnknownCampaign."""
        ...

    async def create_campaign(self, campaign: Campaign, entry: AuditEntry) -> None:
        """Store a new campaign. Raises AlreadyThere."""
        ...

    async def set_state(self, campaign_id: CampaignId, state: CampaignState, entry: AuditEntry) -> Campaign:
        """Store whether a campaign may dial. Raises UnknownCampaign."""
        ...

    async def set_pacing(
        self, campaign_id: CampaignId, pacing: PacingSettings, entry: AuditEntry
    ) -> Campaign:
        """Store pacing settings. Raises UnknownCampaign."""
        ...

    async def abandon_window(self, campaign_id: CampaignId, since: datetime) -> AbandonWindow:
        """Count connected and abandoned attempts since a moment."""
        ...

    async def attempt_totals(self, campaign_id: CampaignId) -> Sequence[AttemptTotal]:
        """Count all attempts of a campaign."""
        ...

    async def save_agent(self, profile: AgentProfile, entry: AuditEntry) -> None:
        """Store a new agent or a new profile."""
        ...

    async def remove_agent(self, agent_id: AgentId, entry: AuditEntry) -> None:
        """Store an agent no longer."""
        ...

    async def voicemails(self, dealer: DealerId, limit: int) -> Sequence[Voicemail]:
        """Return a dealer's messages, newest first."""
        ...

    async def record_change(self, entry: AuditEntry) -> None:
        """Add to the audit log what changes nothing in the database."""
        ...

    async def changes(self, limit: int) -> Sequence[AuditEntry]:
        """Return the last changes, newest first."""
        ...
