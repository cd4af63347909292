"""A list that is kept by the dates of its cars, and how its contacts stand."""

from dataclasses import replace
from datetime import date, timedelta

from sqlalchemy import select, update

from app.due_refresh import RefreshResult, refresh_list
from app.rdw.client import RdwRegister
from app.storage.contact_list import NewContact
from app.storage.database import Database
from app.storage.due_lists import (
    set_due_window,
)
from app.storage.tables import contacts
from dialer.campaign import CampaignKind
from dialer.due import DueWindow
from tests.integration.storage.builders import (
    CAMPAIGN,
    NOW,
    campaign_with,
    contact,
)

WINDOW = DueWindow(days_before=42, days_after=14)
TODAY = date(2026, 6, 2)
DUE, NEXT_YEAR = "20260620", "20270620"
OPEN, NOT_DUE = ("ready", None), ("closed", "not_due")


def with_car(number: int, plate: str | None = None, due_on: date | None = None) -> NewContact:
    return replace(contact(number), plate=plate or f"B{number:03d}AE", due_on=due_on)


async def listed(database: Database, *new: NewContact, kind: CampaignKind = CampaignKind.APK) -> None:
    await campaign_with(database, new, replace(CAMPAIGN, kind=kind))
    await set_due_window(database, CAMPAIGN.campaign_id, WINDOW)


async def refreshed(
    database: Database, register: RdwRegister, *, days: int = 0, dry_run: bool = False
) -> RefreshResult:
    now = NOW + timedelta(days=days)
    return await refresh_list(database, register, CAMPAIGN.campaign_id, now, dry_run=dry_run)


async def states(database: Database) -> list[tuple[str, str | None]]:
    query = select(contacts.c.state, contacts.c.closed_reason).order_by(contacts.c.contact_id)
    async with database.reading() as connection:
        return [(row.state, row.closed_reason) for row in await connection.execute(query)]


async def change_first(database: Database, **values: object) -> None:
    async with database.writing() as connection:
        await connection.execute(update(contacts).where(contacts.c.contact_id == 1).values(values))
