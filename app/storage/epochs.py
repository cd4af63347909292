"""Fencing: a controller writes under the epoch it took, and no longer once another has taken the next."""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database import Database
from app.storage.errors import StaleEpoch
from app.storage.tables import epochs
from calls.ids import NodeId


async def take_epoch(database: Database, node: NodeId) -> int:
    """Take charge of a node. When this returns, writes under earlier epochs are over and any further ones fail."""
    statement = (
        database.insert(epochs)
        .values(node=node, epoch=1)
        .on_conflict_do_update(
            index_elements=[epochs.c.node], set_={"epoch": epochs.c.epoch + 1, "written": 0}
        )
        .returning(epochs.c.epoch)
    )
    async with database.writing() as connection:
        epoch: int = (await connection.execute(statement)).scalar_one()
    return epoch


async def check_epoch(
    connection: AsyncConnection, node: NodeId, epoch: int, *, for_writing: bool = False
) -> None:
    """Raise StaleEpoch unless this is the node's epoch; it stays so until the transaction ends.

    With `for_writing` nobody else counts facts in it until then.
    """
    query = select(epochs.c.epoch).where(epochs.c.node == node).with_for_update(read=not for_writing)
    if (await connection.execute(query)).scalar_one_or_none() != epoch:
        raise StaleEpoch(node, epoch)


async def written_in_epoch(
    connection: AsyncConnection, node: NodeId, epoch: int, confirmed: int, more: int
) -> int:
    """Count `confirmed + more` facts as written in this epoch and return how many already were. Raises StaleEpoch."""
    ours = update(epochs).where(epochs.c.node == node, epochs.c.epoch == epoch)
    counted = ours.values(written=epochs.c.written + more).returning(epochs.c.written)
    total: int | None = (await connection.execute(counted)).scalar_one_or_none()
    if total is None:
        raise StaleEpoch(node, epoch)
    if total != confirmed + more:
        await connection.execute(ours.values(written=confirmed + more))
    return total - more
