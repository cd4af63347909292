from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from app.console.client import ApiClient
from app.console.errors import ApiRefused
from app.storage.tables import contacts
from dialer.dispositions import Disposition
from dialer.profile_file import shipped_profiles
from dialer.profiles import next_open
from tests.integration.console.bed import Bed, apk_campaign
from tests.integration.console.test_conversations import RETURNED, returned_call_with_anna, say


def next_week() -> datetime:
    """A moment a week ahead or a little later, an hour after phones may ring again."""
    profile = shipped_profiles().named(apk_campaign().profile)
    at_night = (datetime.now(UTC) + timedelta(days=8)).replace(hour=0)
    opens = next_open(profile, "Europe/Amsterdam", at_night)
    assert opens is not None
    return opens + timedelta(hours=1)


async def closed(bed: Bed, word: Disposition) -> None:
    await returned_call_with_anna(bed)
    assert await bed.stored()
    async with bed.database.writing() as connection:
        await connection.execute(update(contacts).values(state="closed", closed_reason=word))


async def test_a_call_is_promised_to_a_customer_who_had_booked_and_rings_back(
    bed: Bed, client: ApiClient
) -> None:
    await closed(bed, Disposition.BOOKED)
    moment = next_week()

    await say(client, RETURNED, "call_back", until=moment)

    assert await bed.stored()
    async with bed.database.reading() as connection:
        row = (await connection.execute(select(contacts.c.state, contacts.c.not_before))).one()
    assert (row.state, row.not_before) == ("resting", moment)


async def test_a_promise_that_cannot_be_kept_is_refused_with_what_closed_the_contact(
    bed: Bed, client: ApiClient
) -> None:
    await closed(bed, Disposition.SOLD_THE_CAR)

    with pytest.raises(ApiRefused) as refusal:
        await say(client, RETURNED, "call_back", until=next_week())

    [error] = refusal.value.problem.errors
    assert error.pointer == "#/until"
    assert "closed: sold_the_car" in error.detail
    assert "another moment" not in error.detail
