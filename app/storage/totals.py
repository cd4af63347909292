"""Counts straight from the calls and the attempts: for the last line of a run, and to go on counting after a restart."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, case, cast, exists, extract, func, select

from app.storage.between import milliseconds_between
from app.storage.database import Database
from app.storage.tables import attempts, calls, voicemails
from calls.ids import CampaignId, DealerId
from calls.words import AttemptOutcome, CallPhase, Department, HangupCause, InboundOutcome
from metrics.definitions import MESSAGE_WITHIN_SECONDS
from metrics.totals import AttemptTotal, CallTotal, Totals

_LIMIT_SECONDS = 30.0


async def count_totals(
    database: Database, since: datetime | None, target_seconds: Mapping[DealerId, float]
) -> Totals:
    """Count the calls that arrived and the attempts that were committed since a moment (None: all there are).

    `target_seconds` is each dealer's service level target; a dealer without one has none within target.
    """
    async with database.reading(_LIMIT_SECONDS) as connection:
        call_rows = (await connection.execute(_calls_query(since, target_seconds))).all()
        attempt_rows = (await connection.execute(_attempts_query(since))).all()
    return Totals(tuple(map(_call_total, call_rows)), tuple(map(_attempt_total, attempt_rows)))


async def count_attempts(database: Database, campaign_id: CampaignId) -> tuple[AttemptTotal, ...]:
    """Count all attempts of one campaign."""
    query = _attempts_query(None).where(attempts.c.campaign_id == campaign_id)
    async with database.reading(_LIMIT_SECONDS) as connection:
        return tuple(map(_attempt_total, await connection.execute(query)))


async def dialled_by_minute(database: Database, since: datetime) -> dict[datetime, int]:
    """How many attempts were committed since a moment, by the minute's end: no attempt is taken for older than it is."""
    minute = cast(extract("epoch", attempts.c.committed_at), BigInteger) // 60
    query = (
        select(minute.label("minute"), func.count().label("attempts"))
        .where(attempts.c.committed_at >= since)
        .group_by(minute)
    )
    async with database.reading(_LIMIT_SECONDS) as connection:
        rows = (await connection.execute(query)).all()
    return {datetime.fromtimestamp((row.minute + 1) * 60, UTC): row.attempts for row in rows}


def _calls_query(since: datetime | None, target_seconds: Mapping[DealerId, float]) -> Select[Any]:
    groups = (calls.c.dealer, calls.c.department, calls.c.phase, calls.c.outcome)
    connected = calls.c.connected_at.is_not(None)
    target = case(target_seconds, value=calls.c.dealer, else_=-1.0) if target_seconds else -1.0
    has_voicemail = exists().where(voicemails.c.call_id == calls.c.call_id)
    query = select(
        *groups,
        func.count().label("arrived"),
        _count(calls.c.queued_at.is_not(None), "offered"),
        _count(connected, "connected"),
        _count(connected & (calls.c.wait_seconds <= target), "within_target"),
        _count(has_voicemail, "voicemails"),
    )
    return (query if since is None else query.where(calls.c.arrived_at >= since)).group_by(*groups)


def _attempts_query(since: datetime | None) -> Select[Any]:
    groups = (attempts.c.campaign_id, attempts.c.outcome)
    message_after = milliseconds_between(attempts.c.answered_at, attempts.c.message_at)
    query = select(
        *groups,
        func.count().label("attempts"),
        _count(attempts.c.answered_at.is_not(None), "answered"),
        _count(attempts.c.connected_at.is_not(None), "connected"),
        _count(attempts.c.abandoned_at.is_not(None), "abandoned"),
        _count(attempts.c.message_at.is_not(None), "messages"),
        _count(message_after > MESSAGE_WITHIN_SECONDS * 1000, "late_messages"),
        _count(attempts.c.cause == HangupCause.CALLED_OFF, "called_off"),
    )
    return (query if since is None else query.where(attempts.c.committed_at >= since)).group_by(*groups)


def _count(condition: ColumnElement[bool], name: str) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0).label(name)


def _call_total(row: Row[Any]) -> CallTotal:
    return CallTotal(
        dealer=DealerId(row.dealer),
        department=None if row.department is None else Department(row.department),
        phase=None if row.phase is None else CallPhase(row.phase),
        outcome=None if row.outcome is None else InboundOutcome(row.outcome),
        arrived=row.arrived,
        offered=row.offered,
        connected=row.connected,
        within_target=row.within_target,
        voicemails=row.voicemails,
    )


def _attempt_total(row: Row[Any]) -> AttemptTotal:
    return AttemptTotal(
        campaign=CampaignId(row.campaign_id),
        outcome=None if row.outcome is None else AttemptOutcome(row.outcome),
        attempts=row.attempts,
        answered=row.answered,
        connected=row.connected,
        abandoned=row.abandoned,
        messages=row.messages,
        late_messages=row.late_messages,
        called_off=row.called_off,
    )
