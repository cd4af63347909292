"""Calls and attempts without an end: what a controller must take over, or end, after a restart."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from app.storage import tables
from app.storage.database import Database
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, LegId, NodeId
from calls.numbers import PhoneNumber
from calls.words import Department


@dataclass(frozen=True, slots=True)
class OpenCall:
    """An inbound call that has not ended, as far as the journal knows. A step not reached yet is None."""

    call_id: CallId
    dealer: DealerId
    ddi: str
    cli: str | None
    customer_leg: LegId
    arrived_at: datetime
    department: Department | None
    queued_at: datetime | None
    priority: int | None
    agent_id: AgentId | None
    agent_leg: LegId | None
    connected_at: datetime | None
    wait_seconds: float | None
    voicemail_seconds: float | None
    campaign_id: CampaignId | None = None
    contact_id: ContactId | None = None


@dataclass(frozen=True, slots=True)
class OpenAttempt:
    """An attempt that has not ended, as far as the journal knows. A step not reached yet is None."""

    call_id: CallId
    leg_id: LegId
    campaign_id: CampaignId
    dealer: DealerId
    contact_id: ContactId
    number: PhoneNumber
    display_name: str
    committed_at: datetime
    answered_at: datetime | None
    ring_seconds: float | None
    connected_at: datetime | None
    abandoned_at: datetime | None
    message_at: datetime | None
    agent_id: AgentId | None
    language: str | None = None
    called_off_at: datetime | None = None


async def open_calls(database: Database, node: NodeId) -> list[OpenCall]:
    """Return a node's calls that have not ended, oldest first."""
    calls, voicemails = tables.calls, tables.voicemails
    columns = [calls.c[name] for name in OpenCall.__slots__ if name in calls.c]
    query = (
        select(*columns, voicemails.c.seconds.label("voicemail_seconds"))
        .outerjoin(voicemails, voicemails.c.call_id == calls.c.call_id)
        .where(calls.c.node == node, tables.CALL_OPEN)
        .order_by(calls.c.arrived_at)
    )
    async with database.reading() as connection:
        return [_call(row) for row in await connection.execute(query)]


async def open_attempts(database: Database, node: NodeId) -> list[OpenAttempt]:
    """Return a node's attempts that have not ended, oldest first."""
    attempts, contacts = tables.attempts, tables.contacts
    query = (
        select(
            attempts,
            tables.campaigns.c.dealer,
            contacts.c.number,
            contacts.c.display_name,
            contacts.c.language,
        )
        .join(contacts, contacts.c.contact_id == attempts.c.contact_id)
        .join(tables.campaigns, tables.campaigns.c.campaign_id == attempts.c.campaign_id)
        .where(attempts.c.node == node, tables.ATTEMPT_OPEN)
        .order_by(attempts.c.committed_at)
    )
    async with database.reading() as connection:
        return [_attempt(row) for row in await connection.execute(query)]


def _call(row: Row[*tuple[Any, ...]]) -> OpenCall:
    values = row._asdict()
    if row.department is not None:
        values["department"] = Department(row.department)
    return OpenCall(**values)


def _attempt(row: Row[Any]) -> OpenAttempt:
    values = {name: getattr(row, name) for name in OpenAttempt.__slots__}
    return OpenAttempt(**{**values, "number": PhoneNumber(row.number)})
