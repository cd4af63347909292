"""The lists that are kept by the dates of cars: their due windows, and what a contact's dates do to it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from sqlalchemy import Row, and_, bindparam, case, delete, func, insert, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.audit import AuditEntry, store_change
from app.storage.database import Database
from app.storage.tables import contacts
from app.storage.vehicle_tables import due_windows, further_cars
from calls.ids import CampaignId, ContactId
from dialer.due import NOT_DUE, DueChange, DueWindow, ListedContact, called_about, due_change
from dialer.list_order import WAIT_LIMIT, is_agreed, with_date

CONTACTS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Car:
    """A car of a contact. The plate is as the list has it; `due_on` is what was known when it was stored."""

    plate: str | None
    due_on: date | None


@dataclass(frozen=True, slots=True)
class StoredContact:
    """A contact with the cars that it still has, the one of its own row first."""

    contact_id: ContactId
    campaign_id: CampaignId
    state: str
    closed_reason: str | None
    list_rank: int
    cars: tuple[Car, ...]


@dataclass(frozen=True, slots=True)
class DatedContact:
    """What a contact's dates come to: `own`, the car it is called about first, whose date is its place on the list, and the change.

    `was_own` is the car that was so before, with its date as it is now.
    """

    contact: StoredContact
    own: Car
    was_own: Car
    change: DueChange | None

    @classmethod
    def by(
        cls,
        contact: StoredContact,
        dates: Sequence[date | None],
        window: DueWindow,
        today: date,
        unanswered: Collection[int] = (),
    ) -> Self:
        """Work it out from the dates of all its cars, in their order.

        `unanswered` are the places of cars that were asked about in vain, whose dates are those known before.
        """
        place = called_about(dates, window, today) if contact.cars[0].plate is not None else 0
        own, was_own = (replace(contact.cars[each], due_on=dates[each]) for each in (place, 0))
        answered = tuple(each for at, each in enumerate(dates) if at not in unanswered)
        listed = ListedContact(
            contact.state == "in_air",
            contact.closed_reason,
            tuple(dates),
            answered,
            is_agreed(contact.list_rank),
        )
        return cls(contact, own, was_own, due_change(listed, window, today))

    @property
    def list_rank(self) -> int:
        """Its place on the list."""
        return with_date(self.contact.list_rank, self.own.due_on)

    @property
    def moves(self) -> bool:
        """Whether there is anything to store. Who is being called is left alone."""
        same = (self.own, self.list_rank) == (self.contact.cars[0], self.contact.list_rank)
        return self.contact.state != "in_air" and (not same or self.change is not None)


async def set_due_window(
    database: Database, campaign_id: CampaignId, window: DueWindow, entry: AuditEntry | None = None
) -> None:
    """Keep a campaign's list by dates from now on, or change its window; the list follows when it is next gone through."""
    columns = {"days_before": window.days_before, "days_after": window.days_after, "kept_on": None}
    statement = (
        database.insert(due_windows)
        .values(campaign_id=campaign_id, **columns)
        .on_conflict_do_update(index_elements=[due_windows.c.campaign_id], set_=columns)
    )
    async with database.writing() as connection:
        await connection.execute(statement)
        await store_change(connection, entry)


async def due_window(database: Database, campaign_id: CampaignId) -> DueWindow | None:
    """Return the due window of a campaign's list, None when it has none."""
    query = select(due_windows).where(due_windows.c.campaign_id == campaign_id)
    async with database.reading() as connection:
        row = (await connection.execute(query)).one_or_none()
    return None if row is None else DueWindow(row.days_before, row.days_after)


async def lists_to_keep(database: Database, today: date) -> list[CampaignId]:
    """Return the campaigns whose list has a due window and was not gone through today."""
    kept_on = due_windows.c.kept_on
    query = select(due_windows.c.campaign_id).where(or_(kept_on.is_(None), kept_on != today))
    async with database.reading() as connection:
        rows = await connection.execute(query.order_by(due_windows.c.campaign_id))
        return [CampaignId(campaign_id) for campaign_id in rows.scalars()]


async def note_kept(database: Database, campaign_id: CampaignId, window: DueWindow, today: date) -> None:
    """Store that a whole list was gone through with this window; nothing when the window was changed meanwhile."""
    async with database.writing() as connection:
        await connection.execute(
            update(due_windows)
            .where(
                due_windows.c.campaign_id == campaign_id,
                due_windows.c.days_before == window.days_before,
                due_windows.c.days_after == window.days_after,
            )
            .values(kept_on=today)
        )


async def count_contacts(database: Database, campaign_id: CampaignId) -> int:
    """Count the contacts on a list, closed ones too."""
    query = select(func.count()).select_from(contacts).where(contacts.c.campaign_id == campaign_id)
    async with database.reading() as connection:
        return int((await connection.execute(query)).scalar_one())


async def next_contacts(database: Database, campaign_id: CampaignId, after: ContactId) -> list[StoredContact]:
    """Return the contacts after one, by number, up to `CONTACTS_AT_ONCE`, save those closed for another reason."""
    async with database.reading() as connection:
        return await _with_cars(
            connection, (await connection.execute(_NEXT, {"campaign": campaign_id, "after": after})).all()
        )


