"""What is journalled already of people whom Asterisk served alone (`app.marks.Told`)."""

from collections.abc import Set
from datetime import datetime, timedelta

from sqlalchemy import select

from app.storage.database import Database
from app.storage.tables import calls, objections
from calls.ids import CallId, LegId, NodeId

# A caller may have waited this long with a controller before the fallback.
_LONGEST_CALL = timedelta(days=1)


class SqlTold:
    """The database's word on one node's people."""

    def __init__(self, database: Database, node: NodeId) -> None:
        self._database = database
        self._node = node

    async def callers(self, legs: Set[LegId], since: datetime) -> Set[LegId]:
        """Those of the legs whose call is journalled; the first of them came to the fallback at `since`."""
        query = select(calls.c.customer_leg).where(
            calls.c.node == self._node,
            calls.c.arrived_at >= since - _LONGEST_CALL,
            calls.c.customer_leg.in_(legs),
        )
        async with self._database.reading() as connection:
            return {LegId(leg) for leg in (await connection.execute(query)).scalars()}

    async def objections(self, calls: Set[CallId]) -> Set[CallId]:
        """Those of the calls in which somebody objected."""
        query = select(objections.c.call_id).where(objections.c.call_id.in_(calls))
        async with self._database.reading() as connection:
            return {CallId(call) for call in (await connection.execute(query)).scalars()}
