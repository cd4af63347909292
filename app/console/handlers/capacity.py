"""What serves the routes of `app.console.capacity`."""

from collections.abc import Sequence

from app.console.capacity import GET_CAPACITY, SET_CAPACITY, CapacityAnswer, DayPlaces, NewCapacity
from app.console.operations import AnyOperation, Asked, Operation
from app.console.routes import Nothing
from app.control import Control
from calls.ids import DealerId
from dialer.workshop import WorkshopDay


async def get_capacity(control: Control, asked: Asked[Nothing, Nothing]) -> CapacityAnswer:
    """The places in a dealer's workshop in the coming four weeks."""
    dealer = DealerId(asked.path["dealer_id"])
    return _answer(dealer, await control.workshop.places(dealer))


async def set_capacity(control: Control, asked: Asked[NewCapacity, Nothing]) -> CapacityAnswer:
    """Tell the places in a dealer's workshop; campaigns that fill it follow."""
    dealer = DealerId(asked.path["dealer_id"])
    days = [WorkshopDay(each.day, each.places, each.taken) for each in asked.body.days]
    return _answer(dealer, await control.workshop.set_places(dealer, days, asked.who))


def _answer(dealer: DealerId, days: Sequence[WorkshopDay]) -> CapacityAnswer:
    told = [DayPlaces(day=each.day, places=each.places, taken=each.taken) for each in days]
    return CapacityAnswer(dealer=dealer, days=told)


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(GET_CAPACITY, get_capacity),
    Operation(SET_CAPACITY, set_capacity),
)
