"""What is needed from outside to know a customer's car."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from customers.plate import Plate
from customers.vehicle import UnreadableVehicle, Vehicle


class VehicleRegister(Protocol):
    """The register of vehicles."""

    async def look_up(self, plates: Sequence[Plate]) -> Mapping[Plate, Vehicle | UnreadableVehicle]:
        """Return the vehicles of these plates; a plate that is not registered is left out. Raises RegisterError."""
        ...
