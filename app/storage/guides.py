"""The guide of a campaign: its own, or the one of its kind."""

import msgspec
from sqlalchemy import select

from app.storage.audit import AuditEntry, store_change
from app.storage.conversation_tables import guides
from app.storage.database import Database
from dialer.campaign import Campaign
from dialer.guide import Guide
from dialer.kinds import defaults_of


async def guide_of(database: Database, campaign: Campaign) -> Guide:
    """Return what the campaign's agents have on screen."""
    query = select(guides.c.guide).where(guides.c.campaign_id == campaign.campaign_id)
    async with database.reading() as connection:
        stored = (await connection.execute(query)).scalar_one_or_none()
    return defaults_of(campaign.kind).guide if stored is None else msgspec.json.decode(stored, type=Guide)


async def save_guide(database: Database, campaign: Campaign, guide: Guide, entry: AuditEntry) -> None:
    """Store a guide of the campaign's own, with its entry in the audit log."""
    row = {"campaign_id": campaign.campaign_id, "guide": msgspec.json.encode(guide).decode()}
    statement = database.insert(guides).values(row)
    async with database.writing() as connection:
        await connection.execute(
            statement.on_conflict_do_update(
                index_elements=[guides.c.campaign_id], set_={"guide": row["guide"]}
            )
        )
        await store_change(connection, entry)
