"""A vehicle as the register knows it."""

from dataclasses import dataclass
from datetime import date

from customers.plate import Plate


@dataclass(frozen=True, slots=True)
class Vehicle:
    """What the register tells of a plate. `apk_expiry` is None for a vehicle without a duty of inspection."""

    plate: Plate
    make: str | None
    model: str | None
    first_admission: date | None
    apk_expiry: date | None


@dataclass(frozen=True, slots=True)
class UnreadableVehicle:
    """A vehicle of which the register told something that cannot be read, which is no answer about it. `fault` says what."""

    plate: Plate
    fault: str
