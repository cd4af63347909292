"""How long wrap-ups lasted, read from the journal. One that was broken off for another call tells nothing."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.fact_json import decode
from app.storage.tables import facts
from calls.facts import AgentStateChanged
from calls.ids import CallId
from calls.words import AgentState


async def read_wrap_ups(connection: AsyncConnection, calls: Collection[CallId]) -> dict[CallId, float]:
    """The seconds of the wrap-up after each of these conversations, as far as it is over; some thousands of them at most."""
    query = (
        select(facts.c.kind, facts.c.body)
        .where(facts.c.call_id.in_(calls), facts.c.kind == AgentStateChanged.__name__)
        .order_by(facts.c.seq)
    )
    began: dict[CallId, datetime] = {}
    seconds: dict[CallId, float] = {}
    for row in await connection.execute(query):
        fact = decode(row.kind, row.body)
        if not isinstance(fact, AgentStateChanged) or fact.call_id is None:
            continue
        if fact.after is AgentState.WRAP_UP:
            began[fact.call_id] = fact.at
        elif fact.before is AgentState.WRAP_UP and (since := began.pop(fact.call_id, None)) is not None:
            # Nothing is shorter than nothing, whatever the clock did meanwhile.
            seconds[fact.call_id] = max(0.0, (fact.at - since).total_seconds())
    return seconds
