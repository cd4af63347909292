"""The ledger of consents on the database, which itself refuses to change or remove an entry."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, exists, func, insert, literal_column, select

from app.storage import tables
from app.storage.consent_tables import consents, objections
from app.storage.contact_list import read_hash_key, reopen_consented
from app.storage.database import Database
from calls.ids import CampaignId, DealerId
from customers.consent import ConsentAction, ConsentEntry
from customers.person import number_hash
from dialer.campaign import LegalBasis
from dialer.due import day_at_home


@dataclass(frozen=True, slots=True)
class Person:
    """A dealer's customer."""

    person: int
    dealer: DealerId
    name: str


async def record_entry(database: Database, entry: ConsentEntry) -> None:
    """Add an entry; whoever was left out of a list for want of this consent is on it again when this returns, if due."""
    row = {name: getattr(entry, name) for name in ConsentEntry.__slots__ if name != "person"}
    async with database.writing() as connection:
        await connection.execute(insert(consents).values(customer_id=entry.person, **row))
        if entry.action is ConsentAction.GIVEN:
            dealer = select(tables.customers.c.dealer).where(tables.customers.c.customer_id == entry.person)
            whose = (await connection.execute(dealer)).scalar_one()
            await reopen_consented(connection, whose, entry.purpose, day_at_home(entry.recorded_at))


async def entries_of(database: Database, person: int) -> list[ConsentEntry]:
    """Return a person's entries, oldest first."""
    query = (
        select(consents)
        .where(consents.c.customer_id == person)
        .order_by(consents.c.at, consents.c.consent_id)
    )
    async with database.reading() as connection:
        return [_entry(row) for row in await connection.execute(query)]


async def withdrawals_beside(database: Database, person: Person) -> list[list[ConsentEntry]]:
    """Return, for each number with which a person is on a list, what was withdrawn by others whom the dealer knows with it."""
    mine, theirs, whose = tables.contacts.alias(), tables.contacts.alias(), tables.customers
    numbers = select(mine.c.number_hash).where(mine.c.customer_id == person.person).distinct()
    query = (
        select(theirs.c.number_hash, consents)
        .join(whose, whose.c.customer_id == theirs.c.customer_id)
        .join(consents, consents.c.customer_id == theirs.c.customer_id)
        .where(
            theirs.c.number_hash.in_(numbers),
            theirs.c.customer_id != person.person,
            whose.c.dealer == person.dealer,
            consents.c.action == ConsentAction.WITHDRAWN,
        )
        .distinct()
    )
    async with database.reading() as connection:
        found: dict[str, list[ConsentEntry]] = {
            each: [] for each in (await connection.execute(numbers)).scalars()
        }
        for row in await connection.execute(query):
            found.setdefault(row.number_hash, []).append(_entry(row))
    return list(found.values())


async def objected_since(database: Database, person: Person) -> datetime | None:
    """Return since when an objection of a person holds; one at a number of theirs is theirs too."""
    query = select(func.min(objections.c.at)).where(objections.c.customer_id == person.person)
    async with database.reading() as connection:
        since: datetime | None = (await connection.execute(query)).scalar_one()
    return since


async def campaigns_without_consent(
    database: Database, person: Person
) -> Sequence[tuple[CampaignId, LegalBasis]]:
    """Return the campaigns that may call a person on another ground than their consent."""
    campaigns, contacts = tables.campaigns, tables.contacts
    waits = exists().where(
        contacts.c.campaign_id == campaigns.c.campaign_id,
        contacts.c.customer_id == person.person,
        contacts.c.state != literal_column("'closed'"),
    )
    query = (
        select(campaigns.c.campaign_id, campaigns.c.basis)
        .where(waits, campaigns.c.dealer == person.dealer, campaigns.c.basis != LegalBasis.CONSENT)
        .order_by(campaigns.c.campaign_id)
    )
    async with database.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [(CampaignId(row.campaign_id), LegalBasis(row.basis)) for row in rows]


async def person_with_id(database: Database, person: int) -> Person | None:
    """Return a customer, None when there is none."""
    customers = tables.customers
    query = select(customers).where(customers.c.customer_id == person)
    async with database.reading() as connection:
        row = (await connection.execute(query)).one_or_none()
    return None if row is None else _person(row)


async def people_at(database: Database, dealer: DealerId, e164: str) -> Sequence[Person]:
    """Return the dealer's customers who are on any list with this number."""
    customers, contacts = tables.customers, tables.contacts
    async with database.reading() as connection:
        hashed = number_hash(await read_hash_key(connection), e164)
        query = (
            select(customers)
            .where(
                customers.c.dealer == dealer,
                customers.c.customer_id.in_(
                    select(contacts.c.customer_id).where(contacts.c.number_hash == hashed)
                ),
            )
            .order_by(customers.c.customer_id)
        )
        return [_person(row) for row in await connection.execute(query)]


def _person(row: Row[Any]) -> Person:
    return Person(row.customer_id, DealerId(row.dealer), row.name)


def _entry(row: Row[Any]) -> ConsentEntry:
    return ConsentEntry(
        person=row.customer_id,
        purpose=row.purpose,
        action=ConsentAction(row.action),
        basis=row.basis,
        at=row.at,
        source=row.source,
        wording=row.wording,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
    )
