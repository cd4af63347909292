from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.contact_errors import UnusableFile
from app.contacts_import import ImportOptions, ImportResult, import_contacts
from app.storage.database import Database
from app.storage.due_lists import set_due_window
from app.storage.tables import contacts
from app.storage.vehicle_tables import further_cars
from customers.plate import Plate
from customers.vehicle import UnreadableVehicle, Vehicle
from dialer.campaign import CampaignKind, LegalBasis
from dialer.due import DueWindow
from tests.integration.storage.builders import CAMPAIGN, NOW, call_ids, campaign_with, committed, store_for

DUE = date(2026, 6, 20)
HEAD = "Klantnr;Naam;Tel;Kenteken;APK\n"


@dataclass
class Register:
    """Knows these dates; None is a vehicle without one, a text what the register wrote instead."""

    dates: Mapping[str, date | str | None]
    asked: list[Plate] = field(default_factory=list)

    async def look_up(self, plates: Sequence[Plate]) -> dict[Plate, Vehicle | UnreadableVehicle]:
        self.asked += plates
        told = {p: self.dates[p] for p in plates if p in self.dates}
        return {
            p: UnreadableVehicle(p, each) if isinstance(each, str) else Vehicle(p, None, None, None, each)
            for p, each in told.items()
        }


async def imported(
    database: Database, folder: Path, rows: str, register: Register | None = None
) -> ImportResult:
    path = folder / "lijst.csv"
    path.write_text(HEAD + rows, encoding="utf-8")
    options = ImportOptions("test")
    return await import_contacts(database, path, CAMPAIGN.campaign_id, options, NOW, register=register)


def told(result: ImportResult) -> list[tuple[int, str]]:
    return [(fault.line, fault.reason) for fault in result.faults]


async def rows_of(database: Database) -> list[tuple[str | None, date | None, str, str | None]]:
    columns = ("plate", "due_on", "state", "closed_reason")
    query = select(*(contacts.c[name] for name in columns)).order_by(contacts.c.contact_id)
    async with database.reading() as connection:
        return [(r.plate, r.due_on, r.state, r.closed_reason) for r in await connection.execute(query)]


async def test_an_agent_names_the_car_that_is_due_and_not_one_that_was_due_long_ago(
    database: Database, tmp_path: Path
) -> None:
    await campaign_with(database, [], replace(CAMPAIGN, basis=LegalBasis.EXISTING_CONTRACT))
    await set_due_window(database, CAMPAIGN.campaign_id, DueWindow(60, 30))

    await imported(
        database, tmp_path, "7;Anna;0610000001;B-001-AE;1-8-2024\n7;Anna;0610000001;B-002-AE;20-6-2026\n"
    )

    assert await rows_of(database) == [("B002AE", DUE, "ready", None)]


async def test_two_cars_of_one_person_come_to_one_call(database: Database, tmp_path: Path) -> None:
    await campaign_with(database, [], replace(CAMPAIGN, basis=LegalBasis.EXISTING_CONTRACT))

    result = await imported(
        database,
        tmp_path,
        "7;Anna;0610000001;B-001-AE;1-8-2026\n8;Bram;0610000002;B-003-AE;1-7-2026\n"
        "7;Anna;06 10000001;B-002-AE;20-6-2026\n",
    )

    store = await store_for(database)
    outcome = await store.commit_attempts(CAMPAIGN, call_ids(3), NOW, "x")
    async with database.reading() as connection:
        further = [(row.plate, row.due_on) for row in await connection.execute(select(further_cars))]
    assert (result.rows, result.added, result.faults) == (3, 2, ())
    # Anna's second car is due first of all: that is the one an agent names.
    assert [row[:2] for row in await rows_of(database)] == [("B002AE", DUE), ("B003AE", date(2026, 7, 1))]
    assert further == [("B001AE", date(2026, 8, 1))]
    assert [attempt.display_name for attempt in committed(outcome)] == ["Anna", "Bram"]


