"""What an import meets twice: a number, a person or a car, in the file or on the list already.

A list has each number, each person and each car once, so that nobody is called twice about the same thing. Only one thing that
comes back is no fault: another car of the same person at the same number. One call is about all of them.
"""

from app.storage.contact_list import Listed
from dialer.contact_columns import Columns, Field
from dialer.contact_file import ContactRow, RowFault

_REMOVE = "remove the row"

# The line on which something was seen first, with the hash of the number and the key of the person.
_Seen = tuple[int, str, str]


class Duplicates:
    """The rows of one file so far, and what is on the list."""

    def __init__(self, on_list: Listed, columns: Columns) -> None:
        self._on_list = on_list
        self._columns = columns
        self._cars: dict[str, int] = {}
        self._people: dict[str, _Seen] = {}
        self._numbers: dict[str, _Seen] = {}

    def take(self, row: ContactRow, hashed: str, person: str) -> RowFault | None:
        """Note a row with the hash of its number and the key of its person; the fault that it was there before."""
        seen = (row.line, hashed, person)
        return self._car(row) or self._number(row, seen) or self._person(row, seen)

    def _car(self, row: ContactRow) -> RowFault | None:
        if row.plate is None:
            return None
        if row.plate in self._on_list.plates:
            return RowFault(
                row.line, self._columns.heading(Field.PLATE), "the car is on the list already", _REMOVE
            )
        line = self._cars.setdefault(row.plate, row.line)
        if line != row.line:
            return RowFault(
                row.line, self._columns.heading(Field.PLATE), f"the same car as on line {line}", _REMOVE
            )
        return None

    def _number(self, row: ContactRow, seen: _Seen) -> RowFault | None:
        _, hashed, person = seen
        if hashed in self._on_list.numbers:
            return RowFault(
                row.line, self._columns.heading(Field.NUMBER), "the number is on the list already", _REMOVE
            )
        line, _, first = self._numbers.setdefault(hashed, seen)
        if line != row.line and (row.plate is None or person != first):
            return RowFault(
                row.line, self._columns.heading(Field.NUMBER), f"the same number as on line {line}", _REMOVE
            )
        return None

    def _person(self, row: ContactRow, seen: _Seen) -> RowFault | None:
        _, hashed, person = seen
        if person in self._on_list.persons:
            reason = "the customer is on the list already, with another number"
            return RowFault(row.line, self._columns.heading(Field.NUMBER), reason, _REMOVE)
        line, first, _ = self._people.setdefault(person, seen)
        if hashed != first:
            return RowFault(
                row.line,
                self._columns.heading(Field.NUMBER),
                f"the same customer as on line {line}, with another number",
                "choose one of the numbers; another car gets a row of its own with that number",
            )
        return None
