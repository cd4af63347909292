"""Files that no well-meaning program writes. Each is read or refused with a remedy, and none takes long or breaks anything."""

import io
import random
import struct
import warnings
import zipfile
from pathlib import Path

import openpyxl
import pytest

from app.contact_errors import UnusableFile
from app.contact_rows import MAX_LINE_LENGTH, read_rows

SHEET = "xl/worksheets/sheet1.xml"
NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def outcome(path: Path, encoding: str | None = None) -> int | str:
    """How many rows there are, or why the file is refused."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of what it leaves out
        try:
            return sum(1 for _ in read_rows(path, encoding))
        except UnusableFile as error:
            return error.reason if error.remedy else "no remedy"


def csv_file(folder: Path, content: bytes) -> Path:
    path = folder / "lijst.csv"
    path.write_bytes(content)
    return path


def parts_of_a_good_book() -> dict[str, bytes]:
    book = openpyxl.Workbook()
    for row in (["Naam", "Telefoon"], ["Anna", "0610000001"], [1.5, 1e300]):
        book.worksheets[0].append(row)
    file = io.BytesIO()
    book.save(file)
    with zipfile.ZipFile(file) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def book_with(folder: Path, parts: dict[str, bytes]) -> Path:
    path = folder / "lijst.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def sheet_with(folder: Path, rows: str, before: str = "") -> Path:
    xml = f'{before}<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'
    return book_with(folder, parts_of_a_good_book() | {SHEET: xml.encode()})


@pytest.mark.parametrize(
    "encoding",
    ["utf-7", "idna", "punycode", "undefined", "hex", "rot13", "no-such", "a\0b", "utf-32", "x" * 999],
)
def test_an_encoding_that_will_not_do_is_refused(tmp_path: Path, encoding: str) -> None:
    path = csv_file(tmp_path, b"Naam;Telefoon\nRen\xe9;0610000001\n")

    assert f"is not written in {encoding}" in str(outcome(path, encoding))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Naam;Telefoon\n" + b"a;" * MAX_LINE_LENGTH, "a line of more than"),
        (b"a;" * MAX_LINE_LENGTH, "a line of more than"),
        (b"Naam;Telefoon\n" + b"a" * (MAX_LINE_LENGTH + 1), "a line of more than"),
        (b'Naam;Telefoon\n"' + b"a\n" * 200_000, "field larger than field limit"),
        (b"\n" * 2_500_000, "lines"),
        (b"Naam;Telefoon\n" + b";" * 300 + b"x", "more than 200 cells"),
    ],
    ids=["many cells", "many headings", "one long cell", "no closing quote", "empty lines", "too many cells"],
)
def test_a_bomb_of_text_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    assert reason in str(outcome(csv_file(tmp_path, content)))


def test_text_that_cannot_be_written_again_is_refused(tmp_path: Path) -> None:
    path = csv_file(tmp_path, b"Naam;Tele+2AA-foon\nAnna;0610000001\n")

    assert "is not written in utf-7" in str(outcome(path, "utf-7"))


def test_nul_bytes_and_strange_separators_are_only_text(tmp_path: Path) -> None:
    for content in (
        b"Naam;Telefoon\n\0;\0\n",
        b"sep=\0\nNaam\0Tel\n",
        b'sep="\nNaam"Tel\n',
        b"sep=\nNaam;Tel\n",
    ):
        assert isinstance(outcome(csv_file(tmp_path, content)), int)


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ('<row r="99999999999"><c><v>1</v></c></row>', "lines"),
        (f'<row r="{"9" * 5000}"><c><v>1</v></c></row>', "is damaged"),
        ('<row r="1"><c r="XFD1"><v>1</v></c></row>', "more than 200 cells"),
        ('<row r="1"><c r="ZZZZZZZ1"><v>1</v></c></row>', "is damaged"),
        ('<row r="1"><c r="A1" t="s"><v>999</v></c></row>', "is damaged"),
        ('<row r="1"><c r="A1" s="x"><v>1</v></c></row>', "is damaged"),
    ],
    ids=[
        "a row far down",
        "a row without end",
        "a cell far right",
        "no column",
        "no such text",
        "no such style",
    ],
)
def test_a_sheet_that_cannot_be_is_refused(tmp_path: Path, rows: str, reason: str) -> None:
    assert reason in str(outcome(sheet_with(tmp_path, rows)))


def test_entities_that_multiply_or_name_a_file_are_refused(tmp_path: Path) -> None:
    tenfold = "".join(
        f'<!ENTITY {to} "{f"&{of};" * 10}">' for of, to in zip("abcdefghi", "bcdefghij", strict=True)
    )
    cell = '<row r="1"><c t="str"><v>&{};</v></c></row>'
    bomb = sheet_with(tmp_path, cell.format("j"), f'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa">{tenfold}]>')
    assert "is no XLSX file" in str(outcome(bomb))

    file = sheet_with(tmp_path, cell.format("x"), '<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>')
    assert "is no XLSX file" in str(outcome(file))


def test_a_small_file_that_unpacks_to_very_much_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = sheet_with(tmp_path, "<row><c/></row>" * 4_000_000)

    assert path.stat().st_size < 1_000_000
    assert "far more than a list does" in str(outcome(path))


@pytest.mark.parametrize(
    ("place", "value"), [(6, 1), (8, 99), (8, 12)], ids=["encrypted", "unknown", "bzip2"]
)
def test_a_book_that_is_packed_in_another_way_is_refused(tmp_path: Path, place: int, value: int) -> None:
    path = book_with(tmp_path, parts_of_a_good_book())
    content = bytearray(path.read_bytes())
    for mark, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        at = content.find(mark)
        while at >= 0:
            struct.pack_into("<H", content, at + place + shift, value)
            at = content.find(mark, at + 4)
    path.write_bytes(content)

    assert "is no XLSX file" in str(outcome(path))


def test_whatever_is_missing_or_rubbish_in_a_book_it_is_read_or_refused(tmp_path: Path) -> None:
    good = parts_of_a_good_book()

    for name in good:
        for content in (None, b"", b"<a/>", bytes(range(256))):
            parts = {key: value for key, value in good.items() if key != name}
            outcome(book_with(tmp_path, parts if content is None else parts | {name: content}))


@pytest.mark.parametrize("seed", range(4))
def test_a_book_with_some_wrong_bytes_is_read_or_refused(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    path = book_with(tmp_path, parts_of_a_good_book())
    good, parts = path.read_bytes(), parts_of_a_good_book()

    for _ in range(40):
        spoilt = bytearray(good)
        for _ in range(rng.choice((1, 2, 5, 20))):
            spoilt[rng.randrange(len(spoilt))] = rng.randrange(256)
        path.write_bytes(spoilt)
        outcome(path)
        name = rng.choice(sorted(parts))
        xml = bytearray(parts[name])
        at = rng.randrange(len(xml))
        xml[at : at + rng.randrange(3)] = rng.choice((b"", b"9", b'"', b"<", b">", b"x=", b"</row>"))
        outcome(book_with(tmp_path, parts | {name: bytes(xml)}))
