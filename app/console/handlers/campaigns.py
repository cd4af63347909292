"""What serves the routes of `app.console.campaigns`."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import cast

from msgspec import structs

from app.console.campaigns import (
    CHANGE_PACING,
    CREATE_CAMPAIGN,
    GET_CAMPAIGN,
    GET_FIGURES,
    GET_PACING,
    LIST_CAMPAIGNS,
    START_CAMPAIGN,
    STOP_CAMPAIGN,
    CalibrationAnswer,
    CampaignAnswer,
    CampaignList,
    Decision,
    FiguresAnswer,
    NewCampaign,
    Pacing,
    PacingPatch,
    SinceStart,
    Start,
    Stop,
    Window,
)
from app.console.operations import AnyOperation, Asked, Operation
from app.console.routes import Nothing
from app.control import Control
from app.control_ports import CampaignFigures, PacingChanges
from calls.ids import CampaignId, DealerId
from calls.words import AttemptOutcome
from dialer.campaign import Campaign, CampaignState, PacingSettings
from dialer.kinds import answering_department, defaults_of
from metrics.definitions import outbound_abandon_ratio


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
        decision=None if decision is None else Decision(**structs.asdict(decision)),
        calibration=None if calibration is None else CalibrationAnswer(**asdict(calibration)),
    )


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(LIST_CAMPAIGNS, list_campaigns),
    Operation(CREATE_CAMPAIGN, create_campaign),
    Operation(GET_CAMPAIGN, get_campaign),
    Operation(START_CAMPAIGN, start_campaign),
    Operation(STOP_CAMPAIGN, stop_campaign),
    Operation(GET_PACING, get_pacing),
    Operation(CHANGE_PACING, change_pacing),
    Operation(GET_FIGURES, get_figures),
)
