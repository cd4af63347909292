"""The workshop's places in the API."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from app.console.fields import Ask
from app.console.routes import AnyRoute, Asked, Nothing, changing, reading
from app.control import Control
from calls.ids import DealerId
from dialer.workshop import WorkshopDay

Count = Annotated[int, Field(ge=0, le=1000)]


class DayPlaces(Ask):
    """The places of one day; 0 when the workshop is closed. `taken` may be more: cars are squeezed in."""

    day: Annotated[date, Field(strict=False)]
    places: Count
    taken: Count = 0


class NewCapacity(Ask):
    """The places of some days; the others stay as they are."""

    days: Annotated[list[DayPlaces], Field(min_length=1, max_length=366)]


class CapacityAnswer(BaseModel):
    """The known days of the coming four weeks."""

    dealer: str
    days: list[DayPlaces]


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


GET_CAPACITY = reading("/dealers/{dealer_id}/capacity", get_capacity, Nothing, CapacityAnswer)
SET_CAPACITY = changing("PUT", "/dealers/{dealer_id}/capacity", set_capacity, NewCapacity, CapacityAnswer)

ROUTES: tuple[AnyRoute, ...] = (GET_CAPACITY, SET_CAPACITY)
