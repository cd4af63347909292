"""What is known of one contact of a list: where it stands, and its cars."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, case, func, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.consent_tables import objections
from app.storage.database import Database
from app.storage.tables import attempts, campaigns, contacts
from app.storage.vehicle_tables import further_cars, vehicles
from calls.ids import CampaignId, ContactId
from dialer.campaign import CampaignKind


@dataclass(frozen=True, slots=True)
class CarCard:
    """A car of a contact. `due_on` is the register's date on an APK list, else the list's own."""

    plate: str
    make: str | None
    model: str | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A contact with all cars that it still has, those that come due first at the front. `not_before` counts while it is open.

    `objected_since`: since then an objection holds for the person or the number; it is closed for that when next looked at.
    `last_attempt` is when it was last dialled, `last_outcome` and `last_cause` how that ended, None while it has not.
    """

    contact_id: ContactId
    name: str
    state: str
    closed_reason: str | None
    not_before: datetime | None
    objected_since: datetime | None
    last_attempt: datetime | None
    last_outcome: str | None
    last_cause: str | None
    cars: tuple[CarCard, ...]


async def contact_card(database: Database, campaign_id: CampaignId, number_hash: str) -> ContactCard | None:
    """Return the contact with a number on a campaign's list, None when it is not there."""
    query = select(contacts).where(
        contacts.c.campaign_id == campaign_id, contacts.c.number_hash == number_hash
    )
    async with database.reading() as connection:
        row = (await connection.execute(query)).one_or_none()
        if row is None:
            return None
        last = (
            await connection.execute(_LAST, {"key": row.contact_id, "customer": row.customer_id})
        ).one_or_none()
        cars = await cars_of(connection, ContactId(row.contact_id))
        theirs = or_(objections.c.customer_id == row.customer_id, objections.c.number_hash == row.number_hash)
        objected = select(func.min(objections.c.at)).where(theirs)
        objected_since = (await connection.execute(objected)).scalar_one()
    return ContactCard(
        ContactId(row.contact_id),
        row.display_name,
        row.state,
        row.closed_reason,
        row.not_before,
        objected_since,
        None if last is None else last.committed_at,
        None if last is None else last.outcome,
        None if last is None else last.cause,
        cars,
    )


async def cars_of(connection: AsyncConnection, contact_id: ContactId) -> tuple[CarCard, ...]:
    """Return the cars that a contact still has, those that come due first at the front."""
    cars = await connection.execute(_CARS, {"key": contact_id})
    return tuple(CarCard(car.plate, car.make, car.model, car.due_on) for car in cars)


_LAST = (
    select(attempts.c.committed_at, attempts.c.outcome, attempts.c.cause)
    # Attempts are found by their person: the contact has no index of its own there.
    .where(attempts.c.customer_id == bindparam("customer"), attempts.c.contact_id == bindparam("key"))
    .order_by(attempts.c.committed_at.desc())
    .limit(1)
)
_OWN = union_all(
    select(contacts.c.contact_id, contacts.c.campaign_id, contacts.c.plate, contacts.c.due_on).where(
        contacts.c.contact_id == bindparam("key"), contacts.c.plate.is_not(None)
    ),
    select(contacts.c.contact_id, contacts.c.campaign_id, further_cars.c.plate, further_cars.c.due_on)
    .join(further_cars)
    .where(contacts.c.contact_id == bindparam("key"), further_cars.c.sold_by.is_(None)),
).subquery()
_REGISTERED = case((campaigns.c.kind == CampaignKind.APK, vehicles.c.apk_expiry))
_DUE_ON = func.coalesce(_REGISTERED, _OWN.c.due_on).label("due_on")
_CARS = (
    select(_OWN.c.plate, vehicles.c.make, vehicles.c.model, _DUE_ON)
    .join(campaigns, campaigns.c.campaign_id == _OWN.c.campaign_id)
    .outerjoin(vehicles, vehicles.c.plate == _OWN.c.plate)
    .order_by(_DUE_ON.is_(None), _DUE_ON, _OWN.c.plate)
)
