from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from app.due_refresh import RefreshResult
from app.rdw.client import RdwRegister
from app.storage.database import Database
from app.storage.due_lists import (
    DatedContact,
    next_contacts,
    store_dates,
)
from app.storage.tables import contacts
from calls.ids import ContactId
from customers.errors import RegisterUnreachable
from customers.plate import Plate
from customers.vehicle import UnreadableVehicle
from dialer.campaign import CampaignKind
from dialer.due import DueChange
from dialer.errors import NoDueWindow
from tests.fakes.rdw_server import FakeRdw, status
from tests.integration.contacts.dated_lists import (
    DUE,
    NEXT_YEAR,
    NOT_DUE,
    OPEN,
    TODAY,
    change_first,
    listed,
    refreshed,
    states,
    with_car,
)
from tests.integration.storage.builders import (
    CAMPAIGN,
    NOW,
    call_ids,
    campaign_with,
    committed,
    store_for,
)


async def test_contacts_disappear_when_the_date_moves_and_come_back_next_year(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, with_car(1), with_car(2), with_car(3, "XX"))
    rdw.register("B001AE", DUE)
    rdw.register("B002AE", DUE)

    first = await refreshed(database, register)
    rdw.register("B002AE", NEXT_YEAR)
    second = await refreshed(database, register, days=1)
    after_second = await states(database)
    third = await refreshed(database, register, days=365)

    assert first == RefreshResult(0, 0, 3, ("XX",))
    assert second == RefreshResult(0, 1, 2, ("XX",))
    assert after_second == [OPEN, NOT_DUE, OPEN]
    assert third == RefreshResult(1, 1, 1, ("XX",))
    assert await states(database) == [NOT_DUE, OPEN, OPEN]


async def test_a_contact_that_is_not_due_is_not_called(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, with_car(1), with_car(2))
    rdw.register("B001AE", NEXT_YEAR)
    rdw.register("B002AE", DUE)
    await refreshed(database, register)
    store = await store_for(database)

    outcome = await store.commit_attempts(CAMPAIGN, call_ids(2), NOW, "x")

    assert [attempt.display_name for attempt in committed(outcome)] == ["Mevrouw Proef 2"]


async def test_a_contact_being_called_is_left_alone(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, with_car(1))
    rdw.register("B001AE", NEXT_YEAR)
    store = await store_for(database)
    await store.commit_attempts(CAMPAIGN, call_ids(1), NOW, "x")

    result = await refreshed(database, register)

    async with database.reading() as connection:
        due_on = (await connection.execute(select(contacts.c.due_on))).scalar_one()
    assert (result.disappeared, await states(database), due_on) == (0, [("in_air", None)], None)


async def test_a_contact_dialled_while_its_list_is_gone_through_is_left_alone(database: Database) -> None:
    await listed(database, with_car(1))
    [read] = await next_contacts(database, CAMPAIGN.campaign_id, ContactId(0))
    store = await store_for(database)
    await store.commit_attempts(CAMPAIGN, call_ids(1), NOW, "x")

    await store_dates(database, [DatedContact(read, read.cars[0], read.cars[0], DueChange.DISAPPEARS)], TODAY)

    assert await states(database) == [("in_air", None)]


@pytest.mark.parametrize("reason", ["objection", "booked"])
async def test_a_contact_closed_for_another_reason_stays_closed(
    database: Database, rdw: FakeRdw, register: RdwRegister, reason: str
) -> None:
    await listed(database, with_car(1))
    rdw.register("B001AE", DUE)
    await change_first(database, state="closed", closed_reason=reason)

    await refreshed(database, register)

    assert await states(database) == [("closed", reason)]


async def test_a_rest_outlives_a_change_of_dates(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, with_car(1))
    rest = datetime(2027, 8, 1, tzinfo=UTC)
    await change_first(database, state="resting", not_before=rest)
    rdw.register("B001AE", NEXT_YEAR)
    await refreshed(database, register)

    await refreshed(database, register, days=365)

    async with database.reading() as connection:
        row = (await connection.execute(select(contacts.c.state, contacts.c.not_before))).one()
    assert tuple(row) == ("resting", rest)


async def test_the_list_is_called_in_the_order_of_the_registers_dates(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, with_car(1, due_on=TODAY), with_car(2))
    rdw.register("B001AE", "20260625")
    rdw.register("B002AE", "20260615")
    await refreshed(database, register)
    store = await store_for(database)

    outcome = await store.commit_attempts(CAMPAIGN, call_ids(2), NOW, "x")

    assert [attempt.display_name for attempt in committed(outcome)] == ["Mevrouw Proef 2", "Mevrouw Proef 1"]


