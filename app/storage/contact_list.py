"""A campaign's list: what is on it, and adding to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import tables
from app.storage.database import Database
from app.storage.errors import AlreadyThere
from calls.ids import CampaignId
from calls.numbers import NumberKind
from dialer.campaign import Campaign, CampaignKind

_CHUNK = 1000
_LIMIT_SECONDS = 120.0
_LAST_DAY = 99_991_231


@dataclass(frozen=True, slots=True)
class NewConsent:
    """The proof that a person agreed to be called: when, how it came to us, and to which words."""

    given_at: datetime
    source: str
    wording: str


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact to put on a list. The list is called by `priority` (1 first), then `due_on`, then as added."""

    person_key: str
    name: str
    e164: str
    number_hash: str
    number_kind: NumberKind
    timezone: str
    plate: str | None = None
    due_on: date | None = None
    priority: int = 5
    consent: NewConsent | None = None


async def load_hash_key(database: Database) -> bytes:
    """Return the key with which this installation hashes phone numbers."""
    async with database.reading() as connection:
        key: bytes = (await connection.execute(select(tables.installation.c.hash_key))).scalar_one()
    return key


async def listed_numbers(database: Database, campaign_id: CampaignId) -> set[str]:
    """Return the hashes of the numbers on a campaign's list."""
    query = select(tables.contacts.c.number_hash).where(tables.contacts.c.campaign_id == campaign_id)
    async with database.reading(_LIMIT_SECONDS) as connection:
        return set((await connection.execute(query)).scalars())


async def add_contacts(
    database: Database,
    campaign: Campaign,
    contacts: Sequence[NewContact],
    recorded_by: str,
    now: datetime,
    progress: Callable[[int], None] = lambda _added: None,
) -> None:
    """Put contacts, their people and consents on a list, all or none. `progress` hears how many were added so far.

    Consents are for the campaign's kind of call. Raises AlreadyThere when a number is on the list by now.
    """
    async with database.writing(_LIMIT_SECONDS) as connection:
        for start in range(0, len(contacts), _CHUNK):
            chunk = contacts[start : start + _CHUNK]
            people = await _people(database, connection, campaign, chunk)
            await _add_to_list(connection, campaign, chunk, people)
            await _add_consents(connection, campaign.kind, chunk, people, recorded_by, now)
            progress(start + len(chunk))


async def _people(
    database: Database, connection: AsyncConnection, campaign: Campaign, chunk: Sequence[NewContact]
) -> dict[str, int]:
    names = {contact.person_key: contact.name for contact in chunk}
    statement = database.insert(tables.customers)
    statement = statement.on_conflict_do_update(
        index_elements=[tables.customers.c.dealer, tables.customers.c.person_key],
        set_={"name": statement.excluded.name},
    )
    rows = [{"dealer": campaign.dealer, "person_key": key, "name": name} for key, name in names.items()]
    columns = (tables.customers.c.person_key, tables.customers.c.customer_id)
    stored = await connection.execute(statement.returning(*columns), rows)
    return {row.person_key: row.customer_id for row in stored}


async def _add_to_list(
    connection: AsyncConnection,
    campaign: Campaign,
    chunk: Sequence[NewContact],
    people: dict[str, int],
) -> None:
    rows = [
        {
            "campaign_id": campaign.campaign_id,
            "customer_id": people[contact.person_key],
            "number": contact.e164,
            "number_hash": contact.number_hash,
            "number_kind": contact.number_kind,
            "display_name": contact.name,
            "timezone": contact.timezone,
            "plate": contact.plate,
            "due_on": contact.due_on,
            "list_rank": _rank(contact),
            "state": "ready",
        }
        for contact in chunk
    ]
    try:
        await connection.execute(insert(tables.contacts), rows)
    except IntegrityError as error:
        raise AlreadyThere(
            "a number is on the list by now", "import again: the report will name it"
        ) from error


async def _add_consents(
    connection: AsyncConnection,
    purpose: CampaignKind,
    chunk: Sequence[NewContact],
    people: dict[str, int],
    recorded_by: str,
    now: datetime,
) -> None:
    rows = [
        {
            "customer_id": people[contact.person_key],
            "purpose": purpose,
            "given_at": contact.consent.given_at,
            "source": contact.consent.source,
            "wording": contact.consent.wording,
            "recorded_at": now,
            "recorded_by": recorded_by,
        }
        for contact in chunk
        if contact.consent is not None
    ]
    if rows:
        await connection.execute(insert(tables.consents), rows)


def _rank(contact: NewContact) -> int:
    due = contact.due_on
    day = _LAST_DAY if due is None else due.year * 10_000 + due.month * 100 + due.day
    return contact.priority * 100_000_000 + day
