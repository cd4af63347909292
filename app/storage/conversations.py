"""What an agent needs to know of the person on the line: who it is, and what was said before."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Select,
    String,
    Table,
    bindparam,
    case,
    func,
    literal,
    select,
    union,
)

from app.storage import tables
from app.storage.contact_cards import CarCard, cars_of
from app.storage.conversation_tables import dispositions
from app.storage.database import Database
from app.storage.histories import history_of
from calls.ids import AgentId, CallId, CampaignId, ContactId
from calls.words import AttemptOutcome, InboundOutcome
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
    """An earlier call with this person, in any campaign, with the last disposition where there was one.

    An attempt, or, when `returned`, one in which the person rang back. `agent_id` is who spoke with them.
    """

    at: datetime
    campaign_id: CampaignId
    returned: bool
    outcome: AttemptOutcome | InboundOutcome | None
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
    """Return the last calls with the contact's person, newest first, without this one: attempts, and calls that returned one."""
    async with database.reading() as connection:
        asked = {"contact": contact_id, "besides": besides}
        rows = [row for query in (_ATTEMPTS, _RETURNED) for row in await connection.execute(query, asked)]
    rows.sort(key=lambda row: row.at, reverse=True)
    return [
        EarlierCall(
            row.at,
            CampaignId(row.campaign_id),
            row.returned,
            None
            if row.outcome is None
            else (InboundOutcome if row.returned else AttemptOutcome)(row.outcome),
            row.agent_id,
            row.word,
            row.note,
        )
        for row in rows[:_SHOWN]
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


async def read_history(
    database: Database, contact_id: ContactId, besides: CallId | None = None
) -> ContactHistory:
    """Return all that the rules need to know of a contact, as it is now, without what was said in the call `besides`."""
    async with database.reading() as connection:
        return await history_of(connection, contact_id, besides)


def _with_last_word(
    calls: Table, at: Column[datetime], agent: ColumnElement[str | None], returned: bool
) -> Select[Any]:
    """The calls of a table, newest first, each with the disposition that counts."""
    last = (
        select(func.max(dispositions.c.disposition_id))
        .where(dispositions.c.call_id == calls.c.call_id)
        .correlate(calls)
        .scalar_subquery()
    )
    return (
        select(
            at.label("at"),
            calls.c.campaign_id,
            literal(returned).label("returned"),
            calls.c.outcome,
            agent.label("agent_id"),
            dispositions.c.word,
            dispositions.c.note,
        )
        .outerjoin(dispositions, dispositions.c.disposition_id == last)
        .where(calls.c.call_id.is_distinct_from(bindparam("besides", type_=String)))
        .order_by(at.desc())
        .limit(_SHOWN)
    )


_PERSON = (
    select(tables.contacts.c.customer_id)
    .where(tables.contacts.c.contact_id == bindparam("contact", type_=BigInteger))
    .scalar_subquery()
)
_ATTEMPTS = _with_last_word(
    tables.attempts, tables.attempts.c.committed_at, tables.attempts.c.agent_id, returned=False
).where(tables.attempts.c.customer_id == _PERSON)
# Only who was rung can return a call: the person's contacts are found among the attempts, which know the person.
_RETURNED = _with_last_word(
    tables.calls,
    tables.calls.c.arrived_at,
    case((tables.calls.c.connected_at.is_not(None), tables.calls.c.agent_id)),
    returned=True,
).where(
    tables.calls.c.contact_id.in_(
        union(
            select(tables.attempts.c.contact_id).where(tables.attempts.c.customer_id == _PERSON),
            select(bindparam("contact", type_=BigInteger)),
        )
    )
)