async def test_any_car_that_is_due_keeps_a_contact_on_the_list(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, replace(with_car(1), further_cars=(("B002AE", None),)))
    rdw.register("B001AE", NEXT_YEAR)
    rdw.register("B002AE", DUE)

    both = await refreshed(database, register)
    rdw.register("B002AE", NEXT_YEAR)
    none = await refreshed(database, register, days=1)

    assert (both.disappeared, none.disappeared) == (0, 1)


async def test_the_car_that_is_due_is_the_one_that_the_contact_is_called_about(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, replace(with_car(1), further_cars=(("B002AE", None), ("B003AE", None))))
    rdw.register("B001AE", DUE)
    rdw.register("B002AE", "20260701")
    rdw.register("B003AE", NEXT_YEAR)
    await refreshed(database, register)
    first = await cars(database)

    rdw.register("B001AE", NEXT_YEAR)
    await refreshed(database, register, days=1)

    assert first == [("B001AE", date(2026, 6, 20)), ("B002AE", None), ("B003AE", None)]
    assert await cars(database) == [
        ("B002AE", date(2026, 7, 1)),
        ("B001AE", date(2027, 6, 20)),
        ("B003AE", None),
    ]
    assert await states(database) == [OPEN]


async def cars(database: Database) -> list[tuple[str | None, date | None]]:
    """The cars of the only contact, the one of its own row first."""
    [only] = await next_contacts(database, CAMPAIGN.campaign_id, ContactId(0))
    return [(car.plate, car.due_on) for car in only.cars]


async def test_a_dry_run_tells_the_same_and_changes_no_contact(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, with_car(1))
    rdw.register("B001AE", NEXT_YEAR)

    told = await refreshed(database, register, dry_run=True)

    assert (told.disappeared, await states(database)) == (1, [OPEN])
    assert await refreshed(database, register) == told


async def test_the_register_is_asked_once_a_day_about_a_plate(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, with_car(1), with_car(2))
    rdw.register("B001AE", DUE)

    await refreshed(database, register)
    await refreshed(database, register)
    await refreshed(database, register, days=1)

    assert rdw.asked == [["B001AE", "B002AE"]] * 2


async def test_a_list_of_another_kind_is_kept_by_its_own_dates(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    cars = (with_car(1, due_on=TODAY), with_car(2, due_on=TODAY + timedelta(days=100)))
    await listed(database, *cars, kind=CampaignKind.TYRES)

    result = await refreshed(database, register)

    assert result == RefreshResult(0, 1, 1, ())
    assert rdw.asked == []


async def test_a_dead_register_changes_nothing_and_what_came_before_it_died_is_kept(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, *(with_car(number) for number in range(1, 502)))
    for number in range(1, 502):
        rdw.register(f"B{number:03d}AE", NEXT_YEAR)
    await refreshed(database, register, dry_run=True)
    rdw.always = status(503)

    with pytest.raises(RegisterUnreachable):
        await refreshed(database, register, days=1)
    dead = await states(database)
    rdw.always = None
    rdw.asked.clear()
    result = await refreshed(database, register)

    assert set(dead) == {OPEN}
    assert (result.disappeared, rdw.asked) == (501, [])


async def test_a_car_that_cannot_be_read_keeps_its_date_and_costs_the_other_cars_nothing(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, *(with_car(number, due_on=date(2026, 6, 20)) for number in (1, 2, 3)))
    rdw.register("B001AE", DUE)
    rdw.register("B002AE", "20261399")
    rdw.register("B003AE", NEXT_YEAR)

    first = await refreshed(database, register)
    after_first = await states(database)
    rdw.register("B002AE", NEXT_YEAR)
    second = await refreshed(database, register)

    unreadable = UnreadableVehicle(Plate("B002AE"), "its vervaldatum_apk is '20261399', which is no date")
    assert first == RefreshResult(0, 1, 2, (), (unreadable,))
    assert after_first == [OPEN, OPEN, NOT_DUE]
    assert second == RefreshResult(0, 1, 2, ())
    assert rdw.asked == [["B001AE", "B002AE", "B003AE"], ["B002AE"]]


async def test_an_old_date_brings_nobody_back_while_the_register_cannot_be_read(
    database: Database, rdw: FakeRdw, register: RdwRegister
) -> None:
    await listed(database, with_car(1))
    rdw.register("B001AE", NEXT_YEAR)
    await refreshed(database, register)
    rdw.register("B001AE", "morgen")

    in_vain = await refreshed(database, register, days=365)
    after_in_vain = await states(database)
    rdw.register("B001AE", NEXT_YEAR)
    answered = await refreshed(database, register, days=365)

    assert (in_vain.appeared, after_in_vain) == (0, [NOT_DUE])
    assert (answered.appeared, await states(database)) == (1, [OPEN])


async def test_a_list_without_a_window_is_refused_with_the_remedy(
    database: Database, register: RdwRegister
) -> None:
    await campaign_with(database, [with_car(1)])

    with pytest.raises(NoDueWindow, match="contacts due-window"):
        await refreshed(database, register)
