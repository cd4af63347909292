"""Ready-made rows for the storage tests. All people and numbers are made up."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from app.storage import tables
from app.storage.campaign_store import SqlCampaignStore
from app.storage.campaigns import create_campaign
from app.storage.contact_list import NewConsent, NewContact, add_contacts
from app.storage.database import Database
from app.storage.epochs import take_epoch
from calls.facts import AgentStateChanged
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId, NodeId, new_call_id
from calls.numbers import NumberKind
from calls.words import AgentState
from customers.person import number_hash, person_key
from dialer.campaign import (
    Campaign,
    CampaignKind,
    CampaignState,
    CommittedAttempt,
    LegalBasis,
    RefusedContact,
)
from dialer.profile_file import shipped_profiles

NODE = NodeId("n1")
NOW = datetime(2026, 6, 2, 9, 0, tzinfo=UTC)  # a Tuesday, 11:00 in Amsterdam
HASH_KEY = bytes(32)
CAMPAIGN = Campaign(
    campaign_id=CampaignId("apk-mei"),
    dealer=DealerId("demo"),
    name="APK mei",
    kind=CampaignKind.APK,
    basis=LegalBasis.EXISTING_CONTRACT,
    profile="nl-consumer",
    shown_number="+31401234567",
    state=CampaignState.RUNNING,
)
_entropy = random.Random(1)


def call_ids(count: int, node: NodeId = NODE) -> list[CallId]:
    return [new_call_id(node, int(NOW.timestamp() * 1000), _entropy) for _ in range(count)]


def contact(number: int, *, priority: int = 5, name: str = "", consent: bool = False) -> NewContact:
    e164 = f"+316{10_000_000 + number}"
    name = name or f"Mevrouw Proef {number}"
    return NewContact(
        person_key=person_key(name, e164, None),
        name=name,
        e164=e164,
        number_hash=number_hash(HASH_KEY, e164),
        number_kind=NumberKind.MOBILE,
        timezone="Europe/Amsterdam",
        priority=priority,
        consent=NewConsent(NOW - timedelta(days=9), "website", "Ja, bel mij") if consent else None,
    )


async def campaign_with(
    database: Database, contacts: Iterable[NewContact], campaign: Campaign = CAMPAIGN
) -> Campaign:
    await create_campaign(database, campaign)
    await add_contacts(database, campaign, list(contacts), "test.csv", NOW)
    return campaign


async def store_for(database: Database, node: NodeId = NODE) -> SqlCampaignStore:
    return SqlCampaignStore(database, node, await take_epoch(database, node), shipped_profiles())


async def contact_ids(database: Database, campaign: Campaign) -> list[ContactId]:
    contacts = tables.contacts
    query = select(contacts.c.contact_id).where(contacts.c.campaign_id == campaign.campaign_id)
    async with database.reading() as connection:
        return [
            ContactId(each)
            for each in (await connection.execute(query.order_by(contacts.c.contact_id))).scalars()
        ]


def wrap_up(
    call_id: CallId, campaign_id: CampaignId, began: datetime, seconds: float, after: CallId | None = None
) -> list[AgentStateChanged]:
    """Anna's wrap-up after a conversation, until she is free or, with `after`, is taken out of it for another call."""
    ended, free, taken = began + timedelta(seconds=seconds), AgentState.AVAILABLE, AgentState.RESERVED
    anna, wraps_up = AgentId("anna"), AgentState.WRAP_UP
    return [
        AgentStateChanged(began, anna, AgentState.ON_CALL, wraps_up, "hung_up", call_id, campaign_id),
        AgentStateChanged(ended, anna, wraps_up, free, "wrap_up_timer", call_id, campaign_id)
        if after is None
        else AgentStateChanged(ended, anna, wraps_up, taken, "wrap_up_left", after, campaign_id),
    ]


def committed(outcome: Iterable[CommittedAttempt | RefusedContact]) -> list[CommittedAttempt]:
    return [each for each in outcome if isinstance(each, CommittedAttempt)]


def refused(outcome: Iterable[CommittedAttempt | RefusedContact]) -> list[RefusedContact]:
    return [each for each in outcome if isinstance(each, RefusedContact)]


def other(campaign_id: str, campaign: Campaign = CAMPAIGN) -> Campaign:
    return replace(campaign, campaign_id=CampaignId(campaign_id))
