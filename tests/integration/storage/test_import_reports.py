"""The report of what is wrong in a list, and what it may never go over."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.contact_errors import ReportFailed, UnusableReport
from app.storage.database import Database
from tests.integration.storage.builders import (
    campaign_with,
    contact_ids,
)
from tests.integration.storage.lists import WHO, file_with, imported


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
