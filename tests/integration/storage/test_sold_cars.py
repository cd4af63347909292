"""A sold car leaves every list of its dealer wherever a contact has it, and comes back when that is taken back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from app.storage.contact_cards import contact_card
from app.storage.contact_list import NewContact
from app.storage.database import Database
from app.storage.due_lists import set_due_window
from app.storage.journal import Journal
from app.storage.tables import attempts, contacts
from calls.facts import DispositionRecorded
from calls.ids import AgentId, CampaignId, DealerId
from dialer.campaign import CampaignKind, CommittedAttempt
from dialer.due import DueWindow
from tests.integration.storage.builders import (
    CAMPAIGN,
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    other,
    store_for,
)

SOLD, KEPT = "AB123C", "XY987Z"
SOON, NEXT_YEAR = date(2026, 6, 20), date(2027, 6, 20)
TYRES = replace(other("banden"), kind=CampaignKind.TYRES)
WINDOW = DueWindow(days_before=42, days_after=14)
OPEN, NOT_DUE, GONE = ("ready", None), ("closed", "not_due"), ("closed", "sold_the_car")


def owner(
    number: int, plate: str, due_on: date | None = None, *further: tuple[str, date | None]
) -> NewContact:
    return replace(contact(number), plate=plate, due_on=due_on, further_cars=further)


async def talking(database: Database) -> CommittedAttempt:
    """A conversation with the owner of the car that will be sold, on another list than those of the tests."""
    campaign = await campaign_with(database, [owner(1, SOLD)])
    return committed(await (await store_for(database)).commit_attempts(campaign, call_ids(1), NOW, "x"))[0]


async def says(database: Database, attempt: CommittedAttempt, *words: str) -> None:
    """The agent's words about this conversation so far, the last one counts."""
    facts = [DispositionRecorded(NOW, attempt.call_id, AgentId("anna"), word, "") for word in words]
    journal = Journal(database, NODE, 1)
    for fact in facts:
        await journal.write_facts([fact])


async def states(
    database: Database, campaign: CampaignId = TYRES.campaign_id
) -> list[tuple[str, str | None]]:
    query = select(contacts.c.state, contacts.c.closed_reason).where(contacts.c.campaign_id == campaign)
    async with database.reading() as connection:
        rows = await connection.execute(query.order_by(contacts.c.contact_id))
        return [(row.state, row.closed_reason) for row in rows]


async def cars(database: Database, number: int) -> set[str]:
    card = await contact_card(database, TYRES.campaign_id, contact(number).number_hash)
    assert card is not None
    return {car.plate for car in card.cars}


@pytest.mark.parametrize(
    "whose", [owner(2, KEPT, None, (SOLD, None)), owner(2, SOLD, None, (KEPT, None))], ids=["further", "own"]
)
async def test_whoever_has_another_car_stays_on_the_list_with_that_one(
    database: Database, whose: NewContact
) -> None:
    attempt = await talking(database)
    await campaign_with(database, [whose], TYRES)

    await says(database, attempt, "sold_the_car")
    without = await cars(database, 2)
    await says(database, attempt, "sold_the_car", "not_now")

    assert await states(database) == [OPEN]
    assert without == {KEPT}
    assert await cars(database, 2) == {KEPT, SOLD}


async def test_the_lists_of_another_dealer_and_other_cars_are_left_alone(database: Database) -> None:
    attempt = await talking(database)
    elsewhere = replace(TYRES, dealer=DealerId("another"))
    await campaign_with(database, [owner(2, KEPT, None, (SOLD, None)), owner(3, "ZZ111Z")], elsewhere)

    await says(database, attempt, "sold_the_car")

    assert await states(database) == [OPEN, OPEN]
    assert await cars(database, 2) == {KEPT, SOLD}


@pytest.mark.parametrize(
    ("whose", "after_sale"),
    [
        (owner(2, KEPT, NEXT_YEAR, (SOLD, SOON)), NOT_DUE),
        (owner(2, SOLD, SOON, (KEPT, NEXT_YEAR)), NOT_DUE),
        (owner(2, KEPT, SOON, (SOLD, SOON)), OPEN),
        (owner(2, SOLD, SOON), GONE),
    ],
)
async def test_whose_other_cars_are_not_due_disappears_until_the_sale_is_taken_back(
    database: Database, whose: NewContact, after_sale: tuple[str, str | None]
) -> None:
    attempt = await talking(database)
    await campaign_with(database, [whose], TYRES)
    await set_due_window(database, TYRES.campaign_id, WINDOW)

    await says(database, attempt, "sold_the_car")
    sold = await states(database)
    await says(database, attempt, "sold_the_car", "not_now")

    assert sold == [after_sale]
    assert await states(database) == [OPEN]


async def test_who_is_not_due_yet_is_not_called_about_a_sold_car_later(database: Database) -> None:
    attempt = await talking(database)
    await campaign_with(database, [replace(owner(2, SOLD, NEXT_YEAR), not_due=True)], TYRES)
    await set_due_window(database, TYRES.campaign_id, WINDOW)

    await says(database, attempt, "sold_the_car")
    sold = await states(database)
    await says(database, attempt, "sold_the_car", "not_now")

    assert sold == [GONE]
    assert await states(database) == [NOT_DUE]


async def change(database: Database, values: Mapping[str, object]) -> None:
    async with database.writing() as connection:
        await connection.execute(update(contacts).values(values))


@pytest.mark.parametrize(("due_on", "opened"), [(SOON, OPEN), (NEXT_YEAR, NOT_DUE), (None, OPEN)])
async def test_a_word_that_is_taken_back_opens_only_who_is_due(
    database: Database, due_on: date | None, opened: tuple[str, str | None]
) -> None:
    campaign = await campaign_with(
        database, [owner(1, SOLD, SOON)], replace(CAMPAIGN, kind=CampaignKind.SERVICE)
    )
    await set_due_window(database, campaign.campaign_id, WINDOW)
    store = await store_for(database)
    [attempt] = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    await change(database, {"state": "ready"})  # the call is over
    async with database.writing() as connection:
        await connection.execute(update(attempts).values(outcome="connected", ended_at=NOW))
    await says(database, attempt, "booked")
    await change(database, {"due_on": due_on})

    await says(database, attempt, "booked", "something_else")

    assert await states(database, campaign.campaign_id) == [opened]


async def test_a_word_that_is_taken_back_changes_nothing_for_who_is_still_being_called(
    database: Database,
) -> None:
    attempt = await talking(database)
    await set_due_window(database, CAMPAIGN.campaign_id, WINDOW)
    await says(database, attempt, "booked")
    await change(database, {"due_on": NEXT_YEAR})

    await says(database, attempt, "booked", "something_else")

    assert await states(database, CAMPAIGN.campaign_id) == [("in_air", None)]
