"""What an agent's disposition of an outbound call does to the contact."""

from typing import Any

from sqlalchemy import case, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.objections import store_objection, store_refusal
from app.storage.tables import attempts, contacts
from calls.facts import DispositionRecorded
from calls.ids import ContactId
from dialer.dispositions import follow_up


async def carry_out(connection: AsyncConnection, fact: DispositionRecorded) -> None:
    """Do what the disposition says; nothing for a word without a follow-up, or for a call that was no attempt."""
    rule = follow_up(fact.disposition)
    if rule is None:
        return
    attempt = select(attempts.c.contact_id).where(attempts.c.call_id == fact.call_id)
    found = (await connection.execute(attempt)).scalar_one_or_none()
    if found is None:
        return
    contact_id = ContactId(found)
    changes: dict[str, Any] = {}
    if rule.closes:
        changes |= {"state": "closed", "closed_reason": fact.disposition}
    elif rule.not_before_after is not None:
        # A contact still in the air is released later, and rests then.
        rests = case((contacts.c.state == literal_column("'ready'"), "resting"), else_=contacts.c.state)
        changes |= {"state": rests, "not_before": fact.at + rule.not_before_after}
    if changes:
        await connection.execute(update(contacts).where(contacts.c.contact_id == contact_id).values(changes))
    if rule.refusal:
        await store_refusal(connection, fact.call_id, contact_id, fact.at)
    if rule.objection:
        await store_objection(connection, fact.call_id, contact_id, fact.agent_id, fact.at)
