"""Reading a file of contacts, CSV or XLSX, into rows of text. Nothing in a cell is ever computed: a formula is text."""

import codecs
import csv
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, islice
from pathlib import Path
from xml.etree.ElementTree import ParseError
from zipfile import BadZipFile

from app.contact_errors import UnusableFile
from app.contact_sheets import ROW_UNKNOWN, hidden_rows, shown_sheets

Row = tuple[int, Sequence[str]]

MAX_BYTES = 256 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_LINES = 2 * MAX_ROWS + 2
MAX_CELLS_IN_ROW = 200
MAX_LINE_LENGTH = 1_000_000
_MAX_UNPACKED_BYTES = 512 * 1024 * 1024
_MOST_TIMES_PACKED = 60
_UNPACKED_BYTES_NOT_ASKED = 32 * 1024 * 1024
_SAMPLE_LINES = 1000
_SAMPLE_BYTES = 65_536
_SEPARATORS = ";,\t|"
# The encodings of western spreadsheets before UTF-8: of Windows, DOS and the Mac; of equals the first is meant.
_ENCODINGS = ("cp1252", "cp850", "mac_roman")
_USUAL = frozenset("àáâãäåæçèéêëìíîïñòóôõöøùúûüýÿßœ€‘’“”–")
_CAPITALS = frozenset("ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝŒ")
# What unpacking and reading a file that is broken, encrypted or of another make may come to.
_BROKEN = (
    *(BadZipFile, ParseError, zlib.error, EOFError, OSError),
    *(ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RuntimeError),
)
_ZIP, _OLD_OFFICE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_rows(
    path: Path, encoding: str | None = None, notice: Callable[[str], None] = lambda _text: None
) -> Iterator[Row]:
    """Yield the rows that are not empty, the headings first, each with its line number (from 1).

    CSV may be separated by semicolon, comma, tab or bar; its encoding is found when `encoding` does not tell it. Of a
    spreadsheet only what is shown is read, of one sheet; `notice` hears which others there are before the first row comes.
    Raises UnusableFile, also half-way.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(4)
    except OSError as error:
        raise UnusableFile(
            f"{path} cannot be read ({error.strerror})", "check its name and its rights"
        ) from error
    if size > MAX_BYTES:
        raise UnusableFile(f"{path} is larger than {MAX_BYTES >> 20} MB", "split it")
    if start == _OLD_OFFICE:
        raise UnusableFile(
            f"{path} is an old or encrypted Excel file", "save it as XLSX without a password, or as CSV"
        )
    return _limited(path, _xlsx_rows(path, notice) if start == _ZIP else _csv_rows(path, encoding))


def _limited(path: Path, rows: Iterator[Row]) -> Iterator[Row]:
    count = 0
    for line, cells in rows:
        if line > MAX_LINES:
            raise UnusableFile(
                f"{path} has more than {MAX_LINES} lines", "remove the empty ones, or split it"
            )
        if not any(cells):
            continue
        count += 1
        if count > MAX_ROWS + 1:
            raise UnusableFile(f"{path} has more than {MAX_ROWS} rows", "split it")
        if len(cells) > MAX_CELLS_IN_ROW:
            raise UnusableFile(
                f"line {line} of {path} has more than {MAX_CELLS_IN_ROW} cells", "look for a missing quote"
            )
        yield line, cells
    if count == 0:
        raise UnusableFile(f"{path} is empty", "give a file with a line of headings")


def _csv_rows(path: Path, encoding: str | None) -> Iterator[Row]:
    name = encoding or _encoding_of(path)
    try:
        with path.open(encoding=_with_order(path, name), newline="") as file:
            first_line = file.readline(MAX_LINE_LENGTH + 1).removeprefix("\ufeff")
            separator = first_line.strip().removeprefix("sep=")
            lines: Iterable[str] = file
            skipped = 1
            if len(separator) != 1 or not first_line.startswith("sep="):  # Excel writes and reads this line
                separator = max(_SEPARATORS, key=first_line.count)
                lines = chain([first_line], file)
                skipped = 0
            yield from _parsed(path, _short_lines(path, lines), separator, skipped)
    except (ValueError, LookupError) as error:
        raise UnusableFile(f"{path} is not written in {name}", "save it as CSV UTF-8") from error
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read ({error.strerror})", "try again") from error


def _parsed(path: Path, lines: Iterable[str], separator: str, skipped: int) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    line = 1 + skipped
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1 + skipped
    except csv.Error as error:
        raise UnusableFile(
            f"line {line} of {path} is no good CSV ({error})", "look for a missing quote"
        ) from error


def _short_lines(path: Path, lines: Iterable[str]) -> Iterator[str]:
    """The lines with their ends, none so long that its cells alone would fill the memory."""
    for line in lines:
        if len(line) > MAX_LINE_LENGTH:
            raise UnusableFile(
                f"{path} has a line of more than {MAX_LINE_LENGTH} characters", "save it again as CSV"
            )
        if not line.isascii():
            line.encode()  # half of a pair can be read in some encodings, but not stored or reported
        yield line


def _encoding_of(path: Path) -> str:
    with path.open("rb") as file:
        if file.read(2) in {b"\xff\xfe", b"\xfe\xff"}:
            return "utf-16"
    try:
        for line in _strange_lines(path):
            line.decode()
    except UnicodeDecodeError:
        sample = b"\n".join(islice(_strange_lines(path), _SAMPLE_LINES))[:_SAMPLE_BYTES]
        return max(_ENCODINGS, key=lambda name: _likelihood(sample, name))
    return "utf-8"


def _with_order(path: Path, encoding: str) -> str:
    """The encoding; with the usual order of the bytes where a file that needs a mark of the order has none."""
    with path.open("rb") as file:
        start = file.read(4)
    name = codecs.lookup(encoding).name
    marks = {
        "utf-16": (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE),
        "utf-32": (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE),
    }
    return f"{name}-le" if name in marks and not start.startswith(marks[name]) else name


def _strange_lines(path: Path) -> Iterator[bytes]:
    """The lines with letters that are not the same in every encoding."""
    with path.open("rb") as file:
        for lines in file:  # several at once where they end as on an old Mac
            if not lines.isascii():
                yield from (line for line in lines.splitlines() if not line.isascii())


def _likelihood(data: bytes, encoding: str) -> int:
    """How much the strange letters look like those of names in this part of the world, when read in an encoding."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return -1
    return sum(2 if letter in _USUAL else letter in _CAPITALS for letter in text if not letter.isascii())


