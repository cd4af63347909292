"""Lists of contacts as files, and their import."""

from pathlib import Path

from app.contacts_import import ImportOptions, ImportResult, import_contacts
from app.storage.database import Database
from tests.integration.storage.builders import (
    CAMPAIGN,
    NOW,
)

WHO = ImportOptions("test")


def file_with(folder: Path, text: str, encoding: str = "utf-8", name: str = "lijst.csv") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


async def imported(database: Database, path: Path, options: ImportOptions = WHO) -> ImportResult:
    return await import_contacts(database, path, CAMPAIGN.campaign_id, options, NOW)
