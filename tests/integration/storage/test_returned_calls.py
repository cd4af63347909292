from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from app.returned_calls import ReturnedCalls
from app.storage import tables
from app.storage.campaigns import create_campaign
from app.storage.contact_list import add_contacts, load_hash_key
from app.storage.conversations import EarlierCall, earlier_calls
from app.storage.database import Database
from app.storage.epochs import take_epoch
from app.storage.journal import Journal
from app.storage.past_calls import past_call
from app.storage.takeover import open_calls
from calls.facts import (
    AttemptEnded,
    CallArrived,
    CallConnected,
    CallEnded,
    CallerRecognised,
    DispositionRecorded,
    Fact,
)
from calls.ids import AgentId, CallId, CampaignId, ContactId, LegId
from calls.words import AttemptOutcome, CallPhase, Department, HangupCause, InboundOutcome
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


async def rings_back(
    database: Database, contact_id: ContactId, call_id: CallId, at: datetime, *, connected: bool
) -> None:
    """A contact of the campaign returns a call; anna serves it, or nobody does."""
    dealer, workshop, anna = CAMPAIGN.dealer, Department.WORKSHOP, AgentId("anna")
    talk = 60.0 if connected else 0.0
    outcome = InboundOutcome.CONNECTED if connected else InboundOutcome.LOST
    phase = CallPhase.TALKING if connected else CallPhase.QUEUE
    facts: list[Fact] = [
        replace(arrived(at), call_id=call_id),
        CallerRecognised(at, call_id, dealer, CAMPAIGN.campaign_id, contact_id, workshop),
        *([CallConnected(at, call_id, dealer, workshop, anna, LegId("2.1"), 3.0)] if connected else []),
        CallEnded(at, call_id, dealer, workshop, phase, outcome, HangupCause.NORMAL, 3.0, talk),
        *([DispositionRecorded(at, call_id, anna, "not_now", "after the holidays")] if connected else []),
    ]
    await Journal(database, NODE, await take_epoch(database, NODE)).write_facts(facts)


async def test_what_was_said_when_somebody_rang_back_is_there_when_they_are_called_again(
    database: Database,
) -> None:
    contact_id = await dialled(database, CAMPAIGN)
    tyres = other("banden")
    await create_campaign(database, tyres)
    await add_contacts(database, tyres, [contact(1), contact(2)], "test.csv", NOW)
    same_person, stranger = await contact_ids(database, tyres)
    lost, served = call_ids(2)
    await rings_back(database, contact_id, lost, NOW + timedelta(hours=1), connected=False)
    await rings_back(database, contact_id, served, NOW + timedelta(hours=2), connected=True)

    shown = await earlier_calls(database, contact_id, None)
    elsewhere = await earlier_calls(database, same_person, None)
    during = await earlier_calls(database, contact_id, served)

    name = CAMPAIGN.campaign_id
    hours = [NOW + timedelta(hours=each) for each in range(3)]
    assert shown == [
        EarlierCall(
            hours[2],
            name,
            True,
            InboundOutcome.CONNECTED,
            AgentId("anna"),
            "not_now",
            "after the holidays",
        ),
        EarlierCall(hours[1], name, True, InboundOutcome.LOST, None, None, None),
        EarlierCall(hours[0], name, False, AttemptOutcome.UNANSWERED, None, None, None),
    ]
    assert elsewhere == shown
    assert during == shown[1:]
    assert await earlier_calls(database, stranger, None) == []


async def test_the_latest_calls_are_shown_whoever_rang(database: Database) -> None:
    contact_id = await dialled(database, CAMPAIGN)
    for hour, call_id in enumerate(call_ids(30), start=1):
        await rings_back(database, contact_id, call_id, NOW + timedelta(hours=hour), connected=hour % 2 == 0)

    shown = await earlier_calls(database, contact_id, None)

    assert [call.at for call in shown] == [NOW + timedelta(hours=hour) for hour in range(30, 10, -1)]


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
