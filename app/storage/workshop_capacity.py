"""The places in the dealers' workshops, day by day (`dialer.ports.WorkshopCapacity`)."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, timedelta

from sqlalchemy import Column, Date, Integer, Table, Text, select

from app.storage.audit import AuditEntry, store_change
from app.storage.database import Database
from app.storage.tables import metadata
from calls.ids import DealerId
from dialer.workshop import WorkshopDay

# A day without a row is one of which the dealer told nothing.
workshop_capacity = Table(
    "workshop_capacity",
    metadata,
    Column("dealer", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("places", Integer, nullable=False),
    Column("taken", Integer, nullable=False),
)


class SqlWorkshopCapacity:
    """The table of places. Every method raises StoreUnavailable when the database does not answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def places(self, dealer: DealerId, first: date, days: int) -> Sequence[WorkshopDay]:
        """Return the days of which the dealer told the places, of `days` days from `first` on, in order."""
        table = workshop_capacity
        query = select(table.c.day, table.c.places, table.c.taken).where(
            table.c.dealer == dealer, table.c.day >= first, table.c.day < first + timedelta(days=days)
        )
        async with self._database.reading() as connection:
            rows = (await connection.execute(query.order_by(table.c.day))).all()
        return [WorkshopDay(row.day, row.places, row.taken) for row in rows]

    async def set_places(self, dealer: DealerId, days: Sequence[WorkshopDay], entry: AuditEntry) -> None:
        """Store the places of at least one day; other days stay as they are."""
        statement = self._database.insert(workshop_capacity)
        stored = statement.on_conflict_do_update(
            index_elements=[workshop_capacity.c.dealer, workshop_capacity.c.day],
            set_={"places": statement.excluded.places, "taken": statement.excluded.taken},
        )
        async with self._database.writing() as connection:
            await connection.execute(stored, [{"dealer": dealer, **asdict(day)} for day in days])
            await store_change(connection, entry)
