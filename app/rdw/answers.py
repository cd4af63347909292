"""What the register answers, checked and made into vehicles."""

import re
from collections.abc import Collection
from datetime import date

import msgspec

from customers.errors import RegisterNonsense
from customers.plate import Plate
from customers.vehicle import Vehicle

_REMEDY = "see that DEALERLIJN_RDW_URL is the address of the register's data set"
_DAY = re.compile("([0-9]{4})([0-9]{2})([0-9]{2})")


class _Row(msgspec.Struct):
    """A row of the data set of registered vehicles; what is not known of a vehicle is left out."""

    kenteken: str
    merk: str | None = None
    handelsbenaming: str | None = None
    datum_eerste_toelating: str | None = None
    vervaldatum_apk: str | None = None


COLUMNS = _Row.__struct_fields__
_ROWS = msgspec.json.Decoder(list[_Row])


def decode(body: bytes, asked: Collection[Plate]) -> dict[Plate, Vehicle]:
    """Return the vehicles in an answer about the plates that were asked. Raises RegisterNonsense."""
    try:
        rows = _ROWS.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise RegisterNonsense("the register's answer cannot be read", _REMEDY) from error
    if not {row.kenteken for row in rows} <= set(asked):
        raise RegisterNonsense("the register told of vehicles that were not asked for", _REMEDY)
    return {Plate(row.kenteken): _vehicle(row) for row in rows}


def _vehicle(row: _Row) -> Vehicle:
    return Vehicle(
        plate=Plate(row.kenteken),
        make=row.merk,
        model=row.handelsbenaming,
        first_admission=_day(row.datum_eerste_toelating),
        apk_expiry=_day(row.vervaldatum_apk),
    )


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    found = _DAY.fullmatch(text)
    try:
        return date(*map(int, found.groups())) if found else _no_day()
    except ValueError:
        return _no_day()


def _no_day() -> date:
    raise RegisterNonsense("the register wrote a date that is none", _REMEDY)
