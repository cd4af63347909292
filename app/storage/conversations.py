"""What an agent needs to know of the person on the line: who it is, and what was said before."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from app.storage import tables
from app.storage.contact_cards import CarCard, cars_of
from app.storage.conversation_tables import dispositions
from app.storage.database import Database
from app.storage.histories import history_of
from calls.ids import AgentId, CallId, CampaignId, ContactId
from calls.words import AttemptOutcome
from dialer.campaign import ContactHistory

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ContactCard:
    """The person on the line. `e164` is the number that was dialled, `plate` the car that a disposition is about; one call
    is about all of `cars`.
    """

    name: str
    e164: str
    plate: str | None
    due_on: date | None
    language: str | None
    cars: tuple[CarCard, ...]


@dataclass(frozen=True, slots=True)
class EarlierCall:
    """An earlier attempt to this person, in any campaign, with the last disposition where there was one."""

    at: datetime
    campaign_id: CampaignId
    outcome: AttemptOutcome | None
    agent_id: AgentId | None
    disposition: str | None
    note: str | None


async def contact_card(database: Database, contact_id: ContactId) -> ContactCard:
    """Return the person of a contact."""
    contacts = tables.contacts
    query = select(
        contacts.c.display_name, contacts.c.number, contacts.c.plate, contacts.c.due_on, contacts.c.language
    ).where(contacts.c.contact_id == contact_id)
    async with database.reading() as connection:
        row = (await connection.execute(query)).one()
        cars = await cars_of(connection, contact_id)
    return ContactCard(row.display_name, row.number, row.plate, row.due_on, row.language, cars)


async def earlier_calls(
    database: Database, contact_id: ContactId, besides: CallId | None
) -> list[EarlierCall]:
    """Return the last attempts to the contact's person, newest first, without this call."""
    attempts = tables.attempts
    last = (
        select(func.max(dispositions.c.disposition_id))
        .where(dispositions.c.call_id == attempts.c.call_id)
        .correlate(attempts)
        .scalar_subquery()
    )
    person = select(tables.contacts.c.customer_id).where(tables.contacts.c.contact_id == contact_id)
    query = (
        select(attempts, dispositions.c.word, dispositions.c.note)
        .outerjoin(dispositions, dispositions.c.disposition_id == last)
        .where(
            attempts.c.customer_id == person.scalar_subquery(), attempts.c.call_id.is_distinct_from(besides)
        )
        .order_by(attempts.c.committed_at.desc())
        .limit(_SHOWN)
    )
    async with database.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [
        EarlierCall(
            row.committed_at,
            CampaignId(row.campaign_id),
            None if row.outcome is None else AttemptOutcome(row.outcome),
            row.agent_id,
            row.word,
            row.note,
        )
        for row in rows
    ]


async def last_word(database: Database, call_id: CallId) -> str | None:
    """Return the disposition that counts for a call so far, None when there is none."""
    query = (
        select(dispositions.c.word)
        .where(dispositions.c.call_id == call_id)
        .order_by(dispositions.c.disposition_id.desc())
        .limit(1)
    )
    async with database.reading() as connection:
        return (await connection.execute(query)).scalar_one_or_none()


async def read_history(database: Database, contact_id: ContactId) -> ContactHistory:
    """Return all that the rules need to know of a contact, as it is now."""
    async with database.reading() as connection:
        return await history_of(connection, contact_id)
