"""What the clock has told before this process began, as the journal has it, and what it was believed to be by the steady clock."""

from datetime import timedelta

from sqlalchemy import case, select, update

from app.storage.database import Database
from app.storage.fact_json import decode
from app.storage.tables import epochs, facts
from calls.facts import ClockBelieved, ClockJumped
from calls.ids import NodeId
from dialer.clock_guard import ClockMemory

LATEST_FACTS = 10_000


async def clock_memory(database: Database, node: NodeId) -> ClockMemory | None:
    """From a node's facts among the latest 10,000 of the journal, since the clock was last said to be right; None when there are none.

    Not only the last of them counts: a process that begins by a clock that is wrong tells facts too.
    """
    jumps = case((facts.c.kind == ClockJumped.__name__, facts.c.body))
    latest = (
        select(facts.c.seq, facts.c.node, facts.c.at, facts.c.kind, jumps.label("jump"))
        .order_by(facts.c.seq.desc())
        .limit(LATEST_FACTS)
        .subquery()
    )
    async with database.reading() as connection:
        rows = await connection.execute(
            select(latest.c.at, latest.c.kind, latest.c.jump)
            .where(latest.c.node == node)
            .order_by(latest.c.seq)
        )
        memory: ClockMemory | None = None
        for at, kind, body in rows:
            jump = None if body is None else decode(kind, body)
            by = timedelta(seconds=jump.seconds) if isinstance(jump, ClockJumped) else None
            if memory is None or kind == ClockBelieved.__name__:
                memory = ClockMemory(at - (by or timedelta()))
            memory = (memory if by is None else memory.jumped(by)).told(at)
    return memory


async def believed_offset(database: Database, node: NodeId, boot: str) -> float | None:
    """Wall time minus steady time as a node's last controller believed it, None when the machine has started anew since.

    An empty `boot` is none: nobody can tell whether it has.
    """
    if not boot:
        return None
    query = select(epochs.c.clock_offset).where(epochs.c.node == node, epochs.c.clock_boot == boot)
    async with database.reading() as connection:
        offset: float | None = (await connection.execute(query)).scalar_one_or_none()
    return offset


async def keep_offset(database: Database, node: NodeId, epoch: int, boot: str, offset: float) -> None:
    """Store what is believed; nothing when another controller is in charge by now, or for want of a `boot`."""
    if not boot:
        return
    async with database.writing() as connection:
        await connection.execute(
            update(epochs)
            .where(epochs.c.node == node, epochs.c.epoch == epoch)
            .values(clock_boot=boot, clock_offset=offset)
        )