def _xlsx_rows(path: Path, notice: Callable[[str], None]) -> Iterator[Row]:
    # A tenth of every start would go into loading it.
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as parts:
            unpacked = sum(part.file_size for part in parts.infolist())
        if unpacked > _MAX_UNPACKED_BYTES:
            raise UnusableFile(f"{path} unpacks to more than {_MAX_UNPACKED_BYTES >> 20} MB", "split it")
        if unpacked > max(_UNPACKED_BYTES_NOT_ASKED, _MOST_TIMES_PACKED * path.stat().st_size):
            raise UnusableFile(f"{path} unpacks to far more than a list does", "save it again as CSV")
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (*_BROKEN, InvalidFileException) as error:
        raise UnusableFile(f"{path} is no XLSX file", "save it again as XLSX, or as CSV") from error
    try:
        sheets = shown_sheets(book)
        if not sheets:
            raise UnusableFile(
                f"{path} has no sheet that is shown", "show the one with the list, and save it"
            )
        sheet, *others = sheets
        if others:
            names = ", ".join(f'"{other.title}"' for other in others)
            notice(f'only the sheet "{sheet.title}" is read, not {names}: give each a file of its own')
        hidden = hidden_rows(sheet)
        for line, values in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = [_text(value) for value in values]
            if (line in hidden or ROW_UNKNOWN in hidden) and any(cells):
                raise UnusableFile(
                    f'in the sheet "{sheet.title}" of {path} rows are hidden or filtered out, as line {line}',
                    "show all, or copy the visible ones into a file of their own",
                )
            yield line, cells
    except _BROKEN as error:
        raise UnusableFile(f"{path} is damaged", "save it again as XLSX, or as CSV") from error
    finally:
        book.close()


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            return value.date().isoformat()
        case _:
            return str(value)
