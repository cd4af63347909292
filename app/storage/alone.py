"""What is journalled already of people whom Asterisk served alone (`app.marks.Told`)."""

from collections.abc import Mapping, Set
from datetime import datetime, timedelta

from sqlalchemy import select

from app.storage.consent_tables import objections
from app.storage.database import Database
from app.storage.tables import calls, voicemails
from calls.ids import CallId, LegId, NodeId, RecordingId

# A caller may have waited this long with a controller before the fallback.
_LONGEST_CALL = timedelta(days=1)


class SqlTold:
    """The database's word on one node's people."""

    def __init__(self, database: Database, node: NodeId) -> None:
        self._database = database
        self._node = node

    async def callers(self, legs: Set[LegId], since: datetime) -> Mapping[LegId, CallId]:
        """The calls of those of the legs that have one in the journal; the first of them came to the fallback at `since`."""
        query = select(calls.c.customer_leg, calls.c.call_id).where(
            calls.c.node == self._node,
            calls.c.arrived_at >= since - _LONGEST_CALL,
            calls.c.customer_leg.in_(legs),
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return {LegId(row.customer_leg): CallId(row.call_id) for row in rows}

    async def messages(self, recordings: Set[RecordingId]) -> Set[RecordingId]:
        """Those of the recordings that are listed as messages."""
        query = select(voicemails.c.recording_id).where(voicemails.c.recording_id.in_(recordings))
        async with self._database.reading() as connection:
            return {RecordingId(each) for each in (await connection.execute(query)).scalars()}

    async def objections(self, calls: Set[CallId]) -> Set[CallId]:
        """Those of the calls in which somebody objected."""
        query = select(objections.c.call_id).where(objections.c.call_id.in_(calls))
        async with self._database.reading() as connection:
            return {CallId(call) for call in (await connection.execute(query)).scalars()}
