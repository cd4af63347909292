"""What the register answers, checked and made into vehicles."""

import re
from collections.abc import Collection
from datetime import date

import msgspec

from customers.errors import RegisterNonsense
from customers.plate import Plate
from customers.vehicle import UnreadableVehicle, Vehicle

_REMEDY = "see that DEALERLIJN_RDW_URL is the address of the register's data set"
_DAY = re.compile("([0-9]{4})([0-9]{2})([0-9]{2})")
_SHOWN = 40
_LONGEST_NAME = 100


class _Row(msgspec.Struct):
    """A row of the data set of registered vehicles; what is not known of a vehicle is left out."""

    kenteken: str
    merk: str | None = None
    handelsbenaming: str | None = None
    datum_eerste_toelating: object = None
    vervaldatum_apk: object = None


COLUMNS = _Row.__struct_fields__
_ROWS = msgspec.json.Decoder(list[_Row])


def decode(body: bytes, asked: Collection[Plate]) -> dict[Plate, Vehicle | UnreadableVehicle]:
    """Return the vehicles in an answer about the plates that were asked.

    A date or a name that is none makes only its own vehicle unreadable. Raises RegisterNonsense, also when of several vehicles none can be read.
    """
    try:
        rows = _ROWS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RegisterNonsense("the register's answer cannot be read", _REMEDY) from error
    if not {row.kenteken for row in rows} <= set(asked):
        raise RegisterNonsense("the register told of vehicles that were not asked for", _REMEDY)
    told = {Plate(row.kenteken): _vehicle(row) for row in rows}
    if len(told) > 1 and all(isinstance(each, UnreadableVehicle) for each in told.values()):
        raise RegisterNonsense("no vehicle in the register's answer can be read", _REMEDY)
    return told


def _vehicle(row: _Row) -> Vehicle | UnreadableVehicle:
    plate = Plate(row.kenteken)
    try:
        return Vehicle(
            plate=plate,
            make=_name("merk", row.merk),
            model=_name("handelsbenaming", row.handelsbenaming),
            first_admission=_day("datum_eerste_toelating", row.datum_eerste_toelating),
            apk_expiry=_day("vervaldatum_apk", row.vervaldatum_apk),
        )
    except _Unreadable as error:
        return UnreadableVehicle(plate, str(error))


class _Unreadable(Exception):
    """A column does not hold what it should; the text says which column, and what it holds."""


def _name(column: str, written: str | None) -> str | None:
    if written is None or (written.isprintable() and len(written) <= _LONGEST_NAME):
        return written
    raise _Unreadable(f"its {column} is {repr(written)[:_SHOWN]}, which is no name")


def _day(column: str, written: object) -> date | None:
    if written is None:
        return None
    found = _DAY.fullmatch(written) if isinstance(written, str) else None
    try:
        if found is not None:
            return date(*map(int, found.groups()))
    except ValueError:
        pass
    raise _Unreadable(f"its {column} is {repr(written)[:_SHOWN]}, which is no date")
