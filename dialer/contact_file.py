"""The rows of a file of contacts: what each says, or what is wrong with it."""

import re
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from operator import itemgetter

from calls.errors import NumberError
from calls.numbers import NumberKind, PhoneNumber
from dialer.contact_columns import Columns, Field, bare
from dialer.list_amounts import MOST_EUROS, euros
from dialer.list_numbers import NumberReader, zone_of
from dialer.zones import keep_one_time, zone_named

_NAME_LENGTH = 120
_TEXT_LENGTH = 500
_PLATE_LENGTH = 12
_USUAL_PRIORITY = 5
# As with consents that are recorded by hand. The first days of spreadsheets, in 1899, 1900 and 1904, stand for an empty cell.
_FIRST_CONSENT_DAY = date(1971, 1, 1)
# A cell that a spreadsheet keeps as an amount. Without its point it may be somebody else's number.
_FRACTION = re.compile(r"[1-9]\d*[.,]\d+")
# What people write where there is no plate, without capitals and signs.
_NO_PLATE = frozenset(
    (
        "nvt",
        "geen",
        "onbekend",
        "na",
        "nb",
        "none",
        "unknown",
        "leeg",
        "null",
        "nietbekend",
        "geenkenteken",
        "geenauto",
    )
)
_NO_PLATE_SIGNS = re.compile("x*|0*")
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


@dataclass(slots=True)  # a list has a million, and frozen ones take four times as long to make
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
        self._width = len(columns.headings)
        # A field without a column has the empty cell that is put behind the last one.
        self._in_order = itemgetter(*(columns.positions.get(field, self._width) for field in Field))
        self._name_column = Field.NAME if Field.NAME in columns.positions else Field.LAST_NAME

    def read(self, line: int, cells: Sequence[str]) -> ContactRow | list[RowFault]:
        """Return the contact a row holds, or all that is wrong with it."""
        faults = _Faults(self._columns, line)
        texts = self._texts(cells, faults)
        # In the order of `Field`.
        whole_name, first_name, infix, last_name, number_text, plate_text, due_text, *texts = texts
        priority_text, value_text, reference, zone_text, given_text, source, wording = texts
        name = whole_name or " ".join(filter(None, (first_name, infix, last_name)))
        self._check_name(name, faults)
        number = self._number(number_text, faults)
        timezone = self._timezone(zone_text, number[0] if number else None, faults)
        plate = _plate(plate_text, faults) if plate_text else None
        due_on = _day(Field.DUE_ON, due_text, faults) if due_text else None
        priority = _priority(priority_text, faults) if priority_text else _USUAL_PRIORITY
        value = _value(value_text, faults) if value_text else None
        given = given_text or source or wording
        consent = self._consent(given_text, source, wording, faults) if given else None
        if faults.found or number is None:
            return faults.found
        return ContactRow(
            line, name, *number, timezone, plate, due_on, priority, reference or None, consent, value
        )

    def _texts(self, cells: Sequence[str], faults: "_Faults") -> list[str]:
        """What the cells say on one line, for each field in their order; empty when there is none."""
        if len(cells) != self._width:
            if any(cell.strip() for cell in cells[self._width :]):
                faults.add(
                    None, "more cells than headings", "put quotes around a cell that holds the separator"
                )
            cells = [*cells[: self._width], *[""] * (self._width - len(cells))]
        texts = [cell and one_line(cell) for cell in self._in_order((*cells, ""))]
        # Only one that is too long brings a look at each.
        if len("".join(texts)) > _TEXT_LENGTH:
            for place, (field, text) in enumerate(zip(Field, texts, strict=True)):
                if len(text) > _TEXT_LENGTH:
                    texts[place] = ""
                    faults.add(
                        field,
                        f"longer than {_TEXT_LENGTH} characters",
                        "shorten it, or look for a missing quote",
                    )
        return texts

    def _check_name(self, name: str, faults: "_Faults") -> None:
        if not name:
            faults.add(self._name_column, "no name", "fill it in, or remove the row")
        elif len(name) > _NAME_LENGTH:
            faults.add(self._name_column, f"longer than {_NAME_LENGTH} characters", "shorten the name")

    def _number(self, text: str, faults: "_Faults") -> tuple[PhoneNumber, NumberKind] | None:
        if not text:
            faults.add(Field.NUMBER, "no phone number", "fill it in, or remove the row")
            return None
        if _FRACTION.fullmatch(text):
            faults.add(
                Field.NUMBER,
                "not a phone number but an amount with a fraction",
                "write it with its 0 or + in front, as 06 12345678 or +31 6 12345678",
            )
            return None
        try:
            number, kind = self._numbers.read(text)
        except NumberError as error:
            faults.add(Field.NUMBER, error.reason, error.remedy)
            return None
        if kind not in self._dialled_kinds:
            faults.add(
                Field.NUMBER,
                f"numbers of the kind {kind} are not called",
                "give a mobile or an ordinary number",
            )
            return None
        if (country := number.country) not in self._countries:
            faults.add(
                Field.NUMBER,
                f"numbers of {country or 'no country'} are not called, only those of {', '.join(sorted(self._countries))}",
                "remove the row, or give the campaign a calling profile whose `countries` has it",
            )
            return None
        return number, kind

    def _timezone(self, told: str, number: PhoneNumber | None, faults: "_Faults") -> str:
        """The zone by which this number is called: its own, and only of one that does not tell it the one in the list."""
        if told and zone_named(told) is None:
            faults.add(Field.TIMEZONE, "no such time zone", "write it as Europe/Amsterdam")
            return told
        own = None if number is None else zone_of(number)
        if own is None:
            if number is not None and not told:
                faults.add(
                    Field.NUMBER,
                    "the number does not tell the time of day there",
                    "add a column Tijdzone, with a zone such as America/Curacao",
                )
            return told
        if told and told != own and not keep_one_time(told, own, self._today.year):
            faults.add(
                Field.TIMEZONE,
                f"not the time of day of this number, which is that of {own}",
                f"leave it empty, or write {own}",
            )
        return own

    def _consent(self, on: str, source: str, wording: str, faults: "_Faults") -> ConsentProof | None:
        if not (on and source and wording):
            said = {Field.CONSENT_ON: on, Field.CONSENT_SOURCE: source, Field.CONSENT_WORDING: wording}
            for field in said:
                if not said[field]:
                    faults.add(
                        field,
                        "the proof of consent is not complete",
                        "give its date, its source and its wording, or none of them",
                    )
        day = _day(Field.CONSENT_ON, on, faults) if on else None
        if day is None:
            return None
        if day > self._today:
            faults.add(
                Field.CONSENT_ON, "the consent is dated in the future", "give the day on which it was given"
            )
        elif day < _FIRST_CONSENT_DAY:
            faults.add(
                Field.CONSENT_ON,
                f"the consent is dated before {_FIRST_CONSENT_DAY.year}",
                "give the day on which it was given, or leave all about the consent empty",
            )
        return _proof(day, source, wording)


