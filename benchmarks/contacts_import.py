"""How long a list of 100,000 contacts takes to import, from a CSV or XLSX file into a fresh SQLite database.

    python -m benchmarks.contacts_import [ROWS] [csv|xlsx]

Prints the seconds for making the file (not counted), checking it, storing it, and rows per second overall.
"""

import asyncio
import csv
import random
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl

from app.contacts_import import ImportOptions, import_contacts
from app.storage.campaigns import create_campaign
from app.storage.database import open_database
from calls.ids import CampaignId, DealerId
from dialer.campaign import Campaign, CampaignKind, CampaignState, LegalBasis
from simulation.people import customers

NOW = datetime(2026, 6, 2, 9, 0, tzinfo=UTC)
CAMPAIGN = Campaign(
    campaign_id=CampaignId("apk"),
    dealer=DealerId("demo"),
    name="APK",
    kind=CampaignKind.APK,
    basis=LegalBasis.CONSENT,
    profile="nl-consumer",
    shown_number="+31401234567",
    state=CampaignState.DRAFT,
)
HEADINGS = (
    "Naam",
    "Telefoon",
    "Kenteken",
    "APK-datum",
    "Toestemmingsdatum",
    "Toestemmingsbron",
    "Toestemmingstekst",
)


def made_up_rows(count: int) -> Iterable[Sequence[str]]:
    yield HEADINGS
    for person in customers(random.Random(1), count, date(2026, 6, 2)):
        number = f"0{person.number.removeprefix('+31')}"
        proof = ("01-05-2026", "website", "Ja, u mag mij bellen over mijn APK")
        yield (person.name, number, person.plate, person.apk_expiry.isoformat(), *proof)


def write_file(path: Path, rows: Iterable[Sequence[str]]) -> None:
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="cp1252", errors="replace") as file:
            csv.writer(file, delimiter=";").writerows(rows)
        return
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(path)


async def measure(count: int, kind: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"contacts.{kind}"
        started = time.perf_counter()
        write_file(path, made_up_rows(count))
        print(f"file made in {time.perf_counter() - started:.1f} s, {path.stat().st_size >> 20} MB")
        database = open_database(f"sqlite:///{folder}/bench.db")
        await database.migrate()
        await create_campaign(database, CAMPAIGN)
        ends: dict[str, float] = {}
        started = time.perf_counter()

        def note(stage: str, _rows: int) -> None:
            ends[stage] = time.perf_counter() - started

        options = ImportOptions("benchmark")
        result = await import_contacts(database, path, CAMPAIGN.campaign_id, options, NOW, note)
        seconds = time.perf_counter() - started
        await database.close()
    assert result.added == count, result.faults[:3]
    print(f"checked in {ends['check']:.1f} s, stored in {ends['store'] - ends['check']:.1f} s")
    print(f"{count} rows in {seconds:.1f} s: {count / seconds:.0f} rows/s")


if __name__ == "__main__":
    arguments = [*sys.argv[1:], "100000", "csv"]
    asyncio.run(measure(int(arguments[0]), arguments[1] if len(sys.argv) > 2 else "csv"))
