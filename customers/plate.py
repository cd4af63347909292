"""Dutch licence plates: read however people write them, kept in one normal form, shown with dashes.

The register has fourteen series of six letters and digits (sidecode 1 to 14) and two special ones: the royal household
(AA and a number) and diplomats (CD, a letter and a number). Trade, export, military and moped plates have the shape of one of the
fourteen. Which letters a series leaves out has changed over the years, so only the shape is judged.
"""

import re
from typing import NewType

from customers.errors import PlateError

Plate = NewType("Plate", str)
"""A plate in normal form: capitals and digits, nothing between them, as the register writes it."""

# Sidecode 1 to 14 in order; X is a letter, 9 a digit.
_SERIES = (
    *("XX9999", "9999XX", "99XX99", "XX99XX", "XXXX99", "99XXXX", "99XXX9"),
    *("9XXX99", "XX999X", "X999XX", "XXX99X", "X99XXX", "9XX999", "999XX9"),
)
_SPECIAL = re.compile("AA[0-9]{1,3}|CD[A-Z][0-9]{1,3}")
_SHAPE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "X" * 26 + "9" * 10)
_SEPARATORS = re.compile(r"[\s.\u00b7\u2022\u2010-\u2015\u2212-]+")
_LONGEST_TEXT = 40


def parse_plate(text: str) -> Plate:
    """Read a plate in any case, with any spaces, dots or dashes. Raises PlateError."""
    bare = _SEPARATORS.sub("", text[:_LONGEST_TEXT])
    plate = bare.upper()
    # Some letters become two, or another letter, as capitals.
    if bare.isascii() and (plate.translate(_SHAPE) in _SERIES or _SPECIAL.fullmatch(plate)):
        return Plate(plate)
    raise PlateError("not a Dutch licence plate", "write it as AB-123-C")


def as_on_car(plate: str) -> str:
    """A plate with its dashes; any other text as it is."""
    try:
        plate = parse_plate(plate)
    except PlateError:
        return plate
    runs: list[str] = re.findall("[A-Z]{4}|[0-9]{4}|[A-Z]+|[0-9]+", plate)
    return "-".join(f"{run[:2]}-{run[2:]}" if len(run) == 4 else run for run in runs)
