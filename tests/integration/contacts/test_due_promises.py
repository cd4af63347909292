"""An agreed call is made, also when the car is not due by then."""

from dataclasses import replace
from datetime import date, timedelta

from app.rdw.client import RdwRegister
from app.storage.database import Database
from app.storage.due_lists import DatedContact, next_contacts, store_dates
from app.storage.journal import Journal
from calls.ids import ContactId
from calls.words import AttemptOutcome
from dialer.campaign import CampaignKind
from dialer.due import DueChange
from tests.integration.contacts.dated_lists import (
    NOT_DUE,
    TODAY,
    listed,
    refreshed,
    states,
    with_car,
)
from tests.integration.storage.builders import (
    CAMPAIGN,
    NODE,
    NOW,
    call_ids,
    committed,
    contact_ids,
    store_for,
)
from tests.integration.storage.test_dispositions import disposed, ended
from tests.integration.storage.test_promises import rings_back, says

IN_TWO_WEEKS = NOW + timedelta(days=14)


async def agreed(database: Database) -> ContactId:
    """A car that was due until 12 June, and a conversation today in which a call was agreed for 16 June."""
    car = with_car(1, due_on=date(2026, 5, 29))
    await listed(database, car, kind=CampaignKind.SERVICE)
    campaign = replace(CAMPAIGN, kind=CampaignKind.SERVICE)
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    said = replace(disposed(attempt, "call_back"), until=IN_TWO_WEEKS)
    await Journal(database, NODE, 1).write_facts([ended(attempt, campaign), said])
    return attempt.contact_id


async def test_whoever_agreed_to_a_call_stays_on_the_list_until_it_is_made(
    database: Database, register: RdwRegister
) -> None:
    contact_id = await agreed(database)

    kept = await refreshed(database, register, days=14)
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(CAMPAIGN, call_ids(1), IN_TWO_WEEKS, "x"))
    made = replace(ended(attempt, CAMPAIGN, AttemptOutcome.UNANSWERED), at=IN_TWO_WEEKS)
    await Journal(database, NODE, 2).write_facts([made])
    over = await refreshed(database, register, days=15)

    assert (kept.disappeared, attempt.contact_id, over.disappeared) == (0, contact_id, 1)
    assert await states(database) == [NOT_DUE]


async def test_a_contact_that_is_not_due_rings_back_and_is_called_as_agreed(
    database: Database, register: RdwRegister
) -> None:
    await listed(database, with_car(1, due_on=date(2027, 6, 20)), kind=CampaignKind.SERVICE)
    await refreshed(database, register)
    before = await states(database)
    [contact_id] = await contact_ids(database, CAMPAIGN)
    [call_id] = call_ids(1)
    await store_for(database)
    journal = Journal(database, NODE, 1)

    await journal.write_facts([*rings_back(call_id, contact_id), says(call_id, "call_back", IN_TWO_WEEKS)])
    await refreshed(database, register, days=2)
    called = await states(database)
    await journal.write_facts([says(call_id, "machine")])

    assert (before, called, await states(database)) == ([NOT_DUE], [("resting", None)], [NOT_DUE])


async def test_whoever_agrees_to_a_call_while_the_list_is_gone_through_stays(database: Database) -> None:
    await listed(database, with_car(1, due_on=date(2026, 5, 29)))
    [read] = await next_contacts(database, CAMPAIGN.campaign_id, ContactId(0))
    [call_id] = call_ids(1)
    await store_for(database)
    await Journal(database, NODE, 1).write_facts(
        [*rings_back(call_id, read.contact_id), says(call_id, "call_back", IN_TWO_WEEKS)]
    )

    [again] = await next_contacts(database, CAMPAIGN.campaign_id, ContactId(0))
    stale = replace(read, state=again.state)
    await store_dates(
        database, [DatedContact(stale, read.cars[0], read.cars[0], DueChange.DISAPPEARS)], TODAY
    )

    assert await states(database) == [("resting", None)]
