"""What the register of vehicles told, kept in the database: it is asked again only for what is old."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from app.storage.database import Database
from app.storage.vehicle_tables import vehicles
from customers.plate import Plate
from customers.vehicle import Vehicle

_READ_AT_ONCE = 500
_KNOWN = select(vehicles).where(
    vehicles.c.plate.in_(bindparam("plates", expanding=True)), vehicles.c.fetched_at >= bindparam("since")
)


async def cached_vehicles(
    database: Database, plates: Sequence[Plate], since: datetime
) -> dict[Plate, Vehicle | None]:
    """Return what the register told of these plates since a moment; None for a plate that it did not know."""
    found: dict[Plate, Vehicle | None] = {}
    async with database.reading() as connection:
        for start in range(0, len(plates), _READ_AT_ONCE):
            asked = {"plates": plates[start : start + _READ_AT_ONCE], "since": since}
            for row in await connection.execute(_KNOWN, asked):
                plate = Plate(row.plate)
                found[plate] = (
                    Vehicle(plate, row.make, row.model, row.first_admission, row.apk_expiry)
                    if row.registered
                    else None
                )
    return found


async def store_vehicles(
    database: Database, asked: Collection[Plate], found: Mapping[Plate, Vehicle], now: datetime
) -> None:
    """Keep the register's answer about the plates that were asked."""
    rows = [_row(plate, found.get(plate), now) for plate in asked]
    if not rows:
        return
    statement = database.insert(vehicles)
    told = {column.name: statement.excluded[column.name] for column in vehicles.c if not column.primary_key}
    async with database.writing() as connection:
        await connection.execute(
            statement.on_conflict_do_update(index_elements=[vehicles.c.plate], set_=told), rows
        )


def _row(plate: Plate, vehicle: Vehicle | None, now: datetime) -> dict[str, object]:
    return {
        "plate": plate,
        "registered": vehicle is not None,
        "make": vehicle and vehicle.make,
        "model": vehicle and vehicle.model,
        "first_admission": vehicle and vehicle.first_admission,
        "apk_expiry": vehicle and vehicle.apk_expiry,
        "fetched_at": now,
    }
