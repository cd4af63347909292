"""Dutch public holidays, the ones a dealer keeps."""

from collections.abc import Collection
from datetime import date

from holidays import OPTIONAL, PUBLIC, HolidayBase, country_holidays


class DutchHolidays:
    """The Dutch holidays of the given names, of any year.

    Good Friday and every year's Liberation Day are among them, though they are no general day off: naming them is choosing
    them. An unknown name never matches; `holiday_names` lists the known ones.
    """

    def __init__(self, names: Collection[str]) -> None:
        self._names = frozenset(names)
        self._calendar = _calendar()

    def __contains__(self, day: date, /) -> bool:
        return any(name in self._names for name in self._calendar.get_list(day))


def holiday_names() -> frozenset[str]:
    """The names that `DutchHolidays` understands, in Dutch, such as `Koningsdag`."""
    calendar = _calendar(year=2025)
    return frozenset(name for day in calendar for name in calendar.get_list(day))


def _calendar(year: int | None = None) -> HolidayBase:
    """The calendar of one year, or one that adds each year it is asked about."""
    return country_holidays("NL", years=year, categories=(PUBLIC, OPTIONAL), language="nl")
