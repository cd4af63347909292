"""What a campaign's latest attempts taught: who answers, how long they ring, talk and are worked on, and who books."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Subquery, func, select

from app.storage.conversation_tables import dispositions
from app.storage.database import Database
from app.storage.tables import attempts, calls, contacts
from app.storage.wrap_ups import read_wrap_ups
from calls.ids import CallId, CampaignId, line_leg
from calls.words import HangupCause
from dialer.dispositions import Disposition
from simulation.learned import Learned

MOST_ATTEMPTS = 5000
_LIMIT_SECONDS = 30.0
_LINE = line_leg(CallId(""))


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
        talks = [row.call_id for row in ended if row.connected_at is not None]
        wrap_ups = await read_wrap_ups(connection, talks)
        agents = {row.agent_id for row in ended if row.connected_at is not None}
        since = min((row.committed_at for row in ended), default=None)
        callers = [] if since is None else (await connection.execute(_callers(agents, since))).scalars().all()
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
        wrap_up_seconds=list(wrap_ups.values()),
        judged=len(last_word),
        booked=sum(word == Disposition.BOOKED for word in last_word.values()),
        called_off=[
            row.ring_seconds
            for row in ended
            if row.answered_at is None
            and row.cause == HangupCause.CALLED_OFF
            and row.ring_seconds is not None
        ],
        caller_talk_seconds=callers,
    )


def _callers(agents: Collection[str], since: datetime) -> Any:
    """How long they talked with the callers who came into their open lines."""
    return select(calls.c.talk_seconds).where(
        calls.c.arrived_at >= since,
        calls.c.agent_id.in_(agents),
        calls.c.agent_leg.like(f"%{_LINE}"),
        calls.c.talk_seconds.is_not(None),
    )


def _words(latest: Subquery) -> Any:
    """What was said of the conversations; of several words for one the last comes last."""
    return (
        select(dispositions.c.call_id, dispositions.c.word)
        .join(latest, latest.c.call_id == dispositions.c.call_id)
        .where(latest.c.connected_at.is_not(None))
        .order_by(dispositions.c.disposition_id)
    )
