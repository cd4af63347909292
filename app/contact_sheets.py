"""Which sheet of a spreadsheet is the list, and which of its rows are not shown: nobody who is out of sight is called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

ROW_UNKNOWN = 0
_ROWS_LOOKED_AT = 1000
_CHUNK_BYTES = 1 << 20
_LONGEST_TAG = 2000
# Without `<` within the tag, so that no text, however made, is gone through twice.
_HIDDEN_ROW = re.compile(
    rb"<(?:\w+:)?row(?=\s)([^<>]{0,2000}\shidden\s*=\s*[\"'](?:1|true)[\"'][^<>]{0,2000})>"
)
_ROW_NUMBER = re.compile(rb"\sr\s*=\s*[\"'](\d{1,9})[\"']")


def shown_sheets(book: Workbook) -> Sequence[Worksheet]:
    """The sheets of a book opened for reading that are shown and not empty, the one in front first; empty ones only if all are."""
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    sheets.sort(key=lambda sheet: sheet is not book.active)
    for sheet in sheets:
        # The size a sheet claims may be wrong either way.
        sheet.reset_dimensions()
    return [sheet for sheet in sheets if _has_text(sheet)] or sheets[:1]


def _has_text(sheet: Worksheet) -> bool:
    rows = islice(sheet.iter_rows(values_only=True), _ROWS_LOOKED_AT)
    return any(value is not None for row in rows for value in row)


def hidden_rows(sheet: Worksheet) -> set[int]:
    """The lines of the rows that are hidden, by hand, by a filter or in a folded group; ROW_UNKNOWN for one that has no number."""
    # Of a book that is only read, openpyxl tells nothing of rows but their cells.
    with sheet._get_source() as source:  # type: ignore[attr-defined] # not told in its types
        return _hidden_in(source)


def _hidden_in(source: BinaryIO) -> set[int]:
    hidden: set[int] = set()
    rest = b""
    while chunk := source.read(_CHUNK_BYTES):
        data = rest + chunk
        # A tag may end in the next piece only.
        start = data.rfind(b"<")
        rest = data[start:] if len(data) - start <= 3 * _LONGEST_TAG else b""
        if b"hidden" in data:
            for tag in _HIDDEN_ROW.finditer(data, 0, len(data) - len(rest)):
                number = _ROW_NUMBER.search(tag[1])
                hidden.add(int(number[1]) if number else ROW_UNKNOWN)
    return hidden
