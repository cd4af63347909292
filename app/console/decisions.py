"""The pacing's decisions in the API: what was decided, why, and whether the rules decide so again."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.console.campaigns import Decision, Pacing
from app.console.capacity import DayPlaces
from app.console.fields import Ask, Moment
from app.console.routes import reading
from calls.words import Replayed


class DecisionQuery(Ask):
    """Which decisions: the last until `at` (now when it is not given), at most `last`."""

    at: Moment | None = None
    last: Annotated[int, Field(strict=False, ge=1, le=200)] = 10


class Situation(BaseModel):
    """What the pacing saw. Times are seconds: how long each talk, wrap-up and ringing has lasted. `rung` is how long each phone is known
    to have rung, and empty where that was not asked for. `answers_to_come`: about how many people will still answer before the calling
    hours end or the list does.
    """

    free: int
    talking: list[float]
    wrapping_up: list[float]
    ringing: list[float]
    rung: list[float]
    waiting: int
    connected: int
    abandoned: int
    room: int
    window_open: bool
    list_empty: bool
    answers_to_come: float | None
    answer_rate: float
    counted: int


class DecisionAnswer(BaseModel):
    """A decision. `passed_over` counts those since the one before that were like it or came too close behind.

    `replayed` tells what today's rules make of the same figures; without those, `situation`, `settings` and `figures` are null.
    """

    at: datetime
    calls_to_place: int
    reason: str
    passed_over: int
    replayed: Replayed
    explanation: list[str]
    situation: Situation | None
    settings: Pacing | None
    workshop: list[DayPlaces]
    figures: Decision | None


class DecisionList(BaseModel):
    """Decisions of a campaign, oldest first."""

    campaign: str
    decisions: list[DecisionAnswer]


LIST_DECISIONS = reading("/campaigns/{campaign_id}/pacing/decisions", DecisionQuery, DecisionList)
