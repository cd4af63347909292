"""Calls, queues and messages in the API. Customers' numbers are shown: who has the token may see them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.console.fields import Ask, Limit, Moment, Note, Slug, Word
from app.console.routes import AnyRoute, Asked, Nothing, changing, reading
from app.control import Control
from app.control_ports import Direction, LiveCall
from app.conversations import Said
from app.storage.voicemails import Voicemail
from calls.ids import AgentId, CallId, DealerId
from calls.words import AmdVerdict, Department
from routing.views import QueueView


class QueueAnswer(BaseModel):
    """One queue. `estimated_wait_seconds` is null when nobody at work can serve it."""

    dealer: str
    department: Department
    length: int
    longest_wait_seconds: float
    estimated_wait_seconds: float | None


class QueueList(BaseModel):
    """Every queue that was ever used."""

    queues: list[QueueAnswer]


class CallAnswer(BaseModel):
    """A call that lives now. `number` is the customer's in E.164, null when hidden.

    A caller who returns a campaign's call has its `campaign` and `contact`. `answerer` is what machine detection makes of who picked up, null while it does not know or is off.
    """

    id: str
    direction: Direction
    dealer: str
    phase: str
    since: datetime
    department: Department | None
    campaign: str | None
    contact: int | None
    agent: str | None
    number: str | None
    answerer: AmdVerdict | None


class CallList(BaseModel):
    """The calls that live now."""

    calls: list[CallAnswer]


class NewDisposition(Ask):
    """How a conversation ended, in one word, with a note for colleagues.

    `until` is the moment agreed for another call (call_back), or before which there is none (not_now). `reference` is that of
    a booking, `language` the skill that the next agent needs. `answers` has the key of a question with its answer: yes or no, one
    of the choices, a date as 2026-05-31, a number, or text.
    """

    agent: Slug
    disposition: Word
    note: Note = ""
    until: Moment | None = None
    reference: Annotated[Note, Field(max_length=100)] = ""
    language: Slug | Literal[""] = ""
    answers: Annotated[dict[Word, Annotated[Note, Field(max_length=500)]], Field(max_length=30)] = Field(
        default_factory=dict
    )


class DispositionAnswer(BaseModel):
    """What was recorded."""

    call: str
    agent: str
    disposition: str


class VoicemailQuery(Ask):
    """Which messages; of every dealer when none is named."""

    dealer: Slug | None = None
    limit: Limit = 100


class VoicemailAnswer(BaseModel):
    """A message. `complete` is false when the recording is shorter than `seconds`."""

    id: str
    call: str
    dealer: str
    number: str | None
    left_at: datetime
    seconds: float
    complete: bool


class VoicemailList(BaseModel):
    """Messages, newest first."""

    voicemails: list[VoicemailAnswer]


class AuditQuery(Ask):
    """How far back."""

    limit: Limit = 100


class ChangeAnswer(BaseModel):
    """One change; `before` and `after` are JSON texts."""

    at: datetime
    who: str
    action: str
    subject: str
    before: str
    after: str


class ChangeList(BaseModel):
    """Changes, newest first."""

    changes: list[ChangeAnswer]


async def list_queues(control: Control, _asked: Asked[Nothing, Nothing]) -> QueueList:
    """Every queue, with its length and waiting times."""
    return QueueList(queues=[_queue_answer(queue) for queue in control.queues()])


async def list_calls(control: Control, _asked: Asked[Nothing, Nothing]) -> CallList:
    """The calls that live now."""
    return CallList(calls=[_call_answer(call) for call in control.calls()])


async def record_disposition(control: Control, asked: Asked[NewDisposition, Nothing]) -> DispositionAnswer:
    """Record how a conversation ended; an objection is in force at once. Until wrap-up is over, the last word counts."""
    call_id, body = CallId(asked.path["call_id"]), asked.body
    said = Said(body.disposition, body.note, body.until, body.reference, body.language, answers=body.answers)
    await control.conversations.record(AgentId(body.agent), call_id, said, asked.who)
    return DispositionAnswer(call=call_id, agent=body.agent, disposition=body.disposition)


async def list_voicemails(control: Control, asked: Asked[Nothing, VoicemailQuery]) -> VoicemailList:
    """The newest messages of callers."""
    dealer = None if asked.query.dealer is None else DealerId(asked.query.dealer)
    messages = await control.voicemails(dealer, asked.query.limit)
    return VoicemailList(voicemails=[_voicemail_answer(message) for message in messages])


async def list_changes(control: Control, asked: Asked[Nothing, AuditQuery]) -> ChangeList:
    """The audit log: who changed what."""
    entries = await control.changes(asked.query.limit)
    return ChangeList(
        changes=[
            ChangeAnswer(
                at=entry.at,
                who=entry.who,
                action=entry.action,
                subject=entry.subject,
                before=entry.before,
                after=entry.after,
            )
            for entry in entries
        ]
    )


def _queue_answer(queue: QueueView) -> QueueAnswer:
    return QueueAnswer(
        dealer=queue.dealer,
        department=queue.department,
        length=queue.length,
        longest_wait_seconds=queue.longest_wait_seconds,
        estimated_wait_seconds=queue.estimated_wait_seconds,
    )


def _call_answer(call: LiveCall) -> CallAnswer:
    return CallAnswer(
        id=call.call_id,
        direction=call.direction,
        dealer=call.dealer,
        phase=call.phase,
        since=call.since,
        department=call.department,
        campaign=call.campaign_id,
        contact=call.contact_id,
        agent=call.agent_id,
        number=None if call.number is None else call.number.e164,
        answerer=call.answerer,
    )


def _voicemail_answer(message: Voicemail) -> VoicemailAnswer:
    return VoicemailAnswer(
        id=message.recording_id,
        call=message.call_id,
        dealer=message.dealer,
        number=message.cli,
        left_at=message.left_at,
        seconds=message.seconds,
        complete=message.complete,
    )


LIST_QUEUES = reading("/queues", list_queues, Nothing, QueueList)
LIST_CALLS = reading("/calls", list_calls, Nothing, CallList)
RECORD_DISPOSITION = changing(
    "POST", "/calls/{call_id}/disposition", record_disposition, NewDisposition, DispositionAnswer, 201
)
LIST_VOICEMAILS = reading("/voicemails", list_voicemails, VoicemailQuery, VoicemailList)
LIST_CHANGES = reading("/audit", list_changes, AuditQuery, ChangeList)

ROUTES: tuple[AnyRoute, ...] = (LIST_QUEUES, LIST_CALLS, RECORD_DISPOSITION, LIST_VOICEMAILS, LIST_CHANGES)
