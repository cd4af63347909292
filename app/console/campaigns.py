"""Campaigns in the API."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.console.fields import Ask, CampaignSlug, Number, Ratio, Slug, Title, Word
from app.console.routes import Nothing, changing, reading
from calls.words import AgentState, AttemptOutcome, Department, MachineDetection
from dialer.campaign import BOUNDS, MOST_OVER_DIAL, CampaignKind, CampaignState, DialMode, LegalBasis

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


LIST_CAMPAIGNS = reading("/campaigns", Nothing, CampaignList)
CREATE_CAMPAIGN = changing("POST", "/campaigns", NewCampaign, CampaignAnswer, 201)
GET_CAMPAIGN = reading("/campaigns/{campaign_id}", Nothing, CampaignAnswer)
START_CAMPAIGN = changing("POST", "/campaigns/{campaign_id}/start", Start, CampaignAnswer)
STOP_CAMPAIGN = changing("POST", "/campaigns/{campaign_id}/stop", Stop, CampaignAnswer)
GET_PACING = reading("/campaigns/{campaign_id}/pacing", Nothing, Pacing)
CHANGE_PACING = changing("PATCH", "/campaigns/{campaign_id}/pacing", PacingPatch, Pacing)
GET_FIGURES = reading("/campaigns/{campaign_id}/figures", Nothing, FiguresAnswer)
