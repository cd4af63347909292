"""What a batch of facts changes in the projections: each row's changes folded into one, in the order of the facts."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from calls.facts import (
    AgentStateChanged,
    AgentWishChanged,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptConnected,
    AttemptEnded,
    CallArrived,
    CallConnected,
    CallEnded,
    CallerRecognised,
    CallOffered,
    CallQueued,
    CallServedAlone,
    DispositionRecorded,
    Fact,
    InformationMessagePlayed,
    MachineMistaken,
    MenuChosen,
    OfferUnanswered,
    VoicemailLeft,
)
from calls.ids import ContactId
from calls.words import HangupCause
from routing.agent import CARRIES_A_CALL

Value = str | int | float | bool | datetime | None
Row = dict[str, Value]


@dataclass(slots=True)
class Changes:
    """New rows, and changed columns by key. After its end a call or attempt takes no further change.

    `mistaken` are the exception: attempts that an agent afterwards says were hung up on wrongly.
    """

    new_calls: dict[str, Row] = field(default_factory=dict)
    calls: dict[str, Row] = field(default_factory=dict)
    attempts: dict[str, Row] = field(default_factory=dict)
    mistaken: dict[str, Row] = field(default_factory=dict)
    agents: dict[str, Row] = field(default_factory=dict)
    voicemails: list[Row] = field(default_factory=list)
    released: list[ContactId] = field(default_factory=list)
    dispositions: list[DispositionRecorded] = field(default_factory=list)


def project(facts: Iterable[Fact]) -> Changes:
    """Fold facts into changes."""
    changes = Changes()
    for fact in facts:
        match fact:
            case CallArrived():
                changes.new_calls.setdefault(fact.call_id, _new_call(fact))
            case CallServedAlone():
                changes.new_calls.setdefault(fact.call_id, _served_alone(fact))
            case AgentStateChanged():
                changes.agents.setdefault(fact.agent_id, {}).update(_agent_columns(fact))
            case AgentWishChanged():
                wish: Row = {"pending": fact.pending, "pending_reason": fact.reason}
                changes.agents.setdefault(fact.agent_id, {}).update(wish)
            case DispositionRecorded():
                changes.dispositions.append(fact)
            case MachineMistaken():
                changes.mistaken[fact.call_id] = {"abandoned_at": fact.at}
            case VoicemailLeft():
                changes.voicemails.append(_voicemail(fact))
            case (
                CallerRecognised()
                | MenuChosen()
                | CallQueued()
                | CallOffered()
                | OfferUnanswered()
                | CallConnected()
                | CallEnded()
            ):
                row = changes.new_calls.get(fact.call_id)
                _merge(
                    changes.calls.setdefault(fact.call_id, {}) if row is None else row, _call_columns(fact)
                )
            case (
                AttemptAnswered()
                | AttemptConnected()
                | AttemptAbandoned()
                | InformationMessagePlayed()
                | AttemptEnded()
            ):
                _merge(changes.attempts.setdefault(fact.call_id, {}), _attempt_columns(fact))
                if isinstance(fact, AttemptEnded):
                    changes.released.append(fact.contact_id)
            case _:
                pass  # told by the journal alone
    return changes


def _merge(row: Row, columns: Row) -> None:
    if row.get("ended_at") is None:
        row.update(columns)


def _new_call(fact: CallArrived) -> Row:
    return {
        "call_id": fact.call_id,
        "node": fact.node,
        "dealer": fact.dealer,
        "ddi": fact.ddi,
        "cli": fact.cli,
        "customer_leg": fact.leg_id,
        "arrived_at": fact.at,
        "campaign_id": None,
        "contact_id": None,
        "department": None,
        "queued_at": None,
        "priority": None,
        "agent_id": None,
        "agent_leg": None,
        "connected_at": None,
        "ended_at": None,
        "phase": None,
        "outcome": None,
        "cause": None,
        "wait_seconds": None,
        "talk_seconds": None,
    }


def _served_alone(fact: CallServedAlone) -> Row:
    arrived = CallArrived(
        fact.arrived_at, fact.call_id, fact.dealer, fact.ddi, fact.cli, fact.leg_id, fact.node
    )
    return {
        **_new_call(arrived),
        "department": fact.department,
        "queued_at": fact.arrived_at,
        "priority": 0,
        "connected_at": fact.connected_at,
        "ended_at": fact.at,
        "phase": fact.phase,
        "outcome": fact.outcome,
        "cause": HangupCause.NORMAL,
        "wait_seconds": fact.wait_seconds,
        "talk_seconds": fact.talk_seconds,
    }


def _agent_columns(fact: AgentStateChanged) -> Row:
    columns: Row = {
        "state": fact.after,
        "reason": fact.reason,
        "since": fact.at,
        "call_id": fact.call_id,
        "campaign_id": fact.campaign_id,
        "wrap_up_until": fact.wrap_up_until,
    }
    if fact.after not in CARRIES_A_CALL:
        columns |= {"pending": None, "pending_reason": ""}
    return columns


def _voicemail(fact: VoicemailLeft) -> Row:
    return {
        "recording_id": fact.recording_id,
        "call_id": fact.call_id,
        "dealer": fact.dealer,
        "cli": fact.cli,
        "left_at": fact.at,
        "seconds": fact.seconds,
        "complete": fact.complete,
    }


def _call_columns(
    fact: CallerRecognised
    | MenuChosen
    | CallQueued
    | CallOffered
    | OfferUnanswered
    | CallConnected
    | CallEnded,
) -> Row:
    match fact:
        case CallerRecognised():
            return {
                "campaign_id": fact.campaign_id,
                "contact_id": fact.contact_id,
                "department": fact.department,
            }
        case MenuChosen():
            return {"department": fact.department}
        case CallQueued():
            return {"department": fact.department, "queued_at": fact.at, "priority": fact.priority}
        case CallOffered():
            return {"agent_id": fact.agent_id, "agent_leg": fact.leg_id}
        case OfferUnanswered():
            return {"agent_id": None, "agent_leg": None}
        case CallConnected():
            return {
                "agent_id": fact.agent_id,
                "agent_leg": fact.leg_id,
                "connected_at": fact.at,
                "wait_seconds": fact.wait_seconds,
            }
        case CallEnded():
            return {
                "department": fact.department,
                "ended_at": fact.at,
                "phase": fact.phase,
                "outcome": fact.outcome,
                "cause": fact.cause,
                "wait_seconds": fact.wait_seconds,
                "talk_seconds": fact.talk_seconds,
            }


def _attempt_columns(
    fact: AttemptAnswered | AttemptConnected | AttemptAbandoned | InformationMessagePlayed | AttemptEnded,
) -> Row:
    match fact:
        case AttemptAnswered():
            return {"answered_at": fact.at, "ring_seconds": fact.ring_seconds}
        case AttemptConnected():
            return {
                "connected_at": fact.at,
                "agent_id": fact.agent_id,
                "answer_to_agent_seconds": fact.answer_to_agent_seconds,
            }
        case AttemptAbandoned():
            return {"abandoned_at": fact.at}
        case InformationMessagePlayed():
            return {"message_at": fact.at}
        case AttemptEnded():
            return {
                "ended_at": fact.at,
                "outcome": fact.outcome,
                "cause": fact.cause,
                "ring_seconds": fact.ring_seconds,
                "talk_seconds": fact.talk_seconds,
            }
