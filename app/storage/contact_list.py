"""A campaign's list: what is on it, and adding to it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Insert,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import consent_tables, tables
from app.storage.among import among
from app.storage.database import LIMIT_SECONDS, Database
from app.storage.due_again import keep_due
from app.storage.errors import AlreadyThere
from app.storage.many_rows import many_rows
from app.storage.people_at_number import carry_over
from app.storage.vehicle_tables import further_cars
from calls.ids import CampaignId
from calls.numbers import NumberKind
from dialer.campaign import Campaign
from dialer.due import NOT_DUE, day_at_home
from dialer.eligibility import Rule
from dialer.list_order import WAIT_LIMIT, list_rank

# A million rows on a busy machine.
_LIMIT_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class NewConsent:
    """The proof that a person agreed to be called: when, how it came to us, and to which words."""

    given_at: datetime
    source: str
    wording: str


@dataclass(slots=True)  # a list has a million, and frozen ones take four times as long to make
class NewContact:
    """A contact to put on a list; `dialer.list_order` says how the list is called.

    `plate` and `due_on` are of the first car, `further_cars` has the others; the earliest date counts. A contact that is
    `not_due` is closed until it is.
    """

    person_key: str
    name: str
    e164: str
    number_hash: str
    number_kind: NumberKind
    timezone: str
    plate: str | None = None
    due_on: date | None = None
    further_cars: tuple[tuple[str, date | None], ...] = ()
    not_due: bool = False
    priority: int = 5
    value_euros: float | None = None
    answer_probability: float | None = None
    consent: NewConsent | None = None


async def load_hash_key(database: Database, limit_seconds: float = LIMIT_SECONDS) -> bytes:
    """Return the key with which this installation hashes phone numbers."""
    async with database.reading(limit_seconds) as connection:
        return await read_hash_key(connection)


async def read_hash_key(connection: AsyncConnection) -> bytes:
    """Return that key, within a transaction."""
    key: bytes = (await connection.execute(select(tables.installation.c.hash_key))).scalar_one()
    return key


@dataclass(frozen=True, slots=True)
class Listed:
    """What is on a list: hashes of numbers, keys of persons, and plates."""

    numbers: set[str]
    persons: set[str]
    plates: set[str]


async def listed(database: Database, campaign_id: CampaignId) -> Listed:
    """Return what is on a campaign's list, closed contacts too."""
    contacts, customers = tables.contacts, tables.customers
    on_list = contacts.c.campaign_id == campaign_id
    numbers = select(contacts.c.number_hash).where(on_list)
    persons = select(customers.c.person_key).join(contacts).where(on_list)
    plates = select(contacts.c.plate).where(on_list, contacts.c.plate.is_not(None))
    further = select(further_cars.c.plate).join(contacts).where(on_list)
    async with database.reading(_LIMIT_SECONDS) as connection:
        found = [
            set((await connection.execute(each)).scalars()) for each in (numbers, persons, plates, further)
        ]
    return Listed(found[0], found[1], found[2] | found[3])


