"""What a planned campaign would bring, in the API."""

from typing import Annotated

from pydantic import BaseModel, Field

from app.console.fields import Ask
from app.console.routes import changing
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


ASK_WHAT_IF = changing("POST", "/campaigns/{campaign_id}/what-if", PlanAsked, OutlookAnswer)
