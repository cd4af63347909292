"""Facts of campaigns and their attempts; `calls.facts` has the others, and all of them."""

from dataclasses import dataclass
from datetime import datetime

from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, LegId
from calls.words import (
    AmdVerdict,
    AttemptOutcome,
    HangupCause,
    PreviewEnd,
)


@dataclass(frozen=True, slots=True)
class CampaignStarted:
    """A campaign may dial. `who` started it."""

    at: datetime
    campaign_id: CampaignId
    dealer: DealerId
    who: str


@dataclass(frozen=True, slots=True)
class CampaignStopped:
    """A campaign dials no more. `reason` is one word, such as `by_hand` or `list_exhausted`."""

    at: datetime
    campaign_id: CampaignId
    dealer: DealerId
    who: str
    reason: str


@dataclass(frozen=True, slots=True)
class PacingChanged:
    """A campaign's pacing settings were changed; `before` and `after` are canonical JSON objects."""

    at: datetime
    campaign_id: CampaignId
    dealer: DealerId
    who: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PacingDecided:
    """How many calls the pacing placed, and why no more. `made_from` is a JSON object of all that this was decided from.

    `forecast_at` is the moment of the `ForecastMade` whose tables it read, None when it read none. `passed_over` counts the
    decisions since the last such fact, which were like it or came too close behind.
    """

    at: datetime
    campaign_id: CampaignId
    dealer: DealerId
    calls_to_place: int
    reason: str
    made_from: str
    forecast_at: datetime | None
    passed_over: int


@dataclass(frozen=True, slots=True)
class ForecastMade:
    """The tables that the pacing reads from now on, as a JSON object. Told before the first decision that names them."""

    at: datetime
    campaign_id: CampaignId
    dealer: DealerId
    tables: str


@dataclass(frozen=True, slots=True)
class ContactRefused:
    """A contact may not be dialled now; `rule` is the one word that says why."""

    at: datetime
    campaign_id: CampaignId
    dealer: DealerId
    contact_id: ContactId
    rule: str


@dataclass(frozen=True, slots=True)
class PreviewShown:
    """An agent has a contact before them, and nobody else gets it, until `until`. `dials_at`: then it is dialled by itself."""

    at: datetime
    campaign_id: CampaignId
    dealer: DealerId
    contact_id: ContactId
    agent_id: AgentId
    until: datetime
    dials_at: datetime | None


@dataclass(frozen=True, slots=True)
class PreviewEnded:
    """The agent has it no more. `reason` is one word: the agent's for a skip, the rule of a refusal, else why."""

    at: datetime
    campaign_id: CampaignId
    dealer: DealerId
    contact_id: ContactId
    agent_id: AgentId
    how: PreviewEnd
    reason: str


@dataclass(frozen=True, slots=True)
class AttemptCommitted:
    """We are going to dial this contact: stored before the request goes out. `leg_id` is the attempt's id too."""

    at: datetime
    call_id: CallId
    leg_id: LegId
    campaign_id: CampaignId
    dealer: DealerId
    contact_id: ContactId
    reason: str


@dataclass(frozen=True, slots=True)
class AttemptCalledOff:
    """We mean to ring this contact no longer: stored before the hang-up goes out, and void if an answer comes first.

    The phone had rung for `rung_seconds`; an answer would have met no agent with a chance of `risk`, and `allowed` is borne.
    """

    at: datetime
    call_id: CallId
    campaign_id: CampaignId
    dealer: DealerId
    rung_seconds: float
    risk: float
    allowed: float


@dataclass(frozen=True, slots=True)
class AttemptAnswered:
    """Somebody or something picked up. `ring_seconds` counts from the request."""

    at: datetime
    call_id: CallId
    campaign_id: CampaignId
    dealer: DealerId
    ring_seconds: float


@dataclass(frozen=True, slots=True)
class AttemptConnected:
    """Customer and agent can hear each other, `answer_to_agent_seconds` after the answer."""

    at: datetime
    call_id: CallId
    campaign_id: CampaignId
    dealer: DealerId
    agent_id: AgentId
    answer_to_agent_seconds: float


@dataclass(frozen=True, slots=True)
class AttemptAbandoned:
    """No agent was free in time: the customer gets the information message and counts as abandoned."""

    at: datetime
    call_id: CallId
    campaign_id: CampaignId
    dealer: DealerId
    waited_seconds: float


@dataclass(frozen=True, slots=True)
class InformationMessagePlayed:
    """The information message began for an abandoned customer, `after_answer_seconds` after the answer."""

    at: datetime
    call_id: CallId
    campaign_id: CampaignId
    dealer: DealerId
    after_answer_seconds: float


@dataclass(frozen=True, slots=True)
class AnswererJudged:
    """A detector said who picked up, `after_seconds` after the connection. `dropped`: it was certain, and we hang up."""

    at: datetime
    call_id: CallId
    campaign_id: CampaignId
    dealer: DealerId
    verdict: AmdVerdict
    reason: str
    certain: bool
    after_seconds: float
    dropped: bool


@dataclass(frozen=True, slots=True)
class MachineMistaken:
    """The agent says that a person was dropped as a machine: counts as abandoned."""

    at: datetime
    call_id: CallId
    campaign_id: CampaignId
    dealer: DealerId


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """The attempt is over, with its one outcome."""

    at: datetime
    call_id: CallId
    campaign_id: CampaignId
    dealer: DealerId
    contact_id: ContactId
    outcome: AttemptOutcome
    cause: HangupCause
    ring_seconds: float
    talk_seconds: float


@dataclass(frozen=True, slots=True)
class DispositionRecorded:
    """An agent (or the system) recorded how a conversation ended, in one word of the campaign's or dealer's list.

    `until` is the moment agreed for another call, or before which there is none. `reference` is a booking's. `language` is the
    one the customer speaks. `answers` has the key of each question of the campaign that was answered, with its answer.
    """

    at: datetime
    call_id: CallId
    agent_id: AgentId | None
    disposition: str
    note: str
    until: datetime | None = None
    reference: str = ""
    language: str = ""
    answers: tuple[tuple[str, str], ...] = ()
