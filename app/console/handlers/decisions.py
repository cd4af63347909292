"""What serves the routes of `app.console.decisions`."""

from collections.abc import Sequence
from dataclasses import asdict

from msgspec import structs

from app.console.campaigns import Decision, Pacing
from app.console.capacity import DayPlaces
from app.console.decisions import LIST_DECISIONS, DecisionAnswer, DecisionList, DecisionQuery, Situation
from app.console.operations import AnyOperation, Asked, Operation
from app.console.routes import Nothing
from app.control import Control
from app.storage.decisions import KeptDecision
from calls.ids import CampaignId
from dialer.decisions import MadeDecision, read_decision, replay
from dialer.explained import explained


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
        figures=None if made is None else Decision(**structs.asdict(made.decision)),
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
        answers_to_come=snapshot.answers_to_come,
        answer_rate=snapshot.forecast.answer_rate,
        counted=snapshot.forecast.counted,
    )


OPERATIONS: tuple[AnyOperation, ...] = (Operation(LIST_DECISIONS, list_decisions),)
