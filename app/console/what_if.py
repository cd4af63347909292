"""What a planned campaign would bring, in the API."""

from dataclasses import asdict
from typing import Annotated

from pydantic import BaseModel, Field

from app.console.fields import Ask
from app.console.routes import AnyRoute, Asked, Nothing, changing
from app.control import Control
from app.what_if import Prospect, Question
from calls.ids import CampaignId
from dialer.campaign import DialMode

Share = Annotated[float, Field(ge=0, le=1)]
AbandonShare = Annotated[float, Field(ge=0, le=0.5)]


class PlanAsked(Ask):
    """A plan. The campaign's own list, pacing, attempts and learned figures stand for what is left out.

    `hours` may be several days' together: who did not answer is dialled again after `rest_hours` of them.
    """

    agents: Annotated[int, Field(ge=1, le=500)]
    hours: Annotated[float, Field(ge=0.1, le=80)]
    contacts: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    attempts: Annotated[int, Field(ge=1, le=10)] | None = None
    rest_hours: Annotated[float, Field(ge=0.1, le=80)] = 8.0
    target_ratio: AbandonShare | None = None
    limit_ratio: AbandonShare | None = None
    booked_ratio: Share | None = None
    days: Annotated[int, Field(ge=1, le=20)] = 5


class Expected(BaseModel):
    """A figure over the simulated days: its mean, the standard deviation between days, the least and the most."""

    mean: float
    spread: float
    margin: float
    least: float
    most: float


class Assumed(BaseModel):
    """What was simulated. `attempts_seen`, `talks_seen` and `wrap_ups_seen` are how much of the campaign it is learned from.

    `callers_per_agent_hour` come to the agents of a blended campaign: as many as there were for each of its conversations.
    """

    contacts: int
    attempts: int
    answer_rate: float
    talk_seconds: float
    wrap_up_seconds: float
    booked_ratio: float
    mode: DialMode
    target_ratio: float
    limit_ratio: float
    max_over_dial: int
    call_off_late: bool
    callers_per_agent_hour: float
    attempts_seen: int
    talks_seen: int
    wrap_ups_seen: int


class OutlookAnswer(BaseModel):
    """What the plan would bring, from so many simulated `days`: fewer than asked where there was no time for more.

    `hours_needed` is for every attempt that the list allows.
    """

    days: int
    reached: Expected
    booked: Expected
    abandon_rate: Expected
    occupancy: Expected
    list_dialled_ratio: Expected
    hours_needed: Expected
    assumed: Assumed


async def ask_what_if(control: Control, asked: Asked[PlanAsked, Nothing]) -> OutlookAnswer:
    """Simulate what a campaign would bring with these agents in these hours; it changes nothing."""
    campaign = await control.campaign(CampaignId(asked.path["campaign_id"]))
    return _answer(await control.what_if.ask(campaign, Question(**asked.body.model_dump())))


def _answer(prospect: Prospect) -> OutlookAnswer:
    plan, learned = prospect.plan, prospect.learned
    scenario = plan.scenario
    return OutlookAnswer(
        **asdict(prospect.outlook),
        assumed=Assumed(
            contacts=plan.contacts,
            attempts=scenario.attempts,
            answer_rate=scenario.answering.probability,
            talk_seconds=scenario.talk.mean,
            wrap_up_seconds=scenario.wrap_up.mean,
            booked_ratio=plan.booked_ratio,
            mode=plan.mode,
            target_ratio=plan.target_ratio or 0.0,
            limit_ratio=plan.limit_ratio,
            max_over_dial=plan.max_over_dial,
            call_off_late=plan.call_off_late,
            callers_per_agent_hour=0.0 if scenario.inbound is None else scenario.inbound.calls_per_agent_hour,
            attempts_seen=learned.ended,
            talks_seen=len(learned.talk_seconds),
            wrap_ups_seen=len(learned.wrap_up_seconds),
        ),
    )


ASK_WHAT_IF = changing("POST", "/campaigns/{campaign_id}/what-if", ask_what_if, PlanAsked, OutlookAnswer)

ROUTES: tuple[AnyRoute, ...] = (ASK_WHAT_IF,)
