"""What no controller heard of an attempt whose leg lives: its answer and its message, as the dialplan noted them on the leg."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from app.alone import Alone, MessageHeard, read_moment
from app.ari.operations import Ari
from app.ari.outcome import Done
from app.journal import Journal
from app.reconcile_plan import Live
from app.storage.takeover import OpenAttempt
from calls.facts import AttemptAnswered
from calls.ids import LegId, leg_mark

ANSWERED, MESSAGE = "DL_ANSWERED", "DL_MESSAGE"


async def answered_at(ari: Ari, leg_id: LegId, now: datetime) -> datetime:
    """When the customer of an attempt that is ours picked up; `now` when Asterisk does not tell."""
    told = await _noted(ari, leg_id, ANSWERED)
    return now if told is None else min(told, now)


async def with_answers(
    ari: Ari, live: Live, attempts: Iterable[OpenAttempt], journal: Journal, now: datetime
) -> list[OpenAttempt]:
    """The attempts with answers of which the journal does not know, each told to it."""
    found = list(attempts)
    async with asyncio.TaskGroup() as group:
        asked = {
            attempt.call_id: group.create_task(answered_at(ari, attempt.leg_id, now))
            for attempt in found
            if attempt.answered_at is None and live.has_answered(attempt.leg_id)
        }
    answers = {call_id: task.result() for call_id, task in asked.items()}
    journal.publish(*(_fact(each, answers[each.call_id]) for each in found if each.call_id in answers))
    return [
        replace(each, answered_at=answers[each.call_id]) if each.call_id in answers else each
        for each in found
    ]


async def with_messages(ari: Ari, live: Live, alone: Alone) -> Alone:
    """The marks with messages that the dialplan plays and of which no mark could be read yet."""
    async with asyncio.TaskGroup() as group:
        asked = {
            leg.leg_id: group.create_task(_message(ari, leg.leg_id))
            for leg in live.legs.values()
            if leg.up and not leg.ours and leg.leg_id not in alone.messages and _is_attempt(leg.leg_id)
        }
    noted = {leg_id: message for leg_id, task in asked.items() if (message := task.result()) is not None}
    return replace(alone, messages={**noted, **alone.messages})


async def _message(ari: Ari, leg_id: LegId) -> MessageHeard | None:
    answered, message = await _noted(ari, leg_id, ANSWERED), await _noted(ari, leg_id, MESSAGE)
    return None if answered is None or message is None else MessageHeard(answered, message)


async def _noted(ari: Ari, leg_id: LegId, variable: str) -> datetime | None:
    told = await ari.channels.get_channel_var(channel_id=leg_id, variable=variable)
    return read_moment(told.value.value) if isinstance(told, Done) else None


def _is_attempt(leg_id: LegId) -> bool:
    mark = leg_mark(leg_id)
    return mark is not None and mark.kind == "x"


def _fact(attempt: OpenAttempt, at: datetime) -> AttemptAnswered:
    rang = max(0.0, (at - attempt.committed_at).total_seconds())
    return AttemptAnswered(at, attempt.call_id, attempt.campaign_id, attempt.dealer, rang)
