"""The rows of a file of contacts: what each says, or what is wrong with it."""

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from calls.errors import NumberError
from calls.numbers import NumberKind, PhoneNumber
from dialer.contact_columns import Columns, Field, bare
from dialer.list_amounts import MOST_EUROS, euros
from dialer.list_numbers import NumberReader, zone_of
from dialer.profiles import zone_named

_NAME_LENGTH = 120
_TEXT_LENGTH = 500
_PLATE_LENGTH = 12
_USUAL_PRIORITY = 5
_DATE = re.compile(
    r"(?P<y>\d{4})-(?P<m>\d\d?)-(?P<d>\d\d?)(?:[ T][0-9:.]+)?|(?P<d2>\d\d?)[-/.](?P<m2>\d\d?)[-/.](?P<y2>\d{4})"
)


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row. `line` counts from 1 with the heading; `column` is the heading of the column."""

    line: int
    column: str
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ConsentProof:
    """When a person agreed to be called, how it came to the dealer, and to which words."""

    on: date
    source: str
    wording: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A good row. `value_euros` is what a success with this contact is worth."""

    line: int
    name: str
    number: PhoneNumber
    number_kind: NumberKind
    timezone: str
    plate: str | None
    due_on: date | None
    priority: int
    reference: str | None
    consent: ConsentProof | None
    value_euros: float | None = None


class RowReader:
    """Reads the rows of one file. `dialled_kinds` are the kinds of number that may be called, `countries` those whose numbers are,
    `today` bounds the consents.
    """

    def __init__(
        self, columns: Columns, dialled_kinds: frozenset[NumberKind], countries: Collection[str], today: date
    ) -> None:
        self._columns = columns
        self._dialled_kinds = dialled_kinds
        self._countries = countries
        self._today = today
        self._numbers = NumberReader()

    def read(self, line: int, cells: Sequence[str]) -> ContactRow | list[RowFault]:
        """Return the contact a row holds, or all that is wrong with it."""
        row = _Row(self._columns, line, cells)
        name = _name(row)
        number = self._number(row)
        timezone = _timezone(row, number[0] if number else None)
        plate = _plate(row)
        due_on = row.day(Field.DUE_ON)
        priority = _priority(row)
        value = _value(row)
        consent = self._consent(row)
        if row.faults or number is None:
            return row.faults
        return ContactRow(
            line=line,
            name=name,
            number=number[0],
            number_kind=number[1],
            timezone=timezone,
            plate=plate,
            due_on=due_on,
            priority=priority,
            reference=row.text(Field.REFERENCE) or None,
            consent=consent,
            value_euros=value,
        )

    def _number(self, row: "_Row") -> tuple[PhoneNumber, NumberKind] | None:
        text = row.text(Field.NUMBER)
        if not text:
            row.fault(Field.NUMBER, "no phone number", "fill it in, or remove the row")
            return None
        try:
            number, kind = self._numbers.read(text)
        except NumberError as error:
            row.fault(Field.NUMBER, error.reason, error.remedy)
            return None
        if kind not in self._dialled_kinds:
            row.fault(
                Field.NUMBER,
                f"numbers of the kind {kind} are not called",
                "give a mobile or an ordinary number",
            )
            return None
        if (country := number.country) not in self._countries:
            row.fault(
                Field.NUMBER,
                f"numbers of {country or 'no country'} are not called, only those of {', '.join(sorted(self._countries))}",
                "remove the row, or give the campaign a calling profile whose `countries` has it",
            )
            return None
        return number, kind

    def _consent(self, row: "_Row") -> ConsentProof | None:
        said = {
            field: row.text(field)
            for field in (Field.CONSENT_ON, Field.CONSENT_SOURCE, Field.CONSENT_WORDING)
        }
        if not any(said.values()):
            return None
        for field, text in said.items():
            if not text:
                row.fault(
                    field,
                    "the proof of consent is not complete",
                    "give its date, its source and its wording, or none of them",
                )
        day = row.day(Field.CONSENT_ON)
        if day is None:
            return None
        if day > self._today:
            row.fault(
                Field.CONSENT_ON, "the consent is dated in the future", "give the day on which it was given"
            )
        return ConsentProof(day, said[Field.CONSENT_SOURCE], said[Field.CONSENT_WORDING])