async def contacts_among(connection: AsyncConnection, contact_ids: Sequence[int]) -> list[StoredContact]:
    """Return these contacts, save those closed for another reason than that they are not due."""
    return await _with_cars(connection, (await connection.execute(_AMONG, {"keys": contact_ids})).all())


async def store_dates(database: Database, dated: Sequence[DatedContact], today: date) -> None:
    """Store what the dates come to; a contact whose state has changed since it was read stays as it is by now.

    One that appears today waits from today on.
    """
    if any(each.moves for each in dated):
        async with database.writing() as connection:
            await store_dates_in(connection, dated, today)


async def store_dates_in(connection: AsyncConnection, dated: Sequence[DatedContact], today: date) -> None:
    """Store the same within a transaction."""
    by_change: dict[DueChange | None, list[dict[str, object]]] = defaultdict(list)
    for each in (each for each in dated if each.moves):
        if each.own.plate != each.was_own.plate and not await _change_own(connection, each):
            continue
        by_change[each.change].append(
            {
                "key": each.contact.contact_id,
                "was": each.contact.state,
                "was_rank": each.contact.list_rank,
                "was_car": each.was_own.plate,
                "car": each.own.plate,
                "date": each.own.due_on,
                "place": each.list_rank,
                "first_from": today + WAIT_LIMIT,
            }
        )
    for change, rows in by_change.items():
        await connection.execute(_CHANGES[change], rows)


async def _change_own(connection: AsyncConnection, dated: DatedContact) -> bool:
    """Let another car be the one of the contact's own row, which gets it where the dates are stored; not when one was sold meanwhile."""
    key, own, was_own = dated.contact.contact_id, dated.own, dated.was_own
    read = {
        "key": key,
        "was": dated.contact.state,
        "was_rank": dated.contact.list_rank,
        "was_car": was_own.plate,
    }
    if (await connection.execute(_AS_READ, read)).first() is None:
        return False
    if (await connection.execute(_TAKEN, {"key": key, "car": own.plate})).first() is None:
        return False
    row = {"contact_id": key, "plate": was_own.plate, "due_on": was_own.due_on}
    await connection.execute(insert(further_cars).values(row))
    return True


async def _with_cars(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> list[StoredContact]:
    further: dict[int, list[Car]] = defaultdict(list)
    keys = {"keys": [row.contact_id for row in rows]}
    for car in await connection.execute(_FURTHER, keys):
        further[car.contact_id].append(Car(car.plate, car.due_on))
    return [
        StoredContact(
            ContactId(row.contact_id),
            CampaignId(row.campaign_id),
            row.state,
            row.closed_reason,
            row.list_rank,
            (Car(row.plate, row.due_on), *further[row.contact_id]),
        )
        for row in rows
    ]


_FOLLOWED = select(
    *(
        contacts.c[name]
        for name in (
            *("contact_id", "campaign_id", "state", "closed_reason"),
            *("list_rank", "plate", "due_on"),
        )
    )
).where(or_(contacts.c.closed_reason.is_(None), contacts.c.closed_reason == NOT_DUE))
_NEXT = (
    _FOLLOWED.where(
        contacts.c.campaign_id == bindparam("campaign"), contacts.c.contact_id > bindparam("after")
    )
    .order_by(contacts.c.contact_id)
    .limit(CONTACTS_AT_ONCE)
)
_AMONG = _FOLLOWED.where(contacts.c.contact_id.in_(bindparam("keys", expanding=True)))
_FURTHER = (
    select(further_cars)
    .where(further_cars.c.contact_id.in_(bindparam("keys", expanding=True)), further_cars.c.sold_by.is_(None))
    .order_by(further_cars.c.contact_id, further_cars.c.plate)
)
_STILL = and_(
    contacts.c.contact_id == bindparam("key"),
    contacts.c.state == bindparam("was"),
    # Whoever agreed to a call meanwhile has another rank.
    contacts.c.list_rank == bindparam("was_rank"),
    contacts.c.plate.is_not_distinct_from(bindparam("was_car")),
)
_AS_READ = select(contacts.c.contact_id).where(_STILL).with_for_update()
_TAKEN = (
    delete(further_cars)
    .where(
        further_cars.c.contact_id == bindparam("key"),
        further_cars.c.plate == bindparam("car"),
        further_cars.c.sold_by.is_(None),
    )
    .returning(further_cars.c.plate)
)
_DATED = (
    update(contacts)
    .where(_STILL)
    .values(plate=bindparam("car"), due_on=bindparam("date"), list_rank=bindparam("place"))
)
_CHANGES = {
    None: _DATED,
    # A rest that is over wakes by itself.
    DueChange.APPEARS: _DATED.where(contacts.c.closed_reason == NOT_DUE).values(
        state=case(
            (contacts.c.not_before.is_(None), literal_column("'ready'")), else_=literal_column("'resting'")
        ),
        closed_reason=None,
        first_from=bindparam("first_from"),
    ),
    DueChange.DISAPPEARS: _DATED.values(state="closed", closed_reason=NOT_DUE),
}
