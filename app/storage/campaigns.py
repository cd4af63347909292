"""Campaigns and the agents attached to them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from app.storage import tables
from app.storage.audit import AuditEntry, store_change
from app.storage.database import Database
from app.storage.errors import AlreadyThere
from calls.ids import CampaignId, DealerId
from calls.words import Department, MachineDetection
from dialer.campaign import Campaign, CampaignKind, CampaignState, LegalBasis, PacingSettings, campaign_meant
from dialer.errors import UnknownCampaign


async def create_campaign(database: Database, campaign: Campaign, entry: AuditEntry | None = None) -> None:
    """Store a new campaign, with its `entry` in the audit log. Raises AlreadyThere when its id is taken."""
    row = {
        "campaign_id": campaign.campaign_id,
        "dealer": campaign.dealer,
        "name": campaign.name,
        "kind": campaign.kind,
        "basis": campaign.basis,
        "profile": campaign.profile,
        "shown_number": campaign.shown_number,
        "state": campaign.state,
        "ring_seconds": campaign.ring_seconds,
        "wrap_up_seconds": campaign.wrap_up_seconds,
        "max_attempts": campaign.max_attempts,
        "pacing": _pacing_text(campaign.pacing),
        "machine_detection": campaign.machine_detection,
        "drop_machines": campaign.drop_machines,
        "return_department": campaign.return_department,
    }
    async with database.writing() as connection:
        try:
            await connection.execute(insert(tables.campaigns).values(row))
        except IntegrityError as error:
            raise AlreadyThere(
                f"there is a campaign {campaign.campaign_id}", "choose another name"
            ) from error
        await store_change(connection, entry)


async def all_campaigns(database: Database) -> list[Campaign]:
    """Return every campaign, by id."""
    async with database.reading() as connection:
        rows = await connection.execute(select(tables.campaigns).order_by(tables.campaigns.c.campaign_id))
        return [_campaign(row) for row in rows]


async def get_campaign(database: Database, campaign_id: CampaignId) -> Campaign:
    """Return one campaign. Raises UnknownCampaign."""
    async with database.reading() as connection:
        query = select(tables.campaigns).where(tables.campaigns.c.campaign_id == campaign_id)
        row = (await connection.execute(query)).one_or_none()
    if row is None:
        raise UnknownCampaign(campaign_id)
    return _campaign(row)


async def find_campaign(database: Database, word: str) -> Campaign:
    """Return the campaign that is meant by its id or its name. Raises UnknownCampaign, AmbiguousCampaign."""
    known = {campaign.campaign_id: campaign for campaign in await all_campaigns(database)}
    return known[campaign_meant(word, {campaign_id: each.name for campaign_id, each in known.items()})]


@dataclass(frozen=True, slots=True)
class NumberShown:
    """A number that a dealer's campaigns showed, and when last."""

    dealer: DealerId
    shown_number: str
    last: datetime


async def numbers_shown(database: Database, since: datetime) -> list[NumberShown]:
    """Return the numbers that people saw from `since` on."""
    campaigns, attempts = tables.campaigns, tables.attempts
    last = func.max(attempts.c.committed_at)
    query = (
        select(campaigns.c.dealer, campaigns.c.shown_number, last.label("last"))
        .join_from(campaigns, attempts)
        .group_by(campaigns.c.dealer, campaigns.c.shown_number)
        .having(last >= since)
        .order_by(campaigns.c.dealer, campaigns.c.shown_number)
    )
    async with database.reading() as connection:
        return [
            NumberShown(DealerId(row.dealer), row.shown_number, row.last)
            for row in await connection.execute(query)
        ]


async def set_state(
    database: Database, campaign_id: CampaignId, state: CampaignState, entry: AuditEntry | None = None
) -> Campaign:
    """Store whether a campaign may dial: from here on nothing is committed for one that may not. Raises UnknownCampaign."""
    return await _set(database, campaign_id, "state", state, entry)


async def set_pacing(
    database: Database, campaign_id: CampaignId, pacing: PacingSettings, entry: AuditEntry | None = None
) -> Campaign:
    """Store new pacing settings and return the campaign as it is now. Raises UnknownCampaign."""
    return await _set(database, campaign_id, "pacing", _pacing_text(pacing), entry)


async def _set(
    database: Database, campaign_id: CampaignId, column: str, value: str, entry: AuditEntry | None
) -> Campaign:
    campaigns = tables.campaigns
    statement = (
        update(campaigns)
        .where(campaigns.c.campaign_id == campaign_id)
        .values({column: value})
        .returning(*campaigns.c)
    )
    async with database.writing() as connection:
        row = (await connection.execute(statement)).one_or_none()
        if row is None:
            raise UnknownCampaign(campaign_id)
        await store_change(connection, entry)
    return _campaign(row)


def _pacing_text(pacing: PacingSettings) -> str:
    return msgspec.json.encode(pacing).decode()


def _campaign(row: Row[Any]) -> Campaign:
    return Campaign(
        campaign_id=CampaignId(row.campaign_id),
        dealer=DealerId(row.dealer),
        name=row.name,
        kind=CampaignKind(row.kind),
        basis=LegalBasis(row.basis),
        profile=row.profile,
        shown_number=row.shown_number,
        state=CampaignState(row.state),
        ring_seconds=row.ring_seconds,
        wrap_up_seconds=row.wrap_up_seconds,
        max_attempts=row.max_attempts,
        pacing=msgspec.json.decode(row.pacing, type=PacingSettings),
        machine_detection=MachineDetection(row.machine_detection),
        drop_machines=row.drop_machines,
        return_department=None if row.return_department is None else Department(row.return_department),
    )