class _Faults:
    """What is wrong with one row, as far as it has been found."""

    __slots__ = ("_columns", "_line", "found")

    def __init__(self, columns: Columns, line: int) -> None:
        self._columns = columns
        self._line = line
        self.found: list[RowFault] = []

    def add(self, field: Field | None, reason: str, remedy: str) -> None:
        """Note a fault in the column of a field, or in no column."""
        column = "" if field is None else self._columns.heading(field)
        self.found.append(RowFault(self._line, column, reason, remedy))


def one_line(cell: str) -> str:
    """The text of a cell with every run of spaces and control characters as one space, none at its ends."""
    text = cell.strip()
    if text.isprintable() and "  " not in text:
        return text
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _day(field: Field, text: str, faults: _Faults) -> date | None:
    day = _date(text)
    if day is None:
        faults.add(field, "not a date", "write it as 31-12-2026 or 2026-12-31")
    return day


# The dates of a list are few, and so are its consents: each is made and kept once.
@lru_cache(maxsize=4096)
def _date(text: str) -> date | None:
    if found := _DATE.fullmatch(text):
        year, month, day = (int(found[key] or found[f"{key}2"]) for key in "ymd")
        with suppress(ValueError):
            return date(year, month, day)
    return None


_proof = lru_cache(maxsize=4096)(ConsentProof)


def _plate(text: str, faults: _Faults) -> str | None:
    """A plate of any country: nearly all have letters and digits, and a word or a date is none."""
    folded = bare(text)
    if folded in _NO_PLATE or _NO_PLATE_SIGNS.fullmatch(folded):
        return None
    if len(folded) > _PLATE_LENGTH or folded.isalpha() or folded.isdigit():
        faults.add(Field.PLATE, "not a licence plate", "write it as AB-123-C, or leave it empty")
    return folded.upper()


def _priority(text: str, faults: _Faults) -> int:
    if re.fullmatch("[1-9]", text) is None:
        faults.add(Field.PRIORITY, "not a priority", "write 1 (first) to 9 (last), or leave it empty")
        return _USUAL_PRIORITY
    return int(text)


def _value(text: str, faults: _Faults) -> float | None:
    value = euros(text)
    if value is None:
        faults.add(
            Field.VALUE,
            "not an amount in euro",
            f"write it as 1250 or 1.250,50, at most {MOST_EUROS}, or leave it empty",
        )
    return value
