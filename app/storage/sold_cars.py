"""A car that was sold leaves every list of its dealer, and comes back when that is taken back.

A contact has its cars in two places, its own row and `further_cars`; one call is about all of them. Whoever has another car
stays on the list with that one.
"""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, bindparam, delete, insert, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.due_again import keep_due
from app.storage.tables import campaigns, contacts
from app.storage.vehicle_tables import further_cars
from calls.ids import CallId, ContactId
from dialer.dispositions import Disposition
from dialer.due import NOT_DUE
from dialer.eligibility import Rule


async def car_sold(connection: AsyncConnection, call_id: CallId, contact_id: ContactId, today: date) -> None:
    """Take the car of this contact's own row off every list of its dealer; nothing when the row has none."""
    here = (
        select(contacts.c.plate, campaigns.c.dealer)
        .join_from(contacts, campaigns)
        .where(contacts.c.contact_id == contact_id)
    )
    plate, dealer = (await connection.execute(here)).one()
    if plate is None:
        return
    on_lists = contacts.c.campaign_id.in_(select(campaigns.c.campaign_id).where(campaigns.c.dealer == dealer))
    changed = await _leaves_further(connection, call_id, plate, on_lists)
    changed += await _leaves_own(connection, call_id, plate, on_lists)
    await keep_due(connection, changed, today)


async def not_sold(connection: AsyncConnection, call_id: CallId) -> Sequence[int]:
    """Give everybody back the further cars that this call took away; returns whom. Closed contacts are not this function's."""
    back = (
        update(further_cars)
        .where(further_cars.c.sold_by == call_id)
        .values(sold_by=None)
        .returning(further_cars.c.contact_id)
    )
    return list((await connection.execute(back)).scalars())


async def _leaves_further(
    connection: AsyncConnection, call_id: CallId, plate: str, on_lists: ColumnElement[bool]
) -> list[int]:
    sold = (
        update(further_cars)
        .where(
            further_cars.c.plate == plate,
            further_cars.c.sold_by.is_(None),
            further_cars.c.contact_id.in_(select(contacts.c.contact_id).where(on_lists)),
        )
        .values(sold_by=call_id)
        .returning(further_cars.c.contact_id)
    )
    return list((await connection.execute(sold)).scalars())


async def _leaves_own(
    connection: AsyncConnection, call_id: CallId, plate: str, on_lists: ColumnElement[bool]
) -> list[int]:
    """Close who had this car alone; whoever has another one gets that into the own row, and is returned."""
    whose = select(contacts.c.contact_id, contacts.c.due_on).where(
        contacts.c.plate == plate, on_lists, _MAY_BE_CALLED_YET
    )
    remaining = []
    for contact_id, due_on in (await connection.execute(whose)).all():
        this = update(contacts).where(contacts.c.contact_id == contact_id)
        other = (await connection.execute(_NEXT_CAR, {"contact": contact_id})).first()
        if other is None:
            closed = {"state": "closed", "closed_reason": Disposition.SOLD_THE_CAR, "closed_by": call_id}
            await connection.execute(this.values(closed))
            continue
        sold = {"contact_id": contact_id, "plate": plate, "due_on": due_on, "sold_by": call_id}
        await connection.execute(_REMOVED, {"contact": contact_id, "car": other.plate})
        await connection.execute(insert(further_cars).values(sold))
        await connection.execute(this.values(plate=other.plate, due_on=other.due_on))
        remaining.append(contact_id)
    return remaining


# Closed for what passes: without this the contact would be called about the car later.
_MAY_BE_CALLED_YET = or_(
    contacts.c.state != literal_column("'closed'"), contacts.c.closed_reason.in_((NOT_DUE, Rule.NO_BASIS))
)
_NEXT_CAR = (
    select(further_cars.c.plate, further_cars.c.due_on)
    .where(further_cars.c.contact_id == bindparam("contact"), further_cars.c.sold_by.is_(None))
    .order_by(further_cars.c.due_on.is_(None), further_cars.c.due_on, further_cars.c.plate)
    .limit(1)
)
_REMOVED = delete(further_cars).where(
    further_cars.c.contact_id == bindparam("contact"), further_cars.c.plate == bindparam("car")
)
