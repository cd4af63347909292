import csv
import io
import os
import zipfile
from collections.abc import Awaitable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from app.contact_errors import ReportFailed, UnusableFile, UnusableReport
from app.contact_rows import read_rows
from app.contact_sheets import hidden_rows
from app.contacts_import import ImportOptions, ImportResult, import_contacts
from app.storage.database import Database
from calls.ids import DealerId
from dialer.campaign import CampaignState, LegalBasis
from dialer.contact_columns import Field
from dialer.profile_file import profiles_with
from dialer.profiles import Profiles
from tests.integration.storage.builders import (
    CAMPAIGN,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact_ids,
    other,
    store_for,
)

WHO = ImportOptions("test")


def file_with(folder: Path, text: str, encoding: str = "utf-8", name: str = "lijst.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


async def imported(database: Database, path: Path, options: ImportOptions = WHO) -> ImportResult:
    return await import_contacts(database, path, CAMPAIGN.campaign_id, options, NOW)


async def test_an_imported_contact_is_called_with_its_consent(database: Database, tmp_path: Path) -> None:
    campaign = await campaign_with(database, [], replace(CAMPAIGN, basis=LegalBasis.CONSENT))
    path = file_with(
        tmp_path,
        "Naam;Telefoon;Prioriteit;Toestemmingsdatum;Toestemmingsbron;Toestemmingstekst\n"
        "Anna;0610000001;5;1-5-2026;website;Ja, bel mij\n"
        "Bram;0610000002;1;1-5-2026;website;Ja, bel mij\n"
        "Carmen;0610000003;1;;;\n",
    )

    result = await imported(database, path)
    store = await store_for(database)
    outcome = await store.commit_attempts(campaign, call_ids(3), NOW, "x")

    assert (result.rows, result.added, result.faults, result.report) == (3, 3, (), None)
    assert [attempt.display_name for attempt in committed(outcome)] == ["Bram", "Anna"]


async def test_a_foreign_number_is_refused_on_a_dry_run_too_unless_the_profile_has_its_country(
    database: Database, tmp_path: Path
) -> None:
    await campaign_with(database, [], replace(CAMPAIGN, profile="grens"))
    path = file_with(tmp_path, "Naam;Telefoon\nAnna;0610000001\nBram;+32 470 12 34 56\nCor;+49 30 901820\n")
    both = {"based_on": "nl-consumer", "countries": ["NL", "BE"], "widened_by": "A. Jansen, advies"}
    profiles = profiles_with({Path("grens.toml"): both})

    def tried(known: Profiles | None) -> Awaitable[ImportResult]:
        dry = replace(WHO, dry_run=True)
        return import_contacts(database, path, CAMPAIGN.campaign_id, dry, NOW, profiles=known)

    result = await tried(profiles)
    with pytest.raises(UnusableFile, match="grens of apk-mei is not known here"):
        await tried(None)

    assert [(fault.line, fault.column) for fault in result.faults] == [(4, "Telefoon")]
    assert "numbers of DE are not called, only those of BE, NL" in result.faults[0].reason


async def test_of_contacts_with_one_date_the_one_that_is_worth_most_is_called_first(
    database: Database, tmp_path: Path
) -> None:
    campaign = await campaign_with(database, [])
    path = file_with(
        tmp_path,
        "Naam;Telefoon;APK-datum;Orderwaarde\n"
        "Anna;0610000001;1-7-2026;95\n"
        "Bram;0610000002;1-7-2026;€ 1.250,50\n"
        "Carmen;0610000003;1-7-2026;\n"
        "Daan;0610000004;1-7-2026;450\n",
    )

    await imported(database, path)
    outcome = await (await store_for(database)).commit_attempts(campaign, call_ids(4), NOW, "x")

    assert [attempt.display_name for attempt in committed(outcome)] == ["Bram", "Daan", "Anna", "Carmen"]


async def test_one_bad_row_keeps_the_whole_file_out_and_is_reported(
    database: Database, tmp_path: Path
) -> None:
    campaign = await campaign_with(database, [])
    path = file_with(tmp_path, "Naam,=Telefoon\nAnna,0610000001\nBram,abc\n")

    result = await imported(database, path, replace(WHO, columns={Field.NUMBER: "=Telefoon"}))

    assert (result.rows, result.added) == (2, 0)
    assert await contact_ids(database, campaign) == []
    assert result.report == tmp_path / "lijst.csv.errors.csv"
    with result.report.open(encoding="utf-8-sig", newline="") as file:
        _, fault = csv.reader(file, delimiter=";")
    assert fault[:3] == ["3", "'=Telefoon", "not a phone number"]


async def test_duplicates_in_the_file_and_on_the_list_are_told_apart(
    database: Database, tmp_path: Path
) -> None:
    await campaign_with(database, [])
    await imported(database, file_with(tmp_path, "Naam;Tel\nAnna;0610000001\n"))

    result = await imported(
        database, file_with(tmp_path, "Naam;Tel\nAnna;+31 6 10000001\nBram;0610000002\nB.;06-10000002\n")
    )

    assert [(fault.line, fault.column, fault.reason) for fault in result.faults] == [
        (2, "Tel", "the number is on the list already"),
        (4, "Tel", "the same number as on line 3"),
    ]


async def test_the_same_person_keeps_one_record_over_two_campaigns(
    database: Database, tmp_path: Path
) -> None:
    campaign = await campaign_with(database, [])
    tyres = await campaign_with(database, [], other("banden"))
    path = file_with(tmp_path, "Naam;Tel\nAnna;0610000001\n")
    for campaign_id in (campaign.campaign_id, tyres.campaign_id):
        await import_contacts(database, path, campaign_id, WHO, NOW)
    store = await store_for(database)

    first = await store.commit_attempts(campaign, call_ids(1), NOW, "x")
    second = await store.commit_attempts(tyres, call_ids(1), NOW, "x")

    assert (len(committed(first)), len(committed(second))) == (1, 0)


async def test_a_good_file_takes_an_old_report_away(database: Database, tmp_path: Path) -> None:
    await campaign_with(database, [])
    wrong = file_with(tmp_path, "Naam;Tel\nAnna;1\n")
    report = (await imported(database, wrong)).report
    assert report is not None
    path = file_with(tmp_path, "Naam;Tel\nAnna;0610000001\n")

    result = await imported(database, path)

    assert (result.added, result.report) == (1, None)
    assert not report.exists()


@pytest.mark.parametrize("number", ["1", "0610000001"])
@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("way", ["itself", "symlink", "hard link", "usual place"])
async def test_a_report_never_goes_over_the_list_itself(
    database: Database, tmp_path: Path, way: str, dry_run: bool, number: str
) -> None:
    campaign = await campaign_with(database, [])
    path = file_with(tmp_path, text := f"Naam;Tel\nAnna;{number}\n")
    report = tmp_path / ("lijst.csv.errors.csv" if way == "usual place" else "verslag.csv")
    match way:
        case "itself":
            report = tmp_path / "." / "lijst.csv"
        case "symlink":
            report.symlink_to(path)
        case _:
            report.hardlink_to(path)

    with pytest.raises(UnusableReport, match="is the file of contacts itself: give another place"):
        await imported(database, path, replace(WHO, dry_run=dry_run, report=report))

    assert path.read_text(encoding="utf-8") == text
    assert await contact_ids(database, campaign) == []


@pytest.mark.parametrize("number", ["1", "0610000001"])
async def test_a_file_that_is_no_report_is_left_alone(
    database: Database, tmp_path: Path, number: str
) -> None:
    campaign = await campaign_with(database, [])
    path = file_with(tmp_path, f"Naam;Tel\nAnna;{number}\n")
    other_list = file_with(tmp_path, "Naam;Tel\nBram;0610000002\n", name="andere.csv")

    with pytest.raises(UnusableReport, match="no report of an import: give another place"):
        await imported(database, path, replace(WHO, report=other_list))

    assert other_list.read_text(encoding="utf-8") == "Naam;Tel\nBram;0610000002\n"
    assert await contact_ids(database, campaign) == []


@pytest.mark.parametrize(
    "first_line", ["line;column;reason;remedy\r\n", '"line","column","reason","remedy"\n', ""]
)
async def test_a_report_that_a_spreadsheet_saved_is_still_known_as_one(
    database: Database, tmp_path: Path, first_line: str
) -> None:
    await campaign_with(database, [])
    path = file_with(tmp_path, "Naam;Tel\nAnna;0610000001\n")
    report = file_with(tmp_path, first_line, name="lijst.csv.errors.csv")

    await imported(database, path)

    assert not report.exists()


async def test_a_pipe_to_report_to_is_neither_read_nor_taken_away(database: Database, tmp_path: Path) -> None:
    await campaign_with(database, [])
    os.mkfifo(pipe := tmp_path / "verslag")

    await imported(database, file_with(tmp_path, "Naam;Tel\nAnna;0610000001\n"), replace(WHO, report=pipe))

    assert pipe.is_fifo()


async def test_a_dry_run_stores_and_writes_nothing(database: Database, tmp_path: Path) -> None:
    campaign = await campaign_with(database, [], replace(CAMPAIGN, state=CampaignState.DRAFT))
    good = file_with(tmp_path, "Naam;Tel\nAnna;0610000001\n")
    bad = file_with(tmp_path, "Naam;Tel\nAnna;1\n", name="bad.csv")
    old = file_with(tmp_path, "line;column;reason;remedy\n", name="lijst.csv.errors.csv")

    results = [await imported(database, path, replace(WHO, dry_run=True)) for path in (good, bad)]

    assert [(each.rows, each.added, len(each.faults), each.report) for each in results] == [
        (1, 0, 0, None),
        (1, 0, 1, None),
    ]
    assert await contact_ids(database, campaign) == []
    assert sorted(tmp_path.glob("*.errors.csv")) == [old]


@pytest.mark.parametrize("dry_run", [True, False])
async def test_the_report_goes_where_it_is_asked(database: Database, tmp_path: Path, dry_run: bool) -> None:
    await campaign_with(database, [])
    path = file_with(tmp_path, "Naam;Tel\nAnna;1\n")
    wanted = tmp_path / "elsewhere.csv"

    result = await imported(database, path, replace(WHO, dry_run=dry_run, report=wanted))

    assert result.report == wanted
    assert "Tel" in wanted.read_text(encoding="utf-8-sig")
    assert list(tmp_path.glob("*.errors.csv")) == []


@pytest.mark.parametrize("number", ["1", "0610000001"])
async def test_a_report_that_cannot_be_written_or_removed_is_told_and_nothing_is_stored(
    database: Database, tmp_path: Path, number: str
) -> None:
    campaign = await campaign_with(database, [])
    path = file_with(tmp_path, f"Naam;Tel\nAnna;{number}\n")
    (tmp_path / "lijst.csv.errors.csv").mkdir()

    with pytest.raises(ReportFailed, match="--report"):
        await imported(database, path)

    assert await contact_ids(database, campaign) == []


async def test_a_customer_number_that_comes_back_with_another_name_and_number_is_a_fault(
    database: Database, tmp_path: Path
) -> None:
    await campaign_with(database, [])
    second = await campaign_with(database, [], other("banden"))
    await imported(database, file_with(tmp_path, "Klantnr;Naam;Tel\n1;Jan Jansen;0612350001\n"))
    path = file_with(tmp_path, "Klantnr;Naam;Tel\n2;Anna Bos;0612350003\n1;Piet Pietersen;0612350002\n")

    result = await import_contacts(database, path, second.campaign_id, WHO, NOW)

    [fault] = result.faults
    assert (fault.line, fault.column) == (3, "Klantnr")
    assert fault.reason == "customer number 1 is Jan Jansen's so far, with another number"
    assert "check the customer numbers" in fault.remedy
    assert await contact_ids(database, second) == []


@pytest.mark.parametrize(
    ("row", "dealer"),
    [
        ("1;JAN  Jansen;0612350002", "demo"),
        ("1;J. Jansen;0612350001", "demo"),
        ("2;Piet Pietersen;0612350002", "demo"),
        (";Piet Pietersen;0612350002", "demo"),
        ("1;Piet Pietersen;0612350002", "elders"),
    ],
    ids=["new number", "new spelling", "another customer number", "none", "another dealer"],
)
async def test_a_customer_with_a_new_number_or_a_new_spelling_is_no_fault(
    database: Database, tmp_path: Path, row: str, dealer: str
) -> None:
    await campaign_with(database, [])
    second = await campaign_with(database, [], replace(other("banden"), dealer=DealerId(dealer)))
    await imported(database, file_with(tmp_path, "Klantnr;Naam;Tel\n1;Jan Jansen;0612350001\n"))

    path = file_with(tmp_path, f"Klantnr;Naam;Tel\n{row}\n")
    result = await import_contacts(database, path, second.campaign_id, WHO, NOW)

    assert (result.added, result.faults) == (1, ())


async def test_a_list_can_be_meant_for_a_campaign_by_its_name(database: Database, tmp_path: Path) -> None:
    campaign = await campaign_with(database, [])
    await campaign_with(database, [], replace(other("banden"), name="Banden"))

    await import_contacts(database, file_with(tmp_path, "Naam;Tel\nAnna;0610000001\n"), "apk MEI", WHO, NOW)

    assert len(await contact_ids(database, campaign)) == 1


async def test_progress_is_told_for_both_stages(database: Database, tmp_path: Path) -> None:
    await campaign_with(database, [])
    rows = "".join(f"Proef;06{10_000_000 + number}\n" for number in range(1500))
    heard: list[tuple[str, int]] = []

    await import_contacts(
        database,
        file_with(tmp_path, f"Naam;Tel\n{rows}"),
        CAMPAIGN.campaign_id,
        WHO,
        NOW,
        lambda stage, done: heard.append((stage, done)),
    )

    assert heard == [("check", 1000), ("check", 1500), ("store", 1000), ("store", 1500)]


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


async def test_headings_that_do_not_tell_are_refused_with_all_remedies(
    database: Database, tmp_path: Path
) -> None:
    await campaign_with(database, [])

    with pytest.raises(UnusableFile, match="headings") as caught:
        await imported(database, file_with(tmp_path, "Adres;Plaats\nx;y\n"))

    assert "phone numbers" in caught.value.remedy
    assert "names" in caught.value.remedy
