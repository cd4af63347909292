import logging
from datetime import datetime, timedelta

import pytest

from app import due_lists, due_refresh
from app.due_lists import DueLists
from app.settings import RdwAccess
from app.storage.database import Database
from app.storage.due_lists import (
    due_window,
    lists_to_keep,
    set_due_window,
)
from calls.ids import CampaignId
from customers.ports import VehicleRegister
from dialer.due import DueWindow
from tests.fakes.rdw_server import FakeRdw, status
from tests.integration.contacts.dated_lists import DUE, NEXT_YEAR, OPEN, TODAY, listed, states, with_car
from tests.integration.storage.builders import (
    CAMPAIGN,
    NOW,
    campaign_with,
    other,
)


class Standing:
    """A clock that stands still, believed or not."""

    believed = True

    def now(self) -> datetime:
        return NOW

    def monotonic(self) -> float:
        return 0.0

    def trusted(self) -> bool:
        return self.believed


async def test_cars_that_cannot_be_read_are_told_without_their_plates(
    database: Database, rdw: FakeRdw, access: RdwAccess, caplog: pytest.LogCaptureFixture
) -> None:
    await listed(database, with_car(1), with_car(2))
    rdw.register("B001AE", "morgen")
    rdw.register("B002AE", DUE)

    with caplog.at_level(logging.WARNING):
        await DueLists(database, access, Standing()).look()

    [record] = caplog.records
    assert "contacts refresh" in record.message
    assert vars(record)["cars"] == 1
    assert "B001AE" not in str(vars(record))
    assert await lists_to_keep(database, TODAY) == []


async def test_no_list_is_kept_by_its_dates_while_nobody_knows_what_day_it_is(
    database: Database, rdw: FakeRdw, access: RdwAccess
) -> None:
    await listed(database, with_car(1))
    rdw.register("B001AE", NEXT_YEAR)
    clock = Standing()
    clock.believed = False

    await DueLists(database, access, clock).look()

    assert await lists_to_keep(database, TODAY) == [CAMPAIGN.campaign_id]


async def test_a_list_that_fails_for_a_reason_nobody_thought_of_costs_no_other_list(
    database: Database, rdw: FakeRdw, access: RdwAccess, monkeypatch: pytest.MonkeyPatch
) -> None:
    await listed(database, with_car(1))
    await campaign_with(database, [], other("banden"))
    await set_due_window(database, CampaignId("banden"), DueWindow(400, 0))
    first, *_ = await lists_to_keep(database, TODAY)
    keep = due_refresh.refresh_list

    async def fails_for_the_first(
        at: Database, cars: VehicleRegister, campaign: CampaignId, now: datetime
    ) -> object:
        if campaign == first:
            raise RecursionError
        return await keep(at, cars, campaign, now)

    monkeypatch.setattr(due_lists, "refresh_list", fails_for_the_first)
    rdw.register("B001AE", NEXT_YEAR)

    await DueLists(database, access, Standing()).look()

    assert await lists_to_keep(database, TODAY) == [first]


async def test_every_list_is_kept_once_a_day_and_again_when_its_window_changes(
    database: Database, rdw: FakeRdw, access: RdwAccess
) -> None:
    await listed(database, with_car(1))
    await campaign_with(database, [], other("banden"))
    rdw.register("B001AE", NEXT_YEAR)
    keeper = DueLists(database, access, Standing())

    await keeper.look()
    kept = await lists_to_keep(database, TODAY)
    tomorrow = await lists_to_keep(database, TODAY + timedelta(days=1))
    await set_due_window(database, CAMPAIGN.campaign_id, DueWindow(400, 0))
    changed = await lists_to_keep(database, TODAY)
    await keeper.look()

    assert (kept, tomorrow, changed) == ([], [CAMPAIGN.campaign_id], [CAMPAIGN.campaign_id])
    assert await states(database) == [OPEN]
    assert await due_window(database, CampaignId("banden")) is None


async def test_a_list_that_cannot_be_kept_is_told_and_tried_again(
    database: Database, rdw: FakeRdw, access: RdwAccess, caplog: pytest.LogCaptureFixture
) -> None:
    await listed(database, with_car(1))
    rdw.always = status(403)

    with caplog.at_level(logging.WARNING):
        await DueLists(database, access, Standing()).look()

    assert [record.message for record in caplog.records] == ["a list was not kept by its dates"]
    assert "B001AE" not in str(vars(caplog.records[0]))
    assert await lists_to_keep(database, TODAY) == [CAMPAIGN.campaign_id]
