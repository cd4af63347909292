"""What people said no to. Objections: at once, for ever, for the person and for the number (as a hash). Refusals: for a while."""

from datetime import datetime

from sqlalchemy import String, exists, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.audit import AuditEntry, store_change
from app.storage.contact_list import read_hash_key
from app.storage.database import Database
from app.storage.tables import UtcTime, campaigns, contacts, objections, refusals
from calls.ids import AgentId, CallId, ContactId
from customers.person import number_hash


async def record_objection(
    database: Database, call_id: CallId, e164: str, agent_id: AgentId | None, at: datetime
) -> None:
    """Store that nobody at this number wants to be called, for ever: any attempt committed later is refused.

    A second time in the same call is harmless.
    """
    async with database.writing() as connection:
        said = select(
            literal(number_hash(await read_hash_key(connection), e164), String),
            literal(at, UtcTime()),
            literal(call_id, String),
            literal(agent_id, String),
        ).where(~exists().where(objections.c.call_id == call_id))
        columns = ["number_hash", "at", "call_id", "agent_id"]
        await connection.execute(insert(objections).from_select(columns, said))


async def record_objection_by_hand(database: Database, e164: str, at: datetime, entry: AuditEntry) -> None:
    """Store the same for a number whose objection came otherwise than in a call, such as by letter, and who entered it."""
    async with database.writing() as connection:
        hashed = number_hash(await read_hash_key(connection), e164)
        await connection.execute(insert(objections).values(number_hash=hashed, at=at))
        await store_change(connection, entry)


async def store_objection(
    connection: AsyncConnection,
    call_id: CallId,
    contact_id: ContactId,
    agent_id: AgentId | None,
    at: datetime,
) -> None:
    """Store what the person of this contact asked for in this call, and close the contact. A second time is harmless."""
    said = select(
        contacts.c.number_hash,
        contacts.c.customer_id,
        literal(at, UtcTime()),
        literal(call_id, String),
        literal(agent_id, String),
    ).where(contacts.c.contact_id == contact_id, ~exists().where(objections.c.call_id == call_id))
    columns = ["number_hash", "customer_id", "at", "call_id", "agent_id"]
    await connection.execute(insert(objections).from_select(columns, said))
    closed = update(contacts).where(contacts.c.contact_id == contact_id)
    await connection.execute(closed.values(state="closed", closed_reason="objection"))


async def store_refusal(
    connection: AsyncConnection, call_id: CallId, contact_id: ContactId, at: datetime
) -> None:
    """Store that the person of this contact does not want the dealer's calls for now."""
    said = (
        select(
            campaigns.c.dealer,
            contacts.c.number_hash,
            contacts.c.customer_id,
            literal(at, UtcTime()),
            literal(call_id, String),
        )
        .join_from(contacts, campaigns)
        .where(contacts.c.contact_id == contact_id)
    )
    columns = ["dealer", "number_hash", "customer_id", "at", "call_id"]
    await connection.execute(insert(refusals).from_select(columns, said))
