"""The nouns of a campaign: what it is for, how it is paced, whom it calls and what is known of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, LegId
from calls.numbers import NumberKind, PhoneNumber
from calls.words import AttemptOutcome, Department, MachineDetection
from dialer.errors import AmbiguousCampaign, UnknownCampaign


class CampaignKind(StrEnum):
    """Why the dealer calls."""

    APK = "apk"
    TYRES = "tyres"
    SERVICE = "service"
    MAILING = "mailing"
    HAPPY_CALL = "happy_call"
    RECALL = "recall"


class LegalBasis(StrEnum):
    """On what ground a person may be called. The dealer chooses it; we record who chose it."""

    CONSENT = "consent"
    EXISTING_CONTRACT = "existing_contract"
    LEGAL_DUTY = "legal_duty"


class CampaignState(StrEnum):
    """Whether a campaign may dial."""

    DRAFT = "draft"
    RUNNING = "running"
    STOPPED = "stopped"


class DialMode(StrEnum):
    """How attempts are paced: by the agents themselves, one per free agent, a fixed number per free agent, or by forecast."""

    PREVIEW_MANUAL = "preview_manual"
    PREVIEW_TIMED = "preview_timed"
    PROGRESSIVE = "progressive"
    POWER = "power"
    PREDICTIVE = "predictive"


# How long the network may need before a phone rings, at most, beyond what the ring time has to spare.
NETWORK_SECONDS = 10

PREVIEW_MODES = frozenset({DialMode.PREVIEW_MANUAL, DialMode.PREVIEW_TIMED})


@dataclass(frozen=True, slots=True)
class PacingSettings:
    """What a supervisor may change while a campaign runs; in force at the next decision.

    `target_ratio` is the abandon rate aimed at, `limit_ratio` the hard stop; both are shares of the calls answered by a
    person. `max_over_dial` bounds the attempts in flight beyond the free agents. `blended`: agents on this campaign's lines take
    callers too, when nobody else is free for them. `ratio` is how many attempts a free agent gets in the mode power. In the
    preview modes an agent may pass over `max_skips` contacts in a row; with a timer the contact is dialled after `preview_seconds`.
    `call_off_late`: in the mode predictive whoever has been rung for the profile's shortest time is rung no longer when an answer
    would too likely meet nobody.
    """

    mode: DialMode = DialMode.PREDICTIVE
    target_ratio: float = 0.015
    limit_ratio: float = 0.03
    max_over_dial: int = 50
    blended: bool = False
    ratio: float = 1.5
    preview_seconds: int = 30
    max_skips: int = 3
    call_off_late: bool = False


MOST_OVER_DIAL = 500
BOUNDS = {"ratio": (1.0, 3.0), "preview_seconds": (5, 600), "max_skips": (0, 100)}


@dataclass(frozen=True, slots=True)
class Campaign:
    """A purpose, a list, rules and agents. `shown_number` (E.164) is what the called party sees and may call back.

    `drop_machines`: hang up on what is certainly a machine; without it, and without certainty, the agent decides.
    `max_attempts` per contact, where it is fewer than the calling profile allows. `return_department` serves those who call
    back; None means that of its kind.
    """

    campaign_id: CampaignId
    dealer: DealerId
    name: str
    kind: CampaignKind
    basis: LegalBasis
    profile: str
    shown_number: str
    state: CampaignState
    ring_seconds: int = 22
    wrap_up_seconds: int = 30
    max_attempts: int | None = None
    pacing: PacingSettings = field(default_factory=PacingSettings)
    machine_detection: MachineDetection = MachineDetection.OFF
    drop_machines: bool = False
    return_department: Department | None = None

    @property
    def longest_ring_seconds(self) -> int:
        """How long after the request a phone may ring at the latest."""
        return self.ring_seconds + NETWORK_SECONDS


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """An earlier dialling of a number, in any campaign. `outcome` is None while it is in the air.

    `abandoned_at` is when somebody who answered had met nobody for too long, None when nobody did as far as is known.
    """

    campaign_id: CampaignId
    at: datetime
    outcome: AttemptOutcome | None
    abandoned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PastInbound:
    """An earlier call in which this person rang the dealer, while it lasts or when an agent was reached.

    `campaign_id` is whose call it returned, None when it returned none.
    """

    campaign_id: CampaignId | None
    at: datetime
    ended: bool


@dataclass(frozen=True, slots=True)
class ContactHistory:
    """All that the law and the rules need to know of a contact at this moment.

    `past` holds the attempts to this number and person in every campaign; `refused_at` the last refusal to a campaign
    of this dealer; `consent_at` the consent for this purpose that is in force; `timezone` an IANA name. `resume_at` is
    the moment that an agent named for the next call: attempts before it impose no wait of their own. `wrong_number`: the
    number was said not to be this person's. `closed_reason` is the word with which a closed contact was closed.
    `inbound` has the calls from this number or person to the dealer: no attempts, and those before `resume_at` forbid nothing
    once they are over. `agreed`: a call was agreed with this contact that is not made yet; `agreed_elsewhere` has the moments of such calls
    that other campaigns agreed with this number or person.
    """

    contact_id: ContactId
    number: PhoneNumber
    number_kind: NumberKind
    timezone: str
    consent_at: datetime | None
    objected_at: datetime | None
    refused_at: datetime | None
    not_before: datetime | None
    closed: bool
    past: tuple[PastAttempt, ...]
    resume_at: datetime | None = None
    wrong_number: bool = False
    closed_reason: str | None = None
    inbound: tuple[PastInbound, ...] = ()
    agreed: bool = False
    agreed_elsewhere: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True)
class Traits:
    """What is known of a contact in the moment of dialling that may tell whether it answers.

    `weekday` (0 is Monday) and `hour` where the contact lives; `answered` and `unanswered` count the earlier attempts.
    """

    kind: str
    weekday: int
    hour: int
    answered: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class CommittedAttempt:
    """An attempt that is stored and may now be dialled. `leg_id` is the attempt's and the channel's id.

    `language` is the skill that the customer's agent needs, None when any agent will do.
    """

    call_id: CallId
    leg_id: LegId
    campaign_id: CampaignId
    contact_id: ContactId
    number: PhoneNumber
    display_name: str
    traits: Traits | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class RefusedContact:
    """A contact that may not be dialled now; `rule` is the one word that says why."""

    campaign_id: CampaignId
    contact_id: ContactId
    rule: str


@dataclass(frozen=True, slots=True)
class ResolvedAttempt:
    """An earlier attempt of which it is known whether it was answered.

    `talk_seconds` is None unless a conversation has ended, `wrap_up_seconds` unless the agent's wrap-up after it has. One that was
    `called_off` might have been answered later.
    """

    dialled_at: datetime
    ring_seconds: float
    answered: bool
    talk_seconds: float | None
    traits: Traits | None = None
    wrap_up_seconds: float | None = None
    called_off: bool = False


@dataclass(frozen=True, slots=True)
class AbandonWindow:
    """Person-answered and abandoned attempts of one campaign since `since`.

    `contacts_left`: how many contacts of its list are ready, None when they are too many to count.
    """

    campaign_id: CampaignId
    since: datetime
    connected: int
    abandoned: int
    contacts_left: int | None = None


@dataclass(frozen=True, slots=True)
class WaitingCallers:
    """Callers who wait and whom a campaign's agents take; `others_free` agents who only take callers are given them first."""

    waiting: int
    others_free: int


@dataclass(frozen=True, slots=True)
class LineAgent:
    """An agent on a campaign's open line, as the pacing sees it.

    `rescues`: comes out of wrap-up for an overflowing customer. `previewing`: has a contact before them.
    """

    agent_id: AgentId
    free: bool
    since: datetime
    wrapping_up: bool
    rescues: bool = False
    previewing: bool = False


def campaign_meant(word: str, names: Mapping[CampaignId, str]) -> CampaignId:
    """The campaign of this id or, when there is none, the one of this name, whatever its capitals.

    Raises UnknownCampaign, AmbiguousCampaign.
    """
    if (campaign_id := CampaignId(word)) in names:
        return campaign_id
    called = [each for each, name in names.items() if name.casefold() == word.strip().casefold()]
    if len(called) > 1:
        raise AmbiguousCampaign(word, sorted(called))
    if not called:
        raise UnknownCampaign(campaign_id)
    return called[0]
