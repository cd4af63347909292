"""The cars of a list: what the register knows of them, asked again only when it is old."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import islice

from app.storage.database import Database
from app.storage.vehicle_cache import cached_vehicles, store_vehicles
from customers.errors import PlateError
from customers.plate import Plate, parse_plate
from customers.ports import VehicleRegister
from customers.vehicle import UnreadableVehicle, Vehicle

# Less than a day, so that a list that is gone through every day is asked about every day.
_FRESH = timedelta(hours=20)
_ASKED_AT_ONCE = 400


async def look_up(
    database: Database, register: VehicleRegister, plates: Iterable[str | None], now: datetime
) -> Mapping[str, Vehicle | UnreadableVehicle | None]:
    """Return what the register knows of each text that is a Dutch plate, None for one that is not registered.

    What came in before a failure stays stored; a vehicle that cannot be read is asked for again next time. Raises RegisterError, StoreUnavailable.
    """
    read = dict(_readable(plates))
    wanted = list(dict.fromkeys(read.values()))
    known: dict[Plate, Vehicle | UnreadableVehicle | None] = {
        **await cached_vehicles(database, wanted, now - _FRESH)
    }
    missing = iter([plate for plate in wanted if plate not in known])
    while asked := list(islice(missing, _ASKED_AT_ONCE)):
        found = await register.look_up(asked)
        unreadable = {plate for plate, vehicle in found.items() if isinstance(vehicle, UnreadableVehicle)}
        told = {plate: vehicle for plate, vehicle in found.items() if isinstance(vehicle, Vehicle)}
        await store_vehicles(database, [plate for plate in asked if plate not in unreadable], told, now)
        known |= {plate: found.get(plate) for plate in asked}
    return {text: known[plate] for text, plate in read.items()}


def _readable(texts: Iterable[str | None]) -> Iterable[tuple[str, Plate]]:
    for text in texts:
        with suppress(PlateError):
            if text is not None:
                yield text, parse_plate(text)
