"""What serves the routes of `app.console.calls`."""

from app.console.calls import (
    HANG_UP,
    LIST_CALLS,
    LIST_CHANGES,
    LIST_QUEUES,
    LIST_VOICEMAILS,
    RECORD_DISPOSITION,
    AuditQuery,
    CallAnswer,
    CallList,
    ChangeAnswer,
    ChangeList,
    DispositionAnswer,
    HungUpAnswer,
    NewDisposition,
    QueueAnswer,
    QueueList,
    VoicemailAnswer,
    VoicemailList,
    VoicemailQuery,
)
from app.console.operations import AnyOperation, Asked, Operation
from app.console.routes import Nothing
from app.control import Control
from app.control_ports import LiveCall
from app.conversations import Said
from app.storage.voicemails import Voicemail
from calls.ids import AgentId, CallId, DealerId
from routing.views import QueueView


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


async def hang_up(control: Control, asked: Asked[Nothing, Nothing]) -> HungUpAnswer:
    """End the customer's part of a conversation; the agent's open line stays, and wrap-up begins as usual."""
    call = await control.hang_up(CallId(asked.path["call_id"]), asked.who)
    return HungUpAnswer(call=call.call_id, agent=call.agent_id)


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


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(LIST_QUEUES, list_queues),
    Operation(LIST_CALLS, list_calls),
    Operation(RECORD_DISPOSITION, record_disposition),
    Operation(HANG_UP, hang_up),
    Operation(LIST_VOICEMAILS, list_voicemails),
    Operation(LIST_CHANGES, list_changes),
)
