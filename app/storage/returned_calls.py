"""Whose campaign's call a caller returns: the latest attempt to that number under the number that was dialled now."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database import Database
from app.storage.tables import attempts, campaigns
from calls.ids import CampaignId, ContactId
from calls.words import Department
from dialer.campaign import CampaignKind


@dataclass(frozen=True, slots=True)
class ReturnedCall:
    """The campaign that rang last, its contact there, and where its calls are answered (None: as its kind says)."""

    campaign_id: CampaignId
    contact_id: ContactId
    kind: CampaignKind
    department: Department | None


async def returned_call(
    database: Database, hashed: str, shown_number: str, since: datetime, limit_seconds: float
) -> ReturnedCall | None:
    """Return the last attempt to the number with this hash from `since` on that showed this number, None when there was none.

    Raises StoreUnavailable also when the answer is not there within the limit.
    """
    query = (
        select(
            attempts.c.campaign_id,
            attempts.c.contact_id,
            campaigns.c.kind,
            campaigns.c.return_department,
        )
        .join_from(attempts, campaigns)
        .where(
            attempts.c.number_hash == hashed,
            attempts.c.committed_at >= since,
            campaigns.c.shown_number == shown_number,
        )
        .order_by(attempts.c.committed_at.desc())
        .limit(1)
    )

    async def work(connection: AsyncConnection) -> Row[Any, Any, Any, Any] | None:
        return (await connection.execute(query)).one_or_none()

    row = await database.read_at_once(work, limit_seconds)
    if row is None:
        return None
    return ReturnedCall(
        CampaignId(row.campaign_id),
        ContactId(row.contact_id),
        CampaignKind(row.kind),
        None if row.return_department is None else Department(row.return_department),
    )
