"""What is read of a CSV or XLSX file, and what of it is refused."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app.contact_errors import UnusableFile
from app.contact_rows import read_rows
from app.contact_sheets import hidden_rows
from app.storage.database import Database
from tests.integration.storage.builders import (
    campaign_with,
)
from tests.integration.storage.lists import WHO, file_with, imported


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "cp850", "mac_roman"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encoding_and_separator_are_found(tmp_path: Path, encoding: str, separator: str) -> None:
    lines = [
        ["Naam", "Telefoon", "Toelichting"],
        ["José Müller", "0610000001", "Zoë; één"],
        ["Loïc", "1", ""],
    ]
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows(lines)

    rows = list(read_rows(file_with(tmp_path, text.getvalue(), encoding)))

    assert rows == [(1, lines[0]), (2, lines[1]), (3, lines[2])]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-32-le"])
def test_an_encoding_that_is_told_needs_no_mark_of_its_order(tmp_path: Path, encoding: str) -> None:
    path = file_with(tmp_path, "Naam;Tel\nZoë;1\n", encoding)

    assert [cells for _, cells in read_rows(path, encoding.removesuffix("-le"))] == [
        ["Naam", "Tel"],
        ["Zoë", "1"],
    ]


def test_line_numbers_are_those_of_an_editor(tmp_path: Path) -> None:
    path = file_with(tmp_path, 'sep=;\r\nNaam;Tel\r\n"A\r\nB";1\r\n\r\nC;2\r\n')

    assert [line for line, _ in read_rows(path)] == [2, 3, 6]


def test_a_spreadsheet_is_read_as_it_looks(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["Naam", "Tel", "APK"], ["Anna", 610000001, date(2026, 12, 31)], ["=1+1", None, 1.5]):
        book.active.append(row)
    book.save(tmp_path / "lijst.xlsx")

    rows = [cells for _, cells in read_rows(tmp_path / "lijst.xlsx")]

    assert rows == [["Naam", "Tel", "APK"], ["Anna", "610000001", "2026-12-31"], ["", "", "1.5"]]


def sheets_with(folder: Path, sheets: dict[str, list[str]]) -> Path:
    """A book with a list of these names in each sheet; a small letter hides one, a + puts it in front."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for title, names in sheets.items():
        sheet = book.create_sheet(title.removeprefix("+"))
        for row in ([["Naam", "Tel"]] if names else []) + [[name, "0610000001"] for name in names]:
            sheet.append(row)
        if title[0].islower():
            sheet.sheet_state = "hidden"
        if title.startswith("+"):
            book.active = sheet
    book.save(path := folder / "lijst.xlsx")
    return path


@pytest.mark.parametrize(
    ("sheets", "name", "left_out"),
    [
        ({"oud": ["Oud"], "Nieuw": ["Anna"]}, "Anna", None),
        ({"Oud": ["Oud"], "+Nieuw": ["Anna"]}, "Anna", '"Oud"'),
        ({"+Nieuw": ["Anna"], "Oud": ["Oud"], "Mei": ["X"], "Leeg": []}, "Anna", '"Oud", "Mei"'),
        ({"+Leeg": [], "Nieuw": ["Anna"], "oud": ["Oud"]}, "Anna", None),
    ],
)
async def test_of_a_spreadsheet_the_sheet_that_is_shown_is_read_and_others_are_told(
    database: Database, tmp_path: Path, sheets: dict[str, list[str]], name: str, left_out: str | None
) -> None:
    await campaign_with(database, [])
    path = sheets_with(tmp_path, sheets)

    result = await imported(database, path, replace(WHO, dry_run=True))

    assert [cells[0] for _, cells in read_rows(path)] == ["Naam", name]
    assert (result.rows, result.faults) == (1, ())
    if left_out is None:
        assert result.notices == ()
    else:
        assert result.notices == (
            f'only the sheet "Nieuw" is read, not {left_out}: give each a file of its own',
        )


def test_a_sheet_with_rows_out_of_sight_is_refused_with_the_remedy(tmp_path: Path) -> None:
    path = sheets_with(tmp_path, {"Lijst": ["Anna", "Bram", "Carmen"]})
    book = openpyxl.load_workbook(path)
    book["Lijst"].row_dimensions[3].hidden = True
    book.save(path)

    with pytest.raises(
        UnusableFile, match="hidden or filtered out, as line 3: show all, or copy the visible"
    ):
        list(read_rows(path))


def test_empty_rows_out_of_sight_hide_nobody(tmp_path: Path) -> None:
    path = sheets_with(tmp_path, {"Lijst": ["Anna"]})
    book = openpyxl.load_workbook(path)
    for line in range(3, 20):
        book["Lijst"].row_dimensions[line].hidden = True
    book.save(path)

    assert [line for line, _ in read_rows(path)] == [1, 2]


def test_a_hidden_row_is_found_anywhere_in_a_long_sheet(tmp_path: Path) -> None:
    path = sheets_with(tmp_path, {"Lijst": [f"Klant {number} {'x' * 400}" for number in range(8000)]})
    book = openpyxl.load_workbook(path)
    for line in range(2500, 8000):
        book["Lijst"].row_dimensions[line].hidden = True
    book.save(path)

    book = openpyxl.load_workbook(path, read_only=True)

    assert hidden_rows(book.worksheets[0]) == set(range(2500, 8000))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"PK\x03\x04 no archive", "is no XLSX file"),
        (b"\xd0\xcf\x11\xe0rest", "old or encrypted Excel"),
        (b'Naam;Tel\n"Anna;1\nBram;2', "is no good CSV"),
        (b"Naam;Tel\n" + b"x;" * 300, "more than 200 cells"),
        (b"Naam;Tel\n" + b"x" * 200_000, "is no good CSV"),
        (b"\xff\xfeN", "is not written in utf-16"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_a_remedy(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "lijst.csv"
    path.write_bytes(content)

    with pytest.raises(UnusableFile, match=reason) as caught:
        list(read_rows(path))

    assert caught.value.remedy


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableFile, match="cannot be read"):
        read_rows(tmp_path / "nergens.csv")


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "bom.xlsx"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("x", "w") as part,
    ):
        for _ in range(520):
            part.write(bytes(1 << 20))

    with pytest.raises(UnusableFile, match="unpacks to more than 512 MB"):
        list(read_rows(path))