class _Row:
    """One row being read, with the faults found so far."""

    def __init__(self, columns: Columns, line: int, cells: Sequence[str]) -> None:
        self._columns = columns
        self._line = line
        self._cells = cells
        self.faults: list[RowFault] = []
        beyond = len(columns.headings)
        if len(cells) > beyond and any(cell.strip() for cell in cells[beyond:]):
            self.faults.append(
                RowFault(
                    line, "", "more cells than headings", "put quotes around a cell that holds the separator"
                )
            )

    def has(self, field: Field) -> bool:
        """Whether the file has a column for a field."""
        return field in self._columns.positions

    def text(self, field: Field) -> str:
        """The cell of a field on one line, without control characters; empty when there is none."""
        position = self._columns.positions.get(field)
        if position is None or position >= len(self._cells):
            return ""
        cell = self._cells[position]
        if not cell.isprintable():
            cell = "".join(letter if letter.isprintable() else " " for letter in cell)
        text = " ".join(cell.split())
        if len(text) > _TEXT_LENGTH:
            self.fault(
                field, f"longer than {_TEXT_LENGTH} characters", "shorten it, or look for a missing quote"
            )
            return ""
        return text

    def day(self, field: Field) -> date | None:
        """The date in a cell; None when it is empty or, with a fault, no date."""
        text = self.text(field)
        if not text:
            return None
        day = _day(text)
        if day is None:
            self.fault(field, "not a date", "write it as 31-12-2026 or 2026-12-31")
        return day

    def fault(self, field: Field, reason: str, remedy: str) -> None:
        """Note a fault in the column of a field."""
        self.faults.append(RowFault(self._line, self._columns.heading(field), reason, remedy))


@lru_cache(maxsize=4096)  # the dates of a list are few
def _day(text: str) -> date | None:
    if found := _DATE.fullmatch(text):
        year, month, day = (int(found[key] or found[f"{key}2"]) for key in "ymd")
        with suppress(ValueError):
            return date(year, month, day)
    return None


def _name(row: _Row) -> str:
    parts = (row.text(field) for field in (Field.FIRST_NAME, Field.INFIX, Field.LAST_NAME))
    name = row.text(Field.NAME) or " ".join(part for part in parts if part)
    field = Field.NAME if row.has(Field.NAME) else Field.LAST_NAME
    if not name:
        row.fault(field, "no name", "fill it in, or remove the row")
    elif len(name) > _NAME_LENGTH:
        row.fault(field, f"longer than {_NAME_LENGTH} characters", "shorten the name")
    return name


def _timezone(row: _Row, number: PhoneNumber | None) -> str:
    zone = row.text(Field.TIMEZONE)
    if zone and zone_named(zone) is None:
        row.fault(Field.TIMEZONE, "no such time zone", "write it as Europe/Amsterdam")
    elif not zone and number is not None:
        zone = zone_of(number) or ""
        if not zone:
            row.fault(
                Field.NUMBER,
                "the number does not tell the time of day there",
                "add a column Tijdzone, with a zone such as America/Curacao",
            )
    return zone


def _plate(row: _Row) -> str | None:
    text = row.text(Field.PLATE)
    plate = bare(text).upper()
    if text and not 1 <= len(plate) <= _PLATE_LENGTH:
        row.fault(Field.PLATE, "not a licence plate", "write it as AB-123-C, or leave it empty")
    return plate or None


def _priority(row: _Row) -> int:
    text = row.text(Field.PRIORITY)
    if not text:
        return _USUAL_PRIORITY
    if re.fullmatch("[1-9]", text) is None:
        row.fault(Field.PRIORITY, "not a priority", "write 1 (first) to 9 (last), or leave it empty")
        return _USUAL_PRIORITY
    return int(text)


def _value(row: _Row) -> float | None:
    text = row.text(Field.VALUE)
    value = euros(text)
    if text and value is None:
        row.fault(
            Field.VALUE,
            "not an amount in euro",
            f"write it as 1250 or 1.250,50, at most {MOST_EUROS}, or leave it empty",
        )
    return value
