"""Campaigns in the API."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, cast

from pydantic import BaseModel, Field

from app.campaign_rules import BOUNDS, MOST_OVER_DIAL
from app.console.fields import Ask, CampaignSlug, Number, Ratio, Slug, Title, Word
from app.console.routes import AnyRoute, Asked, Nothing, changing, reading
from app.control import Control
from app.control_ports import CampaignFigures, PacingChanges
from calls.ids import CampaignId, DealerId
from calls.words import AgentState, AttemptOutcome, Department, MachineDetection
from dialer.campaign import Campaign, CampaignKind, CampaignState, DialMode, LegalBasis, PacingSettings
from dialer.kinds import answering_department, defaults_of
from metrics.definitions import outbound_abandon_ratio

OverDial = Annotated[int, Field(ge=0, le=MOST_OVER_DIAL)]
CallsForAgent = Annotated[float, Field(ge=BOUNDS["ratio"][0], le=BOUNDS["ratio"][1])]
PreviewSeconds = Annotated[int, Field(ge=BOUNDS["preview_seconds"][0], le=BOUNDS["preview_seconds"][1])]
Skips = Annotated[int, Field(ge=BOUNDS["max_skips"][0], le=BOUNDS["max_skips"][1])]


class Pacing(Ask):
    """How attempts are paced. `target_ratio` and `limit_ratio` are shares of the calls answered by a person; the target is at most the
    limit. `ratio` is the number of calls for each free agent in the mode power; `preview_seconds` and `max_skips` are those of the
    preview modes. `blended`: the campaign's agents take callers too, when nobody else is free for them. `call_off_late`: in the mode
    predictive whoever has been rung for the profile's shortest time is rung no longer when an answer would too likely meet nobody.
    """

    mode: DialMode = DialMode.PREDICTIVE
    target_ratio: Ratio = 0.015
    limit_ratio: Ratio = 0.03
    max_over_dial: OverDial = 50
    blended: bool = False
    ratio: CallsForAgent = 1.5
    preview_seconds: PreviewSeconds = 30
    max_skips: Skips = 3
    call_off_late: bool = False


class PacingPatch(Ask):
    """What changes of the pacing; a field that is left out stays."""

    mode: DialMode = Field(default_factory=lambda: DialMode.PREDICTIVE)
    target_ratio: Ratio = Field(default_factory=float)
    limit_ratio: Ratio = Field(default_factory=float)
    max_over_dial: OverDial = Field(default_factory=int)
    blended: bool = Field(default_factory=bool)
    ratio: CallsForAgent = Field(default_factory=float)
    preview_seconds: PreviewSeconds = Field(default_factory=int)
    max_skips: Skips = Field(default_factory=int)
    call_off_late: bool = Field(default_factory=bool)


class NewCampaign(Ask):
    """A campaign to set up. `shown_number` is what the called party sees and may call back; without a `profile` it
    gets its dealer's, and whatever else is left out is that of its kind. Who sets it up has chosen the ground `basis`.
    `drop_machines` hangs up on what machine detection is certain of: a beep after a greeting, or the network's tones.
    Who calls back is served by the `return_department`.
    """

    id: CampaignSlug
    dealer: Slug
    name: Title | None = None
    kind: CampaignKind
    basis: LegalBasis | None = None
    profile: Slug | None = None
    shown_number: Number
    ring_seconds: Annotated[int, Field(ge=1, le=120)] | None = None
    wrap_up_seconds: Annotated[int, Field(ge=0, le=600)] | None = None
    max_attempts: Annotated[int, Field(ge=1, le=10)] | None = None
    pacing: Pacing | None = None
    machine_detection: MachineDetection = MachineDetection.OFF
    drop_machines: bool = False
    return_department: Department | None = None


class Start(Ask):
    """`clock_is_right`: somebody has looked at the machine's clock, which was in doubt."""

    clock_is_right: bool = False


class Stop(Ask):
    """Why a campaign stops, in one word."""

    reason: Word = "by_hand"


class CampaignAnswer(BaseModel):
    """A campaign and its settings."""

    id: str
    dealer: str
    name: str
    kind: CampaignKind
    basis: LegalBasis
    profile: str
    shown_number: str
    state: CampaignState
    ring_seconds: int
    wrap_up_seconds: int
    max_attempts: int | None
    pacing: Pacing
    machine_detection: MachineDetection
    drop_machines: bool
    return_department: Department


