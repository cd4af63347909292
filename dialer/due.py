"""Which contacts of a list come due, and which do so no longer: a campaign's due window over the dates of their cars.

A contact that is not due is closed with the word `not_due`, and opened again on the day it is due. Its `not_before` is never
touched, so that a rest that the rules prescribe outlives any change of dates; whoever agreed to a call stays on the list until
it is made; and the law is asked about an opened contact like about any other. A contact closed for another reason stays closed, one that is being
called is left alone, and of one whose dates are all unknown nothing can be said.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

NOT_DUE = "not_due"
# Where the cars are registered: it is another day there than in UTC for an hour or two of each night.
HOME = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class DueWindow:
    """When a car comes due for a call: from `days_before` its date to `days_after` it, both days included."""

    days_before: int
    days_after: int

    def holds(self, due_on: date, today: date) -> bool:
        """Whether a car with this date is due today."""
        return -self.days_after <= (due_on - today) // timedelta(days=1) <= self.days_before


def day_at_home(now: datetime) -> date:
    """The day by which cars come due."""
    return now.astimezone(HOME).date()


class DueChange(StrEnum):
    """What a contact does on its list."""

    APPEARS = "appears"
    DISAPPEARS = "disappears"


@dataclass(frozen=True, slots=True)
class ListedContact:
    """A contact as it stands on a list. `closed_reason` is None while it is open; None in `due_dates` is unknown.

    `answered_dates` are those of them that somebody answered for: all, unless a car was asked about in vain. `agreed`: a call
    was agreed that is not made yet.
    """

    in_air: bool
    closed_reason: str | None
    due_dates: tuple[date | None, ...]
    answered_dates: tuple[date | None, ...]
    agreed: bool = False


def due_change(contact: ListedContact, window: DueWindow, today: date) -> DueChange | None:
    """Return what this contact does today, None when it stays as it is.

    A date that nobody answered for keeps a contact on the list, and brings none back. So does an agreed call.
    """
    due = is_due(contact.due_dates, window, today)
    if contact.in_air or due is None:
        return None
    if due and contact.closed_reason == NOT_DUE:
        return DueChange.APPEARS if is_due(contact.answered_dates, window, today) else None
    if not due and contact.closed_reason is None and not contact.agreed:
        return DueChange.DISAPPEARS
    return None


def is_due(due_dates: Iterable[date | None], window: DueWindow, today: date) -> bool | None:
    """Whether any of a contact's cars is due, None when no date is known."""
    known = [due_on for due_on in due_dates if due_on is not None]
    return any(window.holds(due_on, today) for due_on in known) if known else None


def first_due(due_dates: Sequence[date | None], window: DueWindow, today: date) -> date | None:
    """The date for which a contact is called: the first of those that are due, else the first of all."""
    known = [due_on for due_on in due_dates if due_on is not None]
    return min((due_on for due_on in known if window.holds(due_on, today)), default=min(known, default=None))


def called_about(due_dates: Sequence[date | None], window: DueWindow | None, today: date) -> int:
    """The place of the car that a contact is called about: of whose date `first_due` tells, or the first date without a window.

    Of equal dates the first place; 0 where no date is known. Raises ValueError without a car.
    """
    known = [due_on for due_on in due_dates if due_on is not None]
    first = min(known, default=None) if window is None else first_due(due_dates, window, today)
    return due_dates.index(first)
