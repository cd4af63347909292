"""Contacts that are opened again, or whose cars have changed, keep to their list's due window as all others do."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.due_lists import (
    CONTACTS_AT_ONCE,
    Car,
    DatedContact,
    StoredContact,
    contacts_among,
    store_dates_in,
)
from app.storage.tables import campaigns
from app.storage.vehicle_tables import due_windows, vehicles
from calls.ids import CampaignId
from dialer.campaign import CampaignKind
from dialer.due import DueWindow


async def keep_due(connection: AsyncConnection, contact_ids: Collection[int], today: date) -> None:
    """Close those of these contacts that are not due, open those that are, and give each the place of its date.

    Of lists without a due window nobody is touched, nor who is closed for another reason or is being called. The dates are those
    that are known: what the register has said since is asked when the list is next gone through.
    """
    wanted = sorted(set(contact_ids))
    for first in range(0, len(wanted), CONTACTS_AT_ONCE):
        stored = await contacts_among(connection, wanted[first : first + CONTACTS_AT_ONCE])
        lists = await _windows(connection, {contact.campaign_id for contact in stored})
        kept = [contact for contact in stored if contact.campaign_id in lists]
        asked = {car.plate for contact in kept if lists[contact.campaign_id][1] for car in contact.cars}
        told = await _told(connection, asked - {None})
        await store_dates_in(
            connection, [_dated(contact, *lists[contact.campaign_id], told, today) for contact in kept], today
        )


def _dated(
    contact: StoredContact, window: DueWindow, by_register: bool, told: dict[str | None, date], today: date
) -> DatedContact:
    def due(car: Car) -> date | None:
        return told.get(car.plate, car.due_on) if by_register else car.due_on

    dates = tuple(map(due, contact.cars))
    return DatedContact.by(contact, dates, window, today)


async def _windows(
    connection: AsyncConnection, campaign_ids: Collection[CampaignId]
) -> dict[CampaignId, tuple[DueWindow, bool]]:
    """The windows of those of the lists that have one, and whether the register knows their dates."""
    rows = await connection.execute(_WINDOWS, {"keys": list(campaign_ids)})
    return {
        CampaignId(row.campaign_id): (
            DueWindow(row.days_before, row.days_after),
            row.kind == CampaignKind.APK,
        )
        for row in rows
    }


async def _told(connection: AsyncConnection, plates: Collection[str | None]) -> dict[str | None, date]:
    rows = await connection.execute(_TOLD, {"keys": list(plates)})
    return {row.plate: row.apk_expiry for row in rows}


_WINDOWS = (
    select(due_windows, campaigns.c.kind)
    .join(campaigns, campaigns.c.campaign_id == due_windows.c.campaign_id)
    .where(due_windows.c.campaign_id.in_(bindparam("keys", expanding=True)))
)
_TOLD = select(vehicles.c.plate, vehicles.c.apk_expiry).where(
    vehicles.c.plate.in_(bindparam("keys", expanding=True)), vehicles.c.apk_expiry.is_not(None)
)