async def names_of(database: Database, dealer: str, person_keys: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Return the id and the name of those of these persons who are a dealer's customers, by their keys."""
    customers = tables.customers
    query = select(customers.c.person_key, customers.c.customer_id, customers.c.name).where(
        customers.c.dealer == dealer, among(customers.c.person_key, "keys")
    )
    async with database.reading(_LIMIT_SECONDS) as connection:
        rows = await connection.execute(query, {"keys": person_keys})
        return {row.person_key: (row.customer_id, row.name) for row in rows}


async def people_with(database: Database, numbers: Sequence[str]) -> set[tuple[int, str]]:
    """Return whoever is on any list with one of these numbers: a customer's id, and the hash of the number."""
    contacts = tables.contacts
    query = select(contacts.c.customer_id, contacts.c.number_hash).where(
        among(contacts.c.number_hash, "numbers")
    )
    async with database.reading(_LIMIT_SECONDS) as connection:
        rows = await connection.execute(query, {"numbers": numbers})
        return {(row.customer_id, row.number_hash) for row in rows}


async def add_contacts(
    database: Database,
    campaign: Campaign,
    contacts: Iterable[NewContact],
    recorded_by: str,
    now: datetime,
    progress: Callable[[int], None] = lambda _added: None,
) -> None:
    """Put contacts, their people and consents on a list, all or none; each number once. `progress` hears
    how many are ready to be added so far.

    Consents are for the campaign's kind of call; they also open contacts again, on any list for that kind, that were
    closed because the person had not consented. Raises AlreadyThere when a number is on the list by now.
    """
    cars: list[dict[str, Any]] = []

    def rows() -> Iterator[tuple[Any, ...]]:
        wait_until = now.date() + WAIT_LIMIT
        for row, contact in enumerate(contacts):
            if contact.further_cars:
                cars.extend(_further(campaign, contact))
            yield _row(row, contact, wait_until)

    async with database.writing_staged(_STAGED, rows(), progress, _LIMIT_SECONDS) as connection:
        (await connection.execute(_CAMPAIGN_KEPT, {"campaign": campaign.campaign_id})).scalar_one()
        await connection.execute(_people(database, campaign))
        count = (await connection.execute(_STAGED_ROWS)).scalar_one() or 0
        try:
            async with many_rows(connection, tables.contacts, count):
                await connection.execute(_listed(campaign))
        except IntegrityError as error:
            raise AlreadyThere(
                "a number is on the list by now", "import again: the report will name it"
            ) from error
        await carry_over(connection, campaign.campaign_id)
        if cars:
            await connection.execute(_FURTHER, cars)
        async with many_rows(connection, consent_tables.consents, count):
            consents = await connection.execute(_consented(campaign, recorded_by, now))
        if consents.rowcount:
            await reopen_consented(connection, campaign.dealer, campaign.kind, day_at_home(now))


async def reopen_consented(connection: AsyncConnection, dealer: str, purpose: str, today: date) -> None:
    """Open a dealer's contacts again that were closed for want of a consent to such calls, where there is one now.

    On a list with a due window only those are open afterwards that are due.
    """
    opened = await connection.execute(_REOPENED, {"in_dealer": dealer, "for_kind": purpose})
    await keep_due(connection, opened.scalars().all(), today)


def _row(row: int, contact: NewContact, wait_until: date) -> tuple[Any, ...]:
    """A contact as a row of `_STAGED`."""
    consent = contact.consent
    return (
        row,
        contact.person_key,
        contact.e164,
        contact.number_hash,
        contact.number_kind,
        contact.name,
        contact.timezone,
        contact.plate,
        contact.due_on,
        list_rank(
            contact.priority,
            _first_date(contact),
            value_euros=contact.value_euros,
            answer_probability=contact.answer_probability,
        ),
        None if contact.not_due else wait_until,
        NOT_DUE if contact.not_due else None,
        None if consent is None else consent.given_at,
        None if consent is None else consent.source,
        None if consent is None else consent.wording,
    )


def _first_date(contact: NewContact) -> date | None:
    if not contact.further_cars:
        return contact.due_on
    dates = (contact.due_on, *(due_on for _, due_on in contact.further_cars))
    return min((due_on for due_on in dates if due_on is not None), default=None)


def _further(campaign: Campaign, contact: NewContact) -> Iterator[dict[str, Any]]:
    for plate, due_on in contact.further_cars:
        yield {"campaign": campaign.campaign_id, "hash": contact.number_hash, "car": plate, "date": due_on}


# What a list is made of, in a table of the connection's own.
_STAGED = Table(
    "staged_contacts",
    MetaData(),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("person_key", Text, nullable=False),
    *(
        Column(name, tables.contacts.c[name].type)
        for name in (
            *("number", "number_hash", "number_kind", "display_name", "timezone"),
            *("plate", "due_on", "list_rank", "first_from", "closed_reason"),
        )
    ),
    Column("given_at", tables.UtcTime),
    *(Column(name, consent_tables.consents.c[name].type) for name in ("source", "wording")),
    prefixes=["TEMPORARY"],
)
# Nobody can take the campaign away until the list is stored.
_CAMPAIGN_KEPT = (
    select(tables.campaigns.c.campaign_id)
    .where(tables.campaigns.c.campaign_id == bindparam("campaign"))
    .with_for_update(read=True, key_share=True)
)
_STAGED_ROWS = select(func.max(_STAGED.c.row))


def _people(database: Database, campaign: Campaign) -> postgresql.Insert | sqlite.Insert:
    columns = ["dealer", "person_key", "name"]
    named = (
        select(literal(campaign.dealer, Text), _STAGED.c.person_key, func.max(_STAGED.c.display_name))
        .group_by(_STAGED.c.person_key)
        # Whose rows are added in this order too, so that they find their customers side by side.
        .order_by(func.min(_STAGED.c.row))
    )
    statement = database.insert(tables.customers).from_select(columns, named)
    return statement.on_conflict_do_update(
        index_elements=[tables.customers.c.dealer, tables.customers.c.person_key],
        set_={"name": statement.excluded.name},
    )


def _listed(campaign: Campaign) -> Insert:
    copied = [column.name for column in _STAGED.c if column.name in tables.contacts.c]
    return _about_customers(
        tables.contacts,
        campaign,
        {
            "campaign_id": literal(campaign.campaign_id, Text),
            "state": case((_STAGED.c.closed_reason.is_(None), literal("ready", String)), else_="closed"),
            **{name: _STAGED.c[name] for name in copied},
        },
    )


def _consented(campaign: Campaign, recorded_by: str, now: datetime) -> Insert:
    return _about_customers(
        consent_tables.consents,
        campaign,
        {
            "purpose": literal(campaign.kind, String),
            "at": _STAGED.c.given_at,
            "source": _STAGED.c.source,
            "wording": _STAGED.c.wording,
            "recorded_at": literal(now, tables.UtcTime()),
            "recorded_by": literal(recorded_by, Text),
        },
        _STAGED.c.given_at.is_not(None),
    )


def _about_customers(
    table: Table, campaign: Campaign, values: dict[str, ColumnElement[Any]], *conditions: ColumnElement[bool]
) -> Insert:
    """Insert a row for each staged row that meets the conditions, with its person's customer, in the file's order."""
    customers = tables.customers
    found = (
        select(customers.c.customer_id, *values.values())
        .join_from(_STAGED, customers, customers.c.person_key == _STAGED.c.person_key)
        .where(customers.c.dealer == campaign.dealer, *conditions)
        .order_by(_STAGED.c.row)
    )
    return insert(table).from_select(["customer_id", *values], found)


_FURTHER = insert(further_cars).from_select(
    ["contact_id", "plate", "due_on"],
    select(
        tables.contacts.c.contact_id,
        bindparam("car", type_=Text()),
        bindparam("date", type_=further_cars.c.due_on.type),
    ).where(
        tables.contacts.c.campaign_id == bindparam("campaign"),
        tables.contacts.c.number_hash == bindparam("hash"),
    ),
)
_REOPENED = (
    update(tables.contacts)
    .where(
        tables.contacts.c.state == literal_column("'closed'"),
        tables.contacts.c.closed_reason == Rule.NO_BASIS,
        tables.contacts.c.campaign_id.in_(
            select(tables.campaigns.c.campaign_id).where(
                tables.campaigns.c.dealer == bindparam("in_dealer"),
                tables.campaigns.c.kind == bindparam("for_kind"),
            )
        ),
        exists().where(
            consent_tables.consents.c.customer_id == tables.contacts.c.customer_id,
            consent_tables.consents.c.purpose == bindparam("for_kind"),
        ),
    )
    .values(state="ready", closed_reason=None)
    .returning(tables.contacts.c.contact_id)
)
