from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.returned_calls import ReturnedCalls
from app.storage import tables
from app.storage.campaigns import create_campaign
from app.storage.contact_list import add_contacts, load_hash_key
from app.storage.database import Database
from app.storage.journal import Journal
from app.storage.past_calls import past_call
from app.storage.takeover import open_calls
from calls.facts import AttemptEnded, CallArrived, CallerRecognised, DispositionRecorded
from calls.ids import AgentId, CallId, CampaignId, ContactId, LegId
from calls.words import AttemptOutcome, Department, HangupCause
from customers.person import number_hash
from dialer.campaign import Campaign
from ivr.recognition import Recognised
from tests.integration.storage.builders import (
    CAMPAIGN,
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    contact_ids,
    other,
    store_for,
)
from tests.unit.app.restart import DEALER

CLI = "+31610000001"
[RETURNED] = call_ids(1)
SHOWN = {CAMPAIGN.shown_number}
SERVED = replace(DEALER, queues=dict.fromkeys(Department, DEALER.queues[Department.SALES]))


def arrived(at: datetime, cli: str | None = CLI, ddi: str = CAMPAIGN.shown_number) -> CallArrived:
    return CallArrived(at, RETURNED, CAMPAIGN.dealer, ddi, cli, LegId("1770000000.1"), NODE)


async def dialled(database: Database, campaign: Campaign, at: datetime = NOW) -> ContactId:
    """The list's first contact is called for a campaign and does not answer."""
    store = await store_for(database)
    key = await load_hash_key(database)
    known = replace(contact(1), number_hash=number_hash(key, CLI))
    await create_campaign(database, campaign)
    await add_contacts(database, campaign, [known], "test.csv", NOW)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), at, "x"))
    over = AttemptEnded(
        at,
        attempt.call_id,
        campaign.campaign_id,
        campaign.dealer,
        attempt.contact_id,
        AttemptOutcome.UNANSWERED,
        HangupCause.NO_ANSWER,
        22.0,
        0.0,
    )
    await Journal(database, NODE, await _epoch(database)).write_facts([over])
    return attempt.contact_id


async def _epoch(database: Database) -> int:
    async with database.reading() as connection:
        epoch: int = (await connection.execute(select(tables.epochs.c.epoch))).scalar_one()
    return epoch


async def look_up(database: Database, call: CallArrived) -> Recognised | None:
    return await ReturnedCalls(database, lambda: SHOWN).look_up(SERVED, call)


@pytest.mark.parametrize("ddi", ["+31401234567", "0401234567", "31401234567"])
async def test_who_calls_the_shown_number_back_is_the_contact_of_the_last_campaign_that_rang(
    database: Database, ddi: str
) -> None:
    await dialled(database, CAMPAIGN)
    later = replace(other("apk-juni"), return_department=Department.SALES)
    last = await dialled(database, later, NOW + timedelta(days=1))

    found = await look_up(database, arrived(NOW + timedelta(days=2), ddi=ddi))

    assert found == Recognised(later.campaign_id, last, Department.SALES)


async def test_a_number_that_no_campaign_shows_is_not_looked_up(database: Database) -> None:
    await dialled(database, CAMPAIGN)

    assert await ReturnedCalls(database, lambda: set[str]()).look_up(SERVED, arrived(NOW)) is None


async def test_the_kind_says_who_serves_a_campaign_and_a_lost_queue_is_replaced_by_the_menus_default(
    database: Database,
) -> None:
    contact_id = await dialled(database, CAMPAIGN)

    usual = await look_up(database, arrived(NOW))
    without = await ReturnedCalls(database, lambda: SHOWN).look_up(DEALER, arrived(NOW))

    assert usual == Recognised(CAMPAIGN.campaign_id, contact_id, Department.WORKSHOP)
    assert without == Recognised(CAMPAIGN.campaign_id, contact_id, DEALER.entry.menu.default)


@pytest.mark.parametrize(
    "call",
    [
        arrived(NOW, cli="+31610000002"),
        arrived(NOW, cli=None),
        arrived(NOW, ddi="+31401234568"),
        arrived(NOW + timedelta(days=185)),
    ],
)
async def test_another_number_another_line_and_a_call_of_long_ago_are_not_recognised(
    database: Database, call: CallArrived
) -> None:
    await dialled(database, CAMPAIGN)

    assert await look_up(database, call) is None


async def test_a_number_shown_by_another_campaign_is_not_recognised_as_this_ones(database: Database) -> None:
    await dialled(database, replace(CAMPAIGN, shown_number="+31401234568"))

    assert await look_up(database, arrived(NOW)) is None


async def test_a_disposition_of_a_returned_call_does_what_it_does_for_a_campaigns_call(
    database: Database,
) -> None:
    campaign = await campaign_with(database, [contact(1)])
    [contact_id] = await contact_ids(database, campaign)
    store = await store_for(database)
    journal = Journal(database, NODE, 1)

    await journal.write_facts(
        [
            arrived(NOW),
            CallerRecognised(
                NOW, RETURNED, campaign.dealer, campaign.campaign_id, contact_id, Department.WORKSHOP
            ),
            DispositionRecorded(NOW, RETURNED, AgentId("anna"), "booked", ""),
        ]
    )

    assert await store.commit_attempts(campaign, call_ids(1), NOW, "x") == []
    assert await _closed(database) == ("closed", "booked", RETURNED)


async def test_a_returned_call_is_known_with_its_contact_to_agents_and_after_a_restart(
    database: Database,
) -> None:
    campaign = await campaign_with(database, [contact(1)])
    [contact_id] = await contact_ids(database, campaign)
    await store_for(database)
    recognised = CallerRecognised(
        NOW, RETURNED, campaign.dealer, campaign.campaign_id, contact_id, Department.WORKSHOP
    )

    await Journal(database, NODE, 1).write_facts([arrived(NOW), recognised])

    past = await past_call(database, RETURNED)
    [left] = await open_calls(database, NODE)
    assert past is not None
    assert (past.contact_id, past.campaign_id, past.caller) == (contact_id, campaign.campaign_id, CLI)
    assert (left.contact_id, left.campaign_id, left.department) == (
        contact_id,
        campaign.campaign_id,
        Department.WORKSHOP,
    )


async def _closed(database: Database) -> tuple[str, str | None, CallId | None]:
    contacts = tables.contacts
    async with database.reading() as connection:
        row = (
            await connection.execute(
                select(contacts.c.state, contacts.c.closed_reason, contacts.c.closed_by).where(
                    contacts.c.campaign_id == CampaignId(CAMPAIGN.campaign_id)
                )
            )
        ).one()
    return row.state, row.closed_reason, row.closed_by
