"""The pacing's decisions in the API: what was decided, why, and whether the rules decide so again."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from app.console.campaigns import Decision, Pacing
from app.console.capacity import DayPlaces
from app.console.fields import Ask, Moment
from app.console.routes import AnyRoute, Asked, Nothing, reading
from app.control import Control
from app.storage.decisions import KeptDecision
from calls.ids import CampaignId
from dialer.decisions import MadeDecision, Replayed, read_decision, replay
from dialer.explained import explained


class DecisionQuery(Ask):
    """Which decisions: the last until `at` (now when it is not given), at most `last`."""

    at: Moment | None = None
    last: Annotated[int, Field(strict=False, ge=1, le=200)] = 10


class Situation(BaseModel):
    """What the pacing saw. Times are seconds: how long each talk, wrap-up and ringing has lasted. `rung` is how long each phone is known
    to have rung, and empty where that was not asked for.
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


async def list_decisions(control: Control, asked: Asked[Nothing, DecisionQuery]) -> DecisionList:
    """What the pacing of a campaign decided, why, and whether it would again."""
    campaign_id = CampaignId(asked.path["campaign_id"])
    kept = await control.pacing_log.decisions(campaign_id, asked.query.at, asked.query.last)
    return DecisionList(campaign=campaign_id, decisions=_answers(kept))


def _answers(kept: Sequence[KeptDecision]) -> list[DecisionAnswer]:
    return [_answer(each, read_decision(each.fact, each.tables)) for each in kept]


def _answer(kept: KeptDecision, made: MadeDecision | None) -> DecisionAnswer:
    fact = kept.fact
    return DecisionAnswer(
        at=fact.at,
        calls_to_place=fact.calls_to_place,
        reason=fact.reason,
        passed_over=fact.passed_over,
        replayed=replay(fact, kept.tables),
        explanation=[] if made is None else list(explained(made)),
        situation=None if made is None else _situation(made),
        settings=None if made is None else Pacing(**asdict(made.settings)),
        workshop=[]
        if made is None
        else [DayPlaces(day=each.day, places=each.places, taken=each.taken) for each in made.coming],
        figures=None if made is None else Decision(**asdict(made.decision)),
    )


def _situation(made: MadeDecision) -> Situation:
    snapshot = made.snapshot
    return Situation(
        free=snapshot.free,
        talking=list(snapshot.talking),
        wrapping_up=list(snapshot.wrapping_up),
        ringing=list(snapshot.ringing),
        rung=list(snapshot.rung),
        waiting=snapshot.waiting,
        connected=snapshot.connected,
        abandoned=snapshot.abandoned,
        room=snapshot.room,
        window_open=snapshot.window_open,
        list_empty=snapshot.list_empty,
        answer_rate=snapshot.forecast.answer_rate,
        counted=snapshot.forecast.counted,
    )


LIST_DECISIONS = reading(
    "/campaigns/{campaign_id}/pacing/decisions", list_decisions, DecisionQuery, DecisionList
)
ROUTES: tuple[AnyRoute, ...] = (LIST_DECISIONS,)
