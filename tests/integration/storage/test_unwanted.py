"""What rings at people who take their consent back is found. Of objections `test_objections.py` tells."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from app.storage.consents import record_entry
from app.storage.database import Database
from app.storage.tables import contacts
from app.storage.unwanted import unwanted_attempts
from calls.ids import ContactId
from customers.consent import ConsentAction, ConsentEntry
from dialer.campaign import CampaignKind, CommittedAttempt, LegalBasis
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

ON_CONSENT = replace(CAMPAIGN, basis=LegalBasis.CONSENT)


async def ringing(database: Database) -> list[CommittedAttempt]:
    """Two people who gave their consent are rung by a campaign that calls by consents."""
    people = [contact(number, consent=True) for number in (1, 2)]
    campaign = await campaign_with(database, people, ON_CONSENT)
    return committed(await (await store_for(database)).commit_attempts(campaign, call_ids(2), NOW, "x"))


async def says(
    database: Database,
    contact_id: ContactId,
    action: ConsentAction,
    minutes_ago: float = 0,
    purpose: CampaignKind = CampaignKind.APK,
) -> None:
    query = select(contacts.c.customer_id).where(contacts.c.contact_id == contact_id)
    async with database.reading() as connection:
        person = (await connection.execute(query)).scalar_one()
    at = NOW - timedelta(minutes=minutes_ago)
    await record_entry(
        database, ConsentEntry(person, purpose, action, "consent", at, "telefoon", "Zo is het", NOW, "anna")
    )


async def test_an_attempt_to_who_takes_the_consent_back_is_found(database: Database) -> None:
    first, _ = await ringing(database)
    before = await unwanted_attempts(database, NODE)

    await says(database, first.contact_id, ConsentAction.WITHDRAWN)

    assert before == []
    assert await unwanted_attempts(database, NODE) == [first.call_id]


async def test_an_attempt_to_the_number_of_who_takes_the_consent_back_under_another_name_is_found(
    database: Database,
) -> None:
    first, _ = await ringing(database)
    written_anew = [contact(1, name="Mw. Proef", consent=True)]
    again = await campaign_with(database, written_anew, other("apk-juni", ON_CONSENT))
    [listed] = await contact_ids(database, again)

    await says(database, listed, ConsentAction.WITHDRAWN)

    assert await unwanted_attempts(database, NODE) == [first.call_id]


async def test_a_consent_that_was_given_again_and_one_for_other_calls_change_nothing(
    database: Database,
) -> None:
    first, second = await ringing(database)

    await says(database, first.contact_id, ConsentAction.WITHDRAWN, minutes_ago=2)
    await says(database, first.contact_id, ConsentAction.GIVEN, minutes_ago=1)
    await says(database, second.contact_id, ConsentAction.WITHDRAWN, purpose=CampaignKind.TYRES)

    assert await unwanted_attempts(database, NODE) == []


async def test_a_call_on_another_ground_needs_no_consent_while_it_rings(database: Database) -> None:
    campaign = await campaign_with(database, [contact(1)])
    [attempt] = committed(await (await store_for(database)).commit_attempts(campaign, call_ids(1), NOW, "x"))

    await says(database, attempt.contact_id, ConsentAction.WITHDRAWN)

    assert await unwanted_attempts(database, NODE) == []