class CampaignList(BaseModel):
    """Every campaign."""

    campaigns: list[CampaignAnswer]


class SinceStart(BaseModel):
    """All attempts of a campaign; `outcomes` counts those that are over. Those that were `called_off` while they rang are among the
    unanswered.
    """

    attempts: int
    answered: int
    connected: int
    abandoned: int
    information_messages: int
    called_off: int
    outcomes: dict[AttemptOutcome, int]


class Window(BaseModel):
    """Person-answered and abandoned attempts since a moment. `abandon_ratio` is null when there were none."""

    since: datetime
    connected: int
    abandoned: int
    abandon_ratio: float | None


class Decision(BaseModel):
    """The last pacing decision: how many calls, why no more, and the figures behind it. `called_off` are the places, among those that
    rang, of those who are rung no longer; `late_risk` the chance that the longest of the late rings would meet nobody.
    """

    calls_to_place: int
    reason: str
    answer_rate: float
    shortage: float
    threshold: float
    budget: int
    certain: int
    called_off: list[int]
    late_risk: float
    late_allowed: float


class ReliabilityAnswer(BaseModel):
    """Of attempts with a chance in one tenth: how many, the mean chance, and the share that answered."""

    attempts: float
    mean_chance: float
    answered_ratio: float


class CalibrationAnswer(BaseModel):
    """How honest the chances of an answer were, over about the latest 800 attempts; `brier_alike`: had all been thought alike."""

    brier: float
    brier_alike: float
    mean_chance: float
    answered_ratio: float
    bins: list[ReliabilityAnswer]


class FiguresAnswer(BaseModel):
    """A campaign in figures. `agents` counts those logged in to it; `decision` and `calibration` are null before the first."""

    id: str
    state: CampaignState
    since_start: SinceStart
    last_24_hours: Window
    agents: dict[AgentState, int]
    decision: Decision | None
    calibration: CalibrationAnswer | None


async def list_campaigns(control: Control, _asked: Asked[Nothing, Nothing]) -> CampaignList:
    """Every campaign, with its settings."""
    return CampaignList(campaigns=[_campaign_answer(campaign) for campaign in await control.campaigns()])


async def create_campaign(control: Control, asked: Asked[NewCampaign, Nothing]) -> CampaignAnswer:
    """Set up a campaign; it dials nobody until it is started."""
    new = asked.body
    dealer = DealerId(new.dealer)
    defaults = defaults_of(new.kind)
    pacing = new.pacing or Pacing(target_ratio=defaults.target_ratio)
    campaign = Campaign(
        campaign_id=CampaignId(new.id),
        dealer=dealer,
        name=new.name or defaults.name,
        kind=new.kind,
        basis=new.basis or defaults.basis,
        profile=new.profile or control.calling_profile(dealer),
        shown_number=new.shown_number,
        state=CampaignState.DRAFT,
        ring_seconds=defaults.ring_seconds if new.ring_seconds is None else new.ring_seconds,
        wrap_up_seconds=defaults.wrap_up_seconds if new.wrap_up_seconds is None else new.wrap_up_seconds,
        max_attempts=defaults.max_attempts if new.max_attempts is None else new.max_attempts,
        pacing=PacingSettings(**pacing.model_dump()),
        machine_detection=new.machine_detection,
        drop_machines=new.drop_machines,
        return_department=new.return_department,
    )
    return _campaign_answer(await control.create_campaign(campaign, asked.who))


async def get_campaign(control: Control, asked: Asked[Nothing, Nothing]) -> CampaignAnswer:
    """One campaign, with its settings."""
    return _campaign_answer(await control.campaign(_id(asked.path)))


async def start_campaign(control: Control, asked: Asked[Start, Nothing]) -> CampaignAnswer:
    """Let a campaign dial."""
    campaign_id, right = _id(asked.path), asked.body.clock_is_right
    return _campaign_answer(await control.start_campaign(campaign_id, asked.who, clock_is_right=right))


async def stop_campaign(control: Control, asked: Asked[Stop, Nothing]) -> CampaignAnswer:
    """Let a campaign dial no more; calls under way go on."""
    return _campaign_answer(await control.stop_campaign(_id(asked.path), asked.who, asked.body.reason))


