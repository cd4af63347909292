"""Commands on the database, the files and whatever else is installed."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli_frame import Exit
from tests.integration.console.bed import Bed
from tests.integration.console.command_line import call, call_beside
from tests.integration.console.installation import DEALERS_FILE, installed
from tests.ports import free_port

GOOD = "Naam;Telefoon\nMevrouw Proef;06 10000001\nMeneer Proef;06 10000002\n"
BAD = "Naam;Telefoon\nMevrouw Proef;06 10000001\nMeneer Proef;12\n"


def contacts_in(bed: Bed) -> int:
    path = bed.database.engine.url.database
    assert path is not None
    with sqlite3.connect(path) as connection:
        count: int = connection.execute("SELECT count(*) FROM contacts").fetchone()[0]
    connection.close()
    return count


async def import_file(bed: Bed, path: Path, content: str, *words: str) -> tuple[int, str, str]:
    path.write_text(content, encoding="utf-8")
    result = await call_beside(bed, "contacts", "import", str(path), "--campaign", "apk-may", *words)
    return result.exit_code, result.stdout, result.stderr


async def test_a_file_of_contacts_is_added_to_the_list(bed: Bed, tmp_path: Path) -> None:
    code, said, _ = await import_file(bed, tmp_path / "list.csv", GOOD)

    assert (code, said) == (0, "2 contacts added\n")
    assert contacts_in(bed) == 2


async def test_a_dry_run_stores_nothing(bed: Bed, tmp_path: Path) -> None:
    code, said, _ = await import_file(bed, tmp_path / "list.csv", GOOD, "--dry-run", "--json")

    assert code == 0
    assert json.loads(said) == {"rows": 2, "added": 0, "faults": [], "report": None, "notices": []}
    assert contacts_in(bed) == 0


async def test_one_fault_keeps_the_whole_file_out_and_says_where_it_is(bed: Bed, tmp_path: Path) -> None:
    code, _, told = await import_file(bed, tmp_path / "list.csv", BAD)

    assert code == Exit.REFUSED
    assert "line 3" in told
    assert "list.csv.errors.csv" in told
    assert contacts_in(bed) == 0


async def test_a_dry_run_says_where_the_report_would_be(bed: Bed, tmp_path: Path) -> None:
    code, _, told = await import_file(bed, tmp_path / "list.csv", BAD, "--dry-run")

    assert code == Exit.REFUSED
    assert "list.csv.errors.csv" in told
    assert "--report" in told
    assert not (tmp_path / "list.csv.errors.csv").exists()


async def test_a_report_that_cannot_be_written_is_told(bed: Bed, tmp_path: Path) -> None:
    code, _, told = await import_file(
        bed, tmp_path / "list.csv", BAD, "--report", str(tmp_path / "missing" / "faults.csv")
    )

    assert code == Exit.REFUSED
    assert "nothing was stored" in told
    assert contacts_in(bed) == 0


async def test_a_heading_that_tells_nothing_can_be_mapped(bed: Bed, tmp_path: Path) -> None:
    content = GOOD.replace("Telefoon", "Kolom B")

    unmapped, _, _ = await import_file(bed, tmp_path / "list.csv", content)
    mapped, said, _ = await import_file(bed, tmp_path / "list.csv", content, "--map", "Kolom B=number")

    assert unmapped == Exit.REFUSED
    assert (mapped, said) == (0, "2 contacts added\n")


async def test_an_import_into_no_campaign_says_which_there_are(bed: Bed, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(GOOD, encoding="utf-8")

    result = await call_beside(bed, "contacts", "import", str(path), "--campaign", "nothing")

    assert result.exit_code == Exit.REFUSED
    assert "dealerlijn campaign list" in result.stderr


def test_a_mapping_to_no_field_is_a_wrong_call(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(GOOD, encoding="utf-8")

    result = call({}, "contacts", "import", str(path), "--campaign", "apk-may", "--map", "Kolom B=shoe")

    assert result.exit_code == 2


def test_migrating_makes_the_tables_and_does_no_harm_again(tmp_path: Path) -> None:
    settings = {"DEALERLIJN_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}

    codes = [call(settings, "migrate").exit_code for _ in range(2)]

    assert codes == [0, 0]
    assert (tmp_path / "new.db").stat().st_size > 0


UNUSABLE = [
    ("{folder}/notes.db", "name another, or move this one away"),
    ("{folder}", "name a file in it"),
    ("/proc/nobody-may-write-here.db", "let this program read and write it"),
]


def unusable_database(folder: Path, path: str) -> dict[str, str]:
    """The settings of an installation whose database cannot be used, and that has no Asterisk."""
    (folder / "notes.db").write_text("notes of somebody\n" * 100)
    settings = installed(folder).environment
    nobody = str(free_port())
    return settings | {
        "DEALERLIJN_DATABASE_URL": f"sqlite:///{path.format(folder=folder)}",
        "DEALERLIJN_ARI_URL": f"http://127.0.0.1:{nobody}/ari",
        "DEALERLIJN_AMI_PORT": nobody,
        "DEALERLIJN_HTTP_PORT": nobody,
    }


@pytest.mark.parametrize(("path", "remedy"), UNUSABLE)
def test_a_database_that_cannot_be_used_is_told_with_a_remedy(tmp_path: Path, path: str, remedy: str) -> None:
    settings = unusable_database(tmp_path, path)
    contacts = ("contacts", "import", str(tmp_path / "notes.db"), "--campaign", "apk-may")

    results = [call(settings, *words) for words in (("migrate",), contacts)]

    assert all(result.exit_code in (Exit.SETTINGS, Exit.UNREACHABLE) for result in results)
    assert all(remedy in result.stderr for result in results)


def test_the_program_does_not_start_on_a_database_that_cannot_be_used(tmp_path: Path) -> None:
    path, remedy = UNUSABLE[0]

    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "serve"],
        cwd=DEALERS_FILE.parent,
        env=unusable_database(tmp_path, path),
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )

    assert done.returncode == Exit.REFUSED
    assert remedy in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("path", "remedy"), [*UNUSABLE[:2], ("{folder}/new.db", "`dealerlijn migrate` makes it")]
)
def test_the_doctor_names_what_is_wrong_with_the_database(tmp_path: Path, path: str, remedy: str) -> None:
    result = call(unusable_database(tmp_path, path), "doctor", "--json")

    findings = {finding["subject"]: finding for finding in json.loads(result.stdout)}
    assert remedy in findings["database"]["told"]
    assert not (tmp_path / "new.db").exists()


def test_a_database_that_does_not_answer_ends_with_4() -> None:
    result = call({"DEALERLIJN_DATABASE_URL": "sqlite:////proc/nobody-may-write-here.db"}, "migrate")

    assert result.exit_code == Exit.UNREACHABLE
    assert "cannot be opened" in result.stderr


def test_a_database_address_that_cannot_be_ends_with_3() -> None:
    result = call({"DEALERLIJN_DATABASE_URL": "oracle://here"}, "migrate")

    assert result.exit_code == Exit.SETTINGS
    assert "sqlite:///" in result.stderr


def test_the_doctor_tells_what_is_well_and_what_is_not(tmp_path: Path) -> None:
    settings = installed(tmp_path).environment
    nobody = str(free_port())
    settings |= {
        "DEALERLIJN_ARI_URL": f"http://127.0.0.1:{nobody}/ari",
        "DEALERLIJN_AMI_PORT": nobody,
        "DEALERLIJN_HTTP_PORT": nobody,
    }
    call(settings, "migrate")

    result = call(settings, "doctor", "--json")

    findings = {finding["subject"]: finding for finding in json.loads(result.stdout)}
    assert result.exit_code == Exit.REFUSED
    assert {name for name, finding in findings.items() if finding["well"]} == {
        "settings",
        "dealers",
        "database",
    }
    assert "DEALERLIJN_ARI_URL" in findings["asterisk"]["told"]
    assert "DEALERLIJN_AMI_HOST" in findings["manager"]["told"]
    assert "dealerlijn serve" in findings["program"]["told"]


def test_the_help_names_every_command() -> None:
    told = call({}, "--help").stdout

    for name in (
        "serve",
        "demo",
        "migrate",
        "check-config",
        "contacts",
        "campaign",
        "agent",
        "voicemail",
        "doctor",
    ):
        assert name in told


def test_a_demo_whose_folder_is_somebody_elses_says_what_to_do(tmp_path: Path) -> None:
    top = Path(__file__).parents[3]
    for name in ("dealers.toml", "dealers.demo.toml"):
        shutil.copy(top / name, tmp_path)
    (tmp_path / "var").touch()

    done = subprocess.run(
        [sys.executable, "-m", "app.cli", "demo"],
        cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(top)}, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == Exit.REFUSED
    assert done.stderr.startswith(str(tmp_path / "var"))
    assert "as the user who ran it before" in done.stderr
