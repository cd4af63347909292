"""Commands on the lists that are kept by dates, beside a register of vehicles of our own."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import Result

from app.cli_frame import Exit
from app.settings import RdwAccess
from app.storage.audit import newest_changes
from tests.fakes.rdw_server import FakeRdw, serving
from tests.integration.console.bed import Bed
from tests.integration.console.command_line import call_beside

LIST = "Naam;Telefoon;Kenteken\nAnna;0610000001;B-001-AE\nBram;0610000002;b 002 ae\n"
CAMPAIGN = ("--campaign", "apk-may")


def apk(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y%m%d")


@pytest.fixture
def rdw() -> FakeRdw:
    fake = FakeRdw()
    fake.register("B001AE", apk(10))
    fake.register("B002AE", apk(200))
    fake.register("B004AE", "morgen")
    return fake


async def contacts(bed: Bed, access: RdwAccess, *words: str) -> Result:
    settings = {"DEALERLIJN_RDW_URL": access.url, "DEALERLIJN_RDW_APP_TOKEN": "a-token"}
    return await call_beside(bed, "contacts", words[0], *words[1:], *CAMPAIGN, more=settings)


async def test_a_list_is_refreshed_for_people_and_for_machines(
    bed: Bed, tmp_path: Path, rdw: FakeRdw
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST + "Carmen;0610000003;B-003-AE\nDaan;0610000004;B-004-AE\n", encoding="utf-8")

    async with serving(rdw) as access:
        await contacts(bed, access, "import", str(file))
        without = await contacts(bed, access, "refresh")
        window = await contacts(bed, access, "due-window", "--days-before", "30")
        dry = await contacts(bed, access, "refresh", "--dry-run")
        real = await contacts(bed, access, "refresh", "--json")

    assert (without.exit_code, "contacts due-window" in without.stderr) == (Exit.REFUSED, True)
    assert window.stdout == "apk-may calls from 30 days before a date to 14 days after it\n"
    assert dry.stdout == "0 appeared, 1 disappeared, 3 unchanged, 1 unknown plates, 1 unreadable cars\n"
    assert "unknown: B-003-AE" in dry.stderr
    assert "B-004-AE: the register cannot be read, its vervaldatum_apk is 'morgen'" in dry.stderr
    assert json.loads(real.stdout) == {
        "appeared": 0,
        "disappeared": 1,
        "unchanged": 3,
        "unknown_plates": ["B003AE"],
        "unreadable_cars": [
            {"plate": "B004AE", "fault": "its vervaldatum_apk is 'morgen', which is no date"}
        ],
    }
    assert rdw.asked == [["B001AE", "B002AE", "B003AE", "B004AE"], ["B004AE"]]
    assert rdw.tokens == ["a-token"] * 2


async def test_the_audit_log_says_who_changed_a_window(bed: Bed, rdw: FakeRdw) -> None:
    async with serving(rdw) as access:
        await contacts(bed, access, "due-window", "--days-before", "30", "--days-after", "0")

    [entry] = await newest_changes(bed.database, 1)
    assert (entry.action, entry.subject, entry.who[:4]) == ("due_window", "apk-may", "cli:")
    assert (entry.before, json.loads(entry.after)) == ("null", {"days_before": 30, "days_after": 0})


async def test_an_import_fills_in_dates_and_keeps_out_who_is_not_due(
    bed: Bed, tmp_path: Path, rdw: FakeRdw
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")

    async with serving(rdw) as access:
        await contacts(bed, access, "due-window")
        added = await contacts(bed, access, "import", str(file), "--rdw")
        refreshed = await contacts(bed, access, "refresh")

    assert added.stdout == "2 contacts added\n"
    assert refreshed.stdout == "0 appeared, 0 disappeared, 2 unchanged, 0 unknown plates, 0 unreadable cars\n"


async def test_a_contact_is_shown_with_both_its_cars(bed: Bed, tmp_path: Path, rdw: FakeRdw) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST.replace("Bram;0610000002", "Anna;0610000001"), encoding="utf-8")

    async with serving(rdw) as access:
        await contacts(bed, access, "import", str(file), "--rdw")
        shown = await contacts(bed, access, "show", "06 1000 0001")
        for_machines = await contacts(bed, access, "show", "06 1000 0001", "--json")
        stranger = await contacts(bed, access, "show", "0610000009")
        broken = await contacts(bed, access, "show", "06")

    assert shown.stdout.startswith("Anna: ready\n")
    assert shown.stdout.index("B-001-AE") < shown.stdout.index("B-002-AE")
    assert [car["plate"] for car in json.loads(for_machines.stdout)["cars"]] == ["B001AE", "B002AE"]
    assert (stranger.exit_code, broken.exit_code) == (Exit.REFUSED, Exit.REFUSED)
    assert "not on the list" in stranger.stderr


async def test_of_a_contact_who_has_objected_it_is_told_before_anybody_looks_at_the_list(
    bed: Bed, tmp_path: Path, rdw: FakeRdw
) -> None:
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")

    async with serving(rdw) as access:
        await contacts(bed, access, "import", str(file))
        await call_beside(bed, "objection", "record", "0610000001", "--source", "letter")
        anna = await contacts(bed, access, "show", "0610000001")
        bram = await contacts(bed, access, "show", "0610000002")

    assert anna.stdout.startswith("Anna: ready, and is never called: objected on ")
    assert bram.stdout.startswith("Bram: ready\n")


async def test_a_dead_register_ends_with_4_and_stores_nothing(
    bed: Bed, tmp_path: Path, rdw: FakeRdw, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.rdw.retries._FIRST_PAUSE_SECONDS", 0.0)
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")
    async with serving(rdw) as access:
        pass

    dead = await contacts(bed, access, "import", str(file), "--rdw")
    again = await contacts(bed, access, "import", str(file))

    assert (dead.exit_code, "out of reach" in dead.stderr) == (Exit.UNREACHABLE, True)
    assert again.stdout == "2 contacts added\n"
