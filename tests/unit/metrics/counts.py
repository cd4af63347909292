"""What a database would count of a stream of facts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from calls.facts import (
    AttemptAbandoned,
    AttemptAnswered,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    CallArrived,
    CallConnected,
    CallEnded,
    CallQueued,
    CallServedAlone,
    Fact,
    InformationMessagePlayed,
    VoicemailLeft,
)
from calls.ids import CallId, CampaignId, DealerId
from calls.words import AttemptOutcome, CallPhase, Department, HangupCause, InboundOutcome
from metrics.totals import AttemptTotal, CallTotal, Totals
from tests.unit.metrics.stream import BOTH_TARGETS


@dataclass(frozen=True, slots=True)
class _Call:
    dealer: DealerId
    department: Department | None = None
    phase: CallPhase | None = None
    outcome: InboundOutcome | None = None
    offered: bool = False
    connected: bool = False
    within_target: bool = False
    voicemail: bool = False


@dataclass(frozen=True, slots=True)
class _Attempt:
    campaign: CampaignId
    outcome: AttemptOutcome | None = None
    answered: bool = False
    connected: bool = False
    abandoned: bool = False
    message: bool = False
    late_message: bool = False
    called_off: bool = False


def counted(facts: Iterable[Fact]) -> Totals:
    """What a database that keeps a row per call and per attempt would say: one row each, not even grouped."""
    calls: dict[CallId, _Call] = {}
    attempts: dict[CallId, _Attempt] = {}
    for fact in facts:
        match fact:
            case CallArrived():
                calls[fact.call_id] = _Call(fact.dealer)
            case CallQueued():
                calls[fact.call_id] = replace(calls[fact.call_id], department=fact.department, offered=True)
            case CallConnected():
                within = fact.wait_seconds <= BOTH_TARGETS[fact.dealer]
                calls[fact.call_id] = replace(calls[fact.call_id], connected=True, within_target=within)
            case VoicemailLeft():
                calls[fact.call_id] = replace(calls[fact.call_id], voicemail=True)
            case CallServedAlone():
                spoken = fact.connected_at is not None
                within = spoken and fact.wait_seconds <= BOTH_TARGETS[fact.dealer]
                calls[fact.call_id] = _Call(
                    fact.dealer,
                    fact.department,
                    fact.phase,
                    fact.outcome,
                    offered=True,
                    connected=spoken,
                    within_target=within,
                )
            case CallEnded():
                calls[fact.call_id] = replace(calls[fact.call_id], phase=fact.phase, outcome=fact.outcome)
            case AttemptCommitted():
                attempts[fact.call_id] = _Attempt(fact.campaign_id)
            case AttemptAnswered():
                attempts[fact.call_id] = replace(attempts[fact.call_id], answered=True)
            case AttemptConnected():
                attempts[fact.call_id] = replace(attempts[fact.call_id], connected=True)
            case AttemptAbandoned():
                attempts[fact.call_id] = replace(attempts[fact.call_id], abandoned=True)
            case InformationMessagePlayed():
                late = fact.after_answer_seconds > 2
                attempts[fact.call_id] = replace(attempts[fact.call_id], message=True, late_message=late)
            case AttemptEnded():
                off = fact.cause is HangupCause.CALLED_OFF
                attempts[fact.call_id] = replace(attempts[fact.call_id], outcome=fact.outcome, called_off=off)
            case _:
                pass
    return Totals(
        tuple(
            CallTotal(
                each.dealer,
                each.department,
                each.phase,
                each.outcome,
                arrived=1,
                offered=each.offered,
                connected=each.connected,
                within_target=each.within_target,
                voicemails=each.voicemail,
            )
            for each in calls.values()
        ),
        tuple(
            AttemptTotal(
                each.campaign,
                each.outcome,
                attempts=1,
                answered=each.answered,
                connected=each.connected,
                abandoned=each.abandoned,
                messages=each.message,
                late_messages=each.late_message,
                called_off=each.called_off,
            )
            for each in attempts.values()
        ),
    )
