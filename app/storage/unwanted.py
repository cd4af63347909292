"""Attempts that ring at people who do not want to be called any longer: they have objected, or taken their consent back."""

from sqlalchemy import and_, bindparam, exists, or_, select

from app.storage.consent_tables import objections
from app.storage.database import Database
from app.storage.histories import latest_consent
from app.storage.tables import ATTEMPT_OPEN, attempts, campaigns, contacts
from calls.ids import CallId, NodeId
from dialer.campaign import LegalBasis


async def unwanted_attempts(database: Database, node: NodeId) -> list[CallId]:
    """Return a node's open attempts, not answered as far as is stored, whose number or person an objection holds for, or whose
    campaign calls by consents and whose person has none in force any longer.
    """
    async with database.reading() as connection:
        return [CallId(each) for each in (await connection.execute(_UNWANTED, {"at_node": node})).scalars()]


_OBJECTED = exists().where(
    or_(
        objections.c.number_hash == attempts.c.number_hash,
        objections.c.customer_id == attempts.c.customer_id,
    )
)
_WITHDRAWN = and_(campaigns.c.basis == LegalBasis.CONSENT, latest_consent().is_(None))
_UNWANTED = (
    select(attempts.c.call_id)
    .join(contacts, contacts.c.contact_id == attempts.c.contact_id)
    .join(campaigns, campaigns.c.campaign_id == attempts.c.campaign_id)
    .where(
        attempts.c.node == bindparam("at_node"),
        ATTEMPT_OPEN,
        attempts.c.answered_at.is_(None),
        or_(_OBJECTED, _WITHDRAWN),
    )
)
