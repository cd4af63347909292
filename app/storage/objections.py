"""What people said no to. Objections: at once, for ever, for the number (as a hash) and its people. Refusals: for a while."""

from datetime import datetime

from sqlalchemy import String, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.audit import AuditEntry, store_change
from app.storage.consent_tables import refusals
from app.storage.contact_list import read_hash_key
from app.storage.database import Database
from app.storage.people_at_number import store_for_everybody
from app.storage.tables import UtcTime, campaigns, contacts
from calls.ids import AgentId, CallId, ContactId
from customers.person import number_hash


async def record_objection(
    database: Database, call_id: CallId, e164: str, agent_id: AgentId | None, at: datetime
) -> None:
    """Store that nobody at this number wants to be called, for ever: any attempt committed later is refused, also one to
    another number of somebody who is known with this one. A second time in the same call is harmless.
    """
    async with database.writing() as connection:
        hashed = number_hash(await read_hash_key(connection), e164)
        await store_for_everybody(connection, hashed, at, call_id=call_id, agent_id=agent_id)


async def record_objection_by_hand(database: Database, e164: str, at: datetime, entry: AuditEntry) -> None:
    """Store the same for a number whose objection came otherwise than in a call, such as by letter, and who entered it."""
    async with database.writing() as connection:
        hashed = number_hash(await read_hash_key(connection), e164)
        await store_for_everybody(connection, hashed, at)
        await store_change(connection, entry)


async def store_objection(
    connection: AsyncConnection,
    call_id: CallId,
    contact_id: ContactId,
    agent_id: AgentId | None,
    at: datetime,
) -> None:
    """Store what the person of this contact asked for in this call, and close the contact. A second time is harmless."""
    who = select(contacts.c.number_hash, contacts.c.customer_id).where(contacts.c.contact_id == contact_id)
    row = (await connection.execute(who)).one()
    await store_for_everybody(
        connection, row.number_hash, at, call_id=call_id, agent_id=agent_id, said_by=row.customer_id
    )
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