async def get_pacing(control: Control, asked: Asked[Nothing, Nothing]) -> Pacing:
    """A campaign's pacing settings."""
    return _pacing_answer((await control.campaign(_id(asked.path))).pacing)


async def change_pacing(control: Control, asked: Asked[PacingPatch, Nothing]) -> Pacing:
    """Change pacing settings; in force at the next decision."""
    changes = cast("PacingChanges", asked.body.model_dump(exclude_unset=True))
    return _pacing_answer((await control.set_pacing(_id(asked.path), changes, asked.who)).pacing)


async def get_figures(control: Control, asked: Asked[Nothing, Nothing]) -> FiguresAnswer:
    """A campaign in figures."""
    return _figures_answer(await control.figures(_id(asked.path)))


def _id(path: Mapping[str, str]) -> CampaignId:
    return CampaignId(path["campaign_id"])


def _campaign_answer(campaign: Campaign) -> CampaignAnswer:
    return CampaignAnswer(
        id=campaign.campaign_id,
        dealer=campaign.dealer,
        name=campaign.name,
        kind=campaign.kind,
        basis=campaign.basis,
        profile=campaign.profile,
        shown_number=campaign.shown_number,
        state=campaign.state,
        ring_seconds=campaign.ring_seconds,
        wrap_up_seconds=campaign.wrap_up_seconds,
        max_attempts=campaign.max_attempts,
        pacing=_pacing_answer(campaign.pacing),
        machine_detection=campaign.machine_detection,
        drop_machines=campaign.drop_machines,
        return_department=answering_department(campaign.kind, campaign.return_department),
    )


def _pacing_answer(pacing: PacingSettings) -> Pacing:
    return Pacing(**asdict(pacing))


def _figures_answer(figures: CampaignFigures) -> FiguresAnswer:
    totals, window = figures.totals, figures.window
    decision, calibration = figures.decision, figures.calibration
    outcomes: Counter[AttemptOutcome] = Counter()
    for total in totals:
        if total.outcome is not None:
            outcomes[total.outcome] += total.attempts
    return FiguresAnswer(
        id=figures.campaign.campaign_id,
        state=figures.campaign.state,
        since_start=SinceStart(
            attempts=sum(total.attempts for total in totals),
            answered=sum(total.answered for total in totals),
            connected=sum(total.connected for total in totals),
            abandoned=sum(total.abandoned for total in totals),
            information_messages=sum(total.messages for total in totals),
            called_off=sum(total.called_off for total in totals),
            outcomes=outcomes,
        ),
        last_24_hours=Window(
            since=window.since,
            connected=window.connected,
            abandoned=window.abandoned,
            abandon_ratio=outbound_abandon_ratio(window.connected, window.abandoned),
        ),
        agents=dict(figures.agents),
        decision=None if decision is None else Decision(**asdict(decision)),
        calibration=None if calibration is None else CalibrationAnswer(**asdict(calibration)),
    )


LIST_CAMPAIGNS = reading("/campaigns", list_campaigns, Nothing, CampaignList)
CREATE_CAMPAIGN = changing("POST", "/campaigns", create_campaign, NewCampaign, CampaignAnswer, 201)
GET_CAMPAIGN = reading("/campaigns/{campaign_id}", get_campaign, Nothing, CampaignAnswer)
START_CAMPAIGN = changing("POST", "/campaigns/{campaign_id}/start", start_campaign, Start, CampaignAnswer)
STOP_CAMPAIGN = changing("POST", "/campaigns/{campaign_id}/stop", stop_campaign, Stop, CampaignAnswer)
GET_PACING = reading("/campaigns/{campaign_id}/pacing", get_pacing, Nothing, Pacing)
CHANGE_PACING = changing("PATCH", "/campaigns/{campaign_id}/pacing", change_pacing, PacingPatch, Pacing)
GET_FIGURES = reading("/campaigns/{campaign_id}/figures", get_figures, Nothing, FiguresAnswer)

ROUTES: tuple[AnyRoute, ...] = (
    LIST_CAMPAIGNS,
    CREATE_CAMPAIGN,
    GET_CAMPAIGN,
    START_CAMPAIGN,
    STOP_CAMPAIGN,
    GET_PACING,
    CHANGE_PACING,
    GET_FIGURES,
)
