"""What a campaign's latest attempts taught: who answers, how long they ring, talk and are worked on, and who books."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Subquery, func, select

from app.storage.conversation_tables import dispositions
from app.storage.database import Database
from app.storage.fact_json import decode
from app.storage.tables import attempts, contacts, facts
from calls.facts import AgentStateChanged
from calls.ids import CampaignId
from calls.words import AgentState
from dialer.dispositions import Disposition
from simulation.learned import Learned

MOST_ATTEMPTS = 5000
_LIMIT_SECONDS = 30.0


async def read_learned(database: Database, campaign_id: CampaignId) -> Learned:
    """From the last attempts that ended, 5,000 at most. Wrap-ups are those of their conversations, from the journal."""
    latest = (
        select(attempts)
        .where(attempts.c.campaign_id == campaign_id, attempts.c.ended_at.is_not(None))
        .order_by(attempts.c.committed_at.desc())
        .limit(MOST_ATTEMPTS)
        .subquery()
    )
    left = (
        select(func.count())
        .select_from(contacts)
        .where(contacts.c.campaign_id == campaign_id, contacts.c.state != "closed")
    )
    async with database.reading(_LIMIT_SECONDS) as connection:
        remaining = (await connection.execute(left)).scalar_one()
        ended = (await connection.execute(select(latest))).all()
        words = (await connection.execute(_words(latest))).all()
        changes = (await connection.execute(_changes(latest))).all()
    answered = [row for row in ended if row.answered_at is not None]
    last_word = {row.call_id: row.word for row in words}
    return Learned(
        contacts=remaining,
        ended=len(ended),
        answered=len(answered),
        ring_seconds=[row.ring_seconds for row in answered if row.ring_seconds is not None],
        talk_seconds=[
            row.talk_seconds for row in ended if row.connected_at is not None and row.talk_seconds is not None
        ],
        wrap_up_seconds=_wrap_ups(changes),
        judged=len(last_word),
        booked=sum(word == Disposition.BOOKED for word in last_word.values()),
    )


def _words(latest: Subquery) -> Any:
    """What was said of the conversations; of several words for one the last comes last."""
    return (
        select(dispositions.c.call_id, dispositions.c.word)
        .join(latest, latest.c.call_id == dispositions.c.call_id)
        .where(latest.c.connected_at.is_not(None))
        .order_by(dispositions.c.disposition_id)
    )


def _changes(latest: Subquery) -> Any:
    return (
        select(facts.c.kind, facts.c.body)
        .join(latest, latest.c.call_id == facts.c.call_id)
        .where(latest.c.connected_at.is_not(None), facts.c.kind == AgentStateChanged.__name__)
        .order_by(facts.c.seq)
    )


def _wrap_ups(rows: Iterable[Row[Any]]) -> list[float]:
    began: dict[str, datetime] = {}
    seconds = []
    for row in rows:
        fact = decode(row.kind, row.body)
        if not isinstance(fact, AgentStateChanged) or fact.call_id is None:
            continue
        if fact.after is AgentState.WRAP_UP:
            began[fact.call_id] = fact.at
        elif fact.before is AgentState.WRAP_UP and (since := began.pop(fact.call_id, None)) is not None:
            seconds.append((fact.at - since).total_seconds())
    return seconds
