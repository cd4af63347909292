"""Attempts that are to be rung no longer: the intention, stored before anything is done."""

from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database import Database
from app.storage.journal import fact_row
from app.storage.tables import ATTEMPT_OPEN, attempts, facts
from calls.facts import AttemptCalledOff
from calls.ids import NodeId


async def store_called_off(
    database: Database,
    connection: AsyncConnection,
    node: NodeId,
    epoch: int,
    wanted: Sequence[AttemptCalledOff],
) -> list[AttemptCalledOff]:
    """Store these facts; those of them, in order, whose attempts nobody has answered as far as is stored, and that have not ended.

    One that was stored before is returned, and not stored again.
    """
    rings = (
        attempts.c.call_id.in_([fact.call_id for fact in wanted])
        & ATTEMPT_OPEN
        & attempts.c.answered_at.is_(None)
    )
    fresh = update(attempts).where(rings, attempts.c.called_off_at.is_(None))
    moment = max(fact.at for fact in wanted)
    stored = set(
        (await connection.execute(fresh.values(called_off_at=moment).returning(attempts.c.call_id))).scalars()
    )
    rows = [fact_row(fact, node, epoch) for fact in wanted if fact.call_id in stored]
    if rows:
        await connection.execute(database.insert(facts), rows)
    if len(stored) < len(wanted):
        before = select(attempts.c.call_id).where(rings)
        stored = set((await connection.execute(before)).scalars())
    return [fact for fact in wanted if fact.call_id in stored]
