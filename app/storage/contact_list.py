"""A campaign's list: what is on it, and adding to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, exists, insert, literal_column, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import tables
from app.storage.database import Database
from app.storage.errors import AlreadyThere
from calls.ids import CampaignId
from calls.numbers import NumberKind
from dialer.campaign import Campaign
from dialer.eligibility import Rule

_CHUNK = 1000
_LIMIT_SECONDS = 120.0
_LAST_DAY = 99_991_231
_Row = dict[str, Any]


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
        return await read_hash_key(connection)


async def read_hash_key(connection: AsyncConnection) -> bytes:
    """Return that key, within a transaction."""
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

    Consents are for the campaign's kind of call; they also open contacts again, on any list for that kind, that were
    closed because the person had not consented. Raises AlreadyThere when a number is on the list by now.
    """
    # Everything is made ready before the transaction: on SQLite nobody else can write while it is open.
    chunks = [
        _Chunk(campaign, contacts[start : start + _CHUNK], recorded_by, now)
        for start in range(0, len(contacts), _CHUNK)
    ]
    people = database.insert(tables.customers)
    people = people.on_conflict_do_update(
        index_elements=[tables.customers.c.dealer, tables.customers.c.person_key],
        set_={"name": people.excluded.name},
    )
    added = 0
    async with database.writing(_LIMIT_SECONDS) as connection:
        for chunk in chunks:
            await connection.execute(people, chunk.people)
            try:
                await connection.execute(_LISTED, chunk.listed)
            except IntegrityError as error:
                raise AlreadyThere(
                    "a number is on the list by now", "import again: the report will name it"
                ) from error
            if chunk.consents:
                await connection.execute(_CONSENTED, chunk.consents)
            added += len(chunk.listed)
            progress(added)
        if any(chunk.consents for chunk in chunks):
            await connection.execute(_REOPENED, {"in_dealer": campaign.dealer, "for_kind": campaign.kind})


class _Chunk:
    """Rows for some of the contacts; `in_dealer` and `person` find the customer that a row is about."""

    def __init__(
        self, campaign: Campaign, contacts: Sequence[NewContact], recorded_by: str, now: datetime
    ) -> None:
        dealer = campaign.dealer
        names = {contact.person_key: contact.name for contact in contacts}
        self.people: list[_Row] = [
            {"dealer": dealer, "person_key": key, "name": name} for key, name in names.items()
        ]
        self.listed: list[_Row] = [
            {
                "in_dealer": dealer,
                "person": contact.person_key,
                "campaign_id": campaign.campaign_id,
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
            for contact in contacts
        ]
        self.consents: list[_Row] = [
            {
                "in_dealer": dealer,
                "person": contact.person_key,
                "purpose": campaign.kind,
                "given_at": contact.consent.given_at,
                "source": contact.consent.source,
                "wording": contact.consent.wording,
                "recorded_at": now,
                "recorded_by": recorded_by,
            }
            for contact in contacts
            if contact.consent is not None
        ]


def _rank(contact: NewContact) -> int:
    due = contact.due_on
    day = _LAST_DAY if due is None else due.year * 10_000 + due.month * 100 + due.day
    return contact.priority * 100_000_000 + day


_CUSTOMER = (
    select(tables.customers.c.customer_id)
    .where(
        tables.customers.c.dealer == bindparam("in_dealer"),
        tables.customers.c.person_key == bindparam("person"),
    )
    .scalar_subquery()
)
_LISTED = insert(tables.contacts).values(customer_id=_CUSTOMER)
_CONSENTED = insert(tables.consents).values(customer_id=_CUSTOMER)
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
            tables.consents.c.customer_id == tables.contacts.c.customer_id,
            tables.consents.c.purpose == bindparam("for_kind"),
        ),
    )
    .values(state="ready", closed_reason=None)
)
