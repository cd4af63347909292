"""The APK dates that a file of contacts does not have, asked of the register of vehicles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.storage.database import Database
from app.vehicles import look_up
from customers.ports import VehicleRegister
from customers.vehicle import UnreadableVehicle, Vehicle
from dialer.contact_columns import Columns, Field
from dialer.contact_file import ContactRow, RowFault


@dataclass(frozen=True, slots=True)
class Dates:
    """What the register told of the rows without a date, and the rows of which it told none."""

    vehicles: Mapping[str, Vehicle | UnreadableVehicle | None]
    faults: tuple[RowFault, ...]

    def of(self, row: ContactRow) -> date | None:
        """The row's date; one that has a date was not asked for, and keeps it."""
        vehicle = self.vehicles.get(row.plate) if row.plate is not None else None
        return vehicle.apk_expiry if isinstance(vehicle, Vehicle) else row.due_on


async def missing_dates(
    database: Database, register: VehicleRegister, columns: Columns, rows: Sequence[ContactRow], now: datetime
) -> Dates:
    """Ask for the dates of the cars that have none. Raises RegisterError, StoreUnavailable."""
    asked = [(row, row.plate) for row in rows if row.due_on is None and row.plate is not None]
    vehicles = await look_up(database, register, [plate for _, plate in asked], now)
    heading = columns.heading(Field.PLATE)
    found = (_fault(row, heading, plate, vehicles) for row, plate in asked)
    return Dates(vehicles, tuple(fault for fault in found if fault is not None))


def _fault(
    row: ContactRow,
    heading: str,
    plate: str,
    vehicles: Mapping[str, Vehicle | UnreadableVehicle | None],
) -> RowFault | None:
    if plate not in vehicles:
        return RowFault(row.line, heading, "not a Dutch licence plate", "correct it, or fill in the date")
    vehicle = vehicles[plate]
    if vehicle is None:
        reason, remedy = "not in the register of vehicles", "correct the plate, or remove the row"
    elif isinstance(vehicle, UnreadableVehicle):
        reason = f"the register of vehicles cannot be read about this car: {vehicle.fault}"
        remedy = "fill in the date, or import again later"
    elif vehicle.apk_expiry is None:
        reason, remedy = "no APK date in the register of vehicles", "fill in the date, or remove the row"
    else:
        return None
    return RowFault(row.line, heading, reason, remedy)
