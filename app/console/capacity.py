"""The workshop's places in the API."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from app.console.fields import Ask
from app.console.routes import Nothing, changing, reading

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


GET_CAPACITY = reading("/dealers/{dealer_id}/capacity", Nothing, CapacityAnswer)
SET_CAPACITY = changing("PUT", "/dealers/{dealer_id}/capacity", NewCapacity, CapacityAnswer)
