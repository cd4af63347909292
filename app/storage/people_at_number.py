"""An objection is of a number and of everybody who is known with it: any number of theirs is called no more."""

from datetime import datetime

from sqlalchemy import String, bindparam, exists, func, insert, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.consent_tables import objections
from app.storage.conversation_tables import wrong_numbers
from app.storage.tables import UtcTime, contacts
from calls.ids import AgentId, CallId, CampaignId

_earlier = objections.alias()
# Not meant is who was said not to have this number.
_KNOWN_WITH_NUMBER = ~exists().where(
    wrong_numbers.c.customer_id == contacts.c.customer_id,
    wrong_numbers.c.number_hash == contacts.c.number_hash,
)
_HAS_OBJECTED = exists().where(
    _earlier.c.customer_id == contacts.c.customer_id, _earlier.c.number_hash == contacts.c.number_hash
)


async def store_for_everybody(
    connection: AsyncConnection,
    number_hash: str,
    at: datetime,
    *,
    call_id: CallId | None = None,
    agent_id: AgentId | None = None,
    said_by: int | None = None,
) -> None:
    """Store an objection: for the number, with the person who said it where that is known, and for every person who is on
    any list with that number. A second time in the same call is harmless.
    """
    if call_id is not None:
        stored = select(exists().where(objections.c.call_id == call_id))
        if (await connection.execute(stored)).scalar_one():
            return
    said = {"at": at, "call_id": call_id, "agent_id": agent_id}
    await connection.execute(insert(objections).values(number_hash=number_hash, customer_id=said_by, **said))
    people = (
        select(
            contacts.c.number_hash,
            contacts.c.customer_id,
            literal(at, UtcTime()),
            literal(call_id, String),
            literal(agent_id, String),
        )
        .where(contacts.c.number_hash == number_hash, _KNOWN_WITH_NUMBER, ~_HAS_OBJECTED)
        .distinct()
    )
    await connection.execute(insert(objections).from_select(["number_hash", "customer_id", *said], people))


async def carry_over(connection: AsyncConnection, campaign_id: CampaignId) -> None:
    """Whoever has come onto this list with a number that was objected to has objected too, with all their numbers."""
    await connection.execute(_CARRIED, {"campaign": campaign_id})


_CARRIED = insert(objections).from_select(
    ["number_hash", "customer_id", "at"],
    select(contacts.c.number_hash, contacts.c.customer_id, func.min(objections.c.at))
    .join_from(contacts, objections, objections.c.number_hash == contacts.c.number_hash)
    .where(
        contacts.c.campaign_id == bindparam("campaign"),
        # Said twice, so that SQLite looks for the few numbers on the list, and not for the whole list among them.
        contacts.c.number_hash.in_(select(objections.c.number_hash)),
        _KNOWN_WITH_NUMBER,
        ~_HAS_OBJECTED,
    )
    .group_by(contacts.c.number_hash, contacts.c.customer_id),
)