async def test_what_comes_twice_in_a_file_is_told_with_its_line(database: Database, tmp_path: Path) -> None:
    await campaign_with(database, [])

    result = await imported(
        database,
        tmp_path,
        "7;Anna;0610000001;B-001-AE;\n"
        ";Bram;0610000002;b001ae;\n"
        "7;Anna;0610000003;B-003-AE;\n"
        ";Carmen;0610000001;B-004-AE;\n"
        "7;Anna;0610000001;;\n"
        ";Daan;0610000005;1-ABC-001;\n"
        ";Eva;0610000006;1-abc 001;\n",
    )

    assert told(result) == [
        (3, "the same car as on line 2"),
        (4, "the same customer as on line 2, with another number"),
        (5, "the same number as on line 2"),
        (6, "the same number as on line 2"),
        (8, "the same car as on line 7"),
    ]
    assert all(fault.remedy for fault in result.faults)


async def test_words_for_no_plate_are_not_the_same_car(database: Database, tmp_path: Path) -> None:
    await campaign_with(database, [])

    result = await imported(database, tmp_path, ";Anna;0610000001;geen;\n;Bram;0610000002;geen;\n")

    assert (result.added, result.faults) == (2, ())
    assert [row[0] for row in await rows_of(database)] == [None, None]


async def test_what_is_on_the_list_already_is_told(database: Database, tmp_path: Path) -> None:
    await campaign_with(database, [])
    await imported(database, tmp_path, "7;Anna;0610000001;B-001-AE;\n7;Anna;0610000001;B-002-AE;\n")

    result = await imported(
        database,
        tmp_path,
        ";Bram;0610000002;B-001-AE;\n;Bram;0610000002;B-002-AE;\n"
        "7;Anna;0610000003;B-003-AE;\n7;Anna;0610000001;B-004-AE;\n",
    )

    assert told(result) == [
        (2, "the car is on the list already"),
        (3, "the car is on the list already"),
        (4, "the customer is on the list already, with another number"),
        (5, "the number is on the list already"),
    ]


async def test_a_missing_date_is_filled_in_and_a_given_one_kept(database: Database, tmp_path: Path) -> None:
    await campaign_with(database, [])
    register = Register({"B001AE": DUE, "B002AE": date(2027, 1, 1)})

    await imported(
        database,
        tmp_path,
        ";Anna;0610000001;B-001-AE;\n;Bram;0610000002;B-002-AE;1-7-2026\n;Carmen;0610000003;;\n",
        register,
    )

    assert register.asked == ["B001AE"]
    assert [row[:2] for row in await rows_of(database)] == [
        ("B001AE", DUE),
        ("B002AE", date(2026, 7, 1)),
        (None, None),
    ]


async def test_a_date_that_cannot_be_filled_in_is_a_fault(database: Database, tmp_path: Path) -> None:
    await campaign_with(database, [])

    result = await imported(
        database,
        tmp_path,
        ";Anna;0610000001;B-001-AE;\n;Bram;abc;;\n;Carmen;0610000003;B-003-AE;\n;Daan;0610000004;1-ABC-001;\n"
        ";Emma;0610000005;B-005-AE;\n",
        Register({"B003AE": None, "B005AE": "no date"}),
    )

    assert told(result) == [
        (2, "not in the register of vehicles"),
        (3, "not a phone number"),
        (4, "no APK date in the register of vehicles"),
        (5, "not a Dutch licence plate"),
        (6, "the register of vehicles cannot be read about this car: no date"),
    ]
    assert result.added == 0


async def test_on_a_list_with_a_due_window_only_who_is_due_is_open(
    database: Database, tmp_path: Path
) -> None:
    await campaign_with(database, [])
    await set_due_window(database, CAMPAIGN.campaign_id, DueWindow(42, 14))

    await imported(
        database,
        tmp_path,
        ";Anna;0610000001;B-001-AE;20-6-2026\n;Bram;0610000002;B-002-AE;20-6-2027\n;Carmen;0610000003;B-003-AE;\n",
    )

    assert [row[2:] for row in await rows_of(database)] == [
        ("ready", None),
        ("closed", "not_due"),
        ("ready", None),
    ]


async def test_the_register_is_for_apk_campaigns(database: Database, tmp_path: Path) -> None:
    await campaign_with(database, [], replace(CAMPAIGN, kind=CampaignKind.TYRES))

    with pytest.raises(UnusableFile, match="no APK campaign"):
        await imported(database, tmp_path, ";Anna;0610000001;B-001-AE;\n", Register({}))
