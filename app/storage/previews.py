"""Contacts shown to agents before a call: taken from the list, dialled or given back, and kept over a restart."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, bindparam, delete, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import tables
from app.storage.commitments import Commitment
from app.storage.database import Database
from app.storage.epochs import check_epoch
from app.storage.preview_table import previews
from calls.ids import AgentId, CallId, CampaignId, ContactId, NodeId
from dialer.campaign import Campaign, CommittedAttempt, RefusedContact
from dialer.pacing import Reason
from dialer.previews import Preview, held_until
from dialer.profiles import Profiles


class SqlPreviewStore:
    """The previews of one controller. Every method raises StoreUnavailable, and StaleEpoch when another is in charge."""

    def __init__(self, database: Database, node: NodeId, epoch: int, profiles: Profiles) -> None:
        self._database = database
        self._node = node
        self._epoch = epoch
        self._profiles = profiles

    async def all(self) -> list[Preview]:
        """Return every preview that is stored, also when its time is over."""
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(previews).order_by(previews.c.shown_at))).all()
        return [_preview(row) for row in rows]

    async def show(
        self,
        campaign: Campaign,
        agent_id: AgentId,
        skipped: int,
        now: datetime,
        dates_first: Sequence[date] = (),
        languages: Collection[str] = (),
    ) -> tuple[Preview | None, list[RefusedContact]]:
        """Hold the next contact of a campaign that may be called now for an agent who speaks `languages`; also those that may not be.

        None: there is no such contact. An agent has one at a time.
        """
        until, dials_at = held_until(campaign.pacing, now)
        async with self._database.writing() as connection:
            commitment = await self._commitment(connection, campaign, now)
            found, refused = await commitment.first(dates_first, languages)
            if found is None:
                return None, refused
            preview = Preview(agent_id, campaign.campaign_id, found.contact_id, now, until, dials_at, skipped)
            values = {name: getattr(preview, name) for name in Preview.__slots__}
            await connection.execute(_FORGET_AGENT, {"agent": agent_id})
            await connection.execute(self._database.insert(previews).values(values))
        return preview, refused

    async def commit(
        self, campaign: Campaign, preview: Preview, call_id: CallId, now: datetime
    ) -> CommittedAttempt | RefusedContact:
        """Commit an attempt to the contact that is held, after asking the rules again; the preview is over either way."""
        async with self._database.writing() as connection:
            commitment = await self._commitment(connection, campaign, now)
            await connection.execute(_FORGET, {"contact": preview.contact_id})
            return await commitment.commit_one(preview.contact_id, call_id, Reason.PREVIEW)

    async def end(self, preview: Preview, rests_until: datetime | None = None) -> None:
        """Give the contact back to the list, at once or after a rest."""
        async with self._database.writing() as connection:
            await check_epoch(connection, self._node, self._epoch)
            await connection.execute(_FORGET, {"contact": preview.contact_id})
            if rests_until is not None:
                rest = {"contact": preview.contact_id, "rests_until": rests_until}
                await connection.execute(_REST, rest)

    async def _commitment(self, connection: AsyncConnection, campaign: Campaign, now: datetime) -> Commitment:
        await check_epoch(connection, self._node, self._epoch)
        profile = self._profiles.named(campaign.profile)
        return Commitment(self._database, connection, campaign, profile, self._node, self._epoch, now)


def _preview(row: Row[Any]) -> Preview:
    return Preview(
        AgentId(row.agent_id),
        CampaignId(row.campaign_id),
        ContactId(row.contact_id),
        row.shown_at,
        row.until,
        row.dials_at,
        row.skipped,
    )


_FORGET = delete(previews).where(previews.c.contact_id == bindparam("contact"))
_FORGET_AGENT = delete(previews).where(previews.c.agent_id == bindparam("agent"))
_REST = (
    update(tables.contacts)
    .where(
        tables.contacts.c.contact_id == bindparam("contact"),
        tables.contacts.c.state == literal_column("'ready'"),
    )
    .values(state="resting", not_before=bindparam("rests_until"))
)
