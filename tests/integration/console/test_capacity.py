import json
from datetime import date, timedelta

import pytest

from app.clock import SystemClock
from app.console import capacity
from app.console.capacity import DayPlaces, NewCapacity
from app.console.client import ApiClient
from app.console.errors import ApiRefused
from app.storage.audit import newest_changes
from app.storage.workshop_capacity import SqlWorkshopCapacity
from dialer.workshop import WorkshopDay
from tests.integration.console.bed import DEALER, Bed
from tests.integration.console.command_line import call_beside


def coming(days: int) -> date:
    return SystemClock().now().date() + timedelta(days=days)


def told(*days: DayPlaces) -> NewCapacity:
    return NewCapacity(days=list(days))


async def test_places_are_kept_by_day_and_a_day_told_again_is_replaced(bed: Bed, client: ApiClient) -> None:
    first = told(DayPlaces(day=coming(2), places=8), DayPlaces(day=coming(3), places=6, taken=7))
    await client.ask(capacity.SET_CAPACITY, first, dealer_id=DEALER)

    answer = await client.ask(
        capacity.SET_CAPACITY, told(DayPlaces(day=coming(2), places=8, taken=5)), dealer_id=DEALER
    )

    stored = await SqlWorkshopCapacity(bed.database).places(DEALER, coming(0), 9)
    assert stored == [WorkshopDay(coming(2), 8, 5), WorkshopDay(coming(3), 6, 7)]
    assert answer == await client.ask(capacity.GET_CAPACITY, dealer_id=DEALER)
    assert [(each.day, each.taken) for each in answer.days] == [(coming(2), 5), (coming(3), 7)]
    assert [entry.action for entry in await newest_changes(bed.database, 2)] == ["workshop_capacity"] * 2


async def test_days_far_away_are_kept_and_not_shown(client: ApiClient) -> None:
    days = told(*(DayPlaces(day=coming(day), places=4) for day in (5, 60, 729)))

    answer = await client.ask(capacity.SET_CAPACITY, days, dealer_id=DEALER)

    assert [each.day for each in answer.days] == [coming(5)]


@pytest.mark.parametrize(
    ("dealer", "days", "word"),
    [
        ("other", [DayPlaces(day=coming(1), places=4)], "demo"),
        ("demo", [DayPlaces(day=coming(1), places=4), DayPlaces(day=coming(1), places=5)], "once"),
        ("demo", [DayPlaces(day=coming(1), places=4), DayPlaces(day=coming(-2), places=4)], "is over"),
        ("demo", [DayPlaces(day=date(1, 1, 1), places=4)], "is over"),
        ("demo", [DayPlaces(day=coming(1), places=4), DayPlaces(day=coming(734), places=4)], "two years"),
        ("demo", [DayPlaces(day=date.max, places=4)], "two years"),
    ],
)
async def test_places_that_cannot_be_are_refused_and_nothing_is_stored(
    bed: Bed, client: ApiClient, dealer: str, days: list[DayPlaces], word: str
) -> None:
    with pytest.raises(ApiRefused) as refused:
        await client.ask(capacity.SET_CAPACITY, told(*days), dealer_id=dealer)

    assert refused.value.problem.status == 422
    assert word in refused.value.problem.model_dump_json()
    assert await SqlWorkshopCapacity(bed.database).places(DEALER, coming(0), 9) == []


async def test_places_are_told_and_shown_on_the_command_line(bed: Bed) -> None:
    empty = await call_beside(bed, "capacity", "show", "demo")
    told_one = await call_beside(bed, "capacity", "set", "demo", coming(4).isoformat(), "9", "--taken", "2")
    shown = await call_beside(bed, "capacity", "show", "demo", "--json")

    assert "capacity set" in empty.output
    assert told_one.exit_code == 0
    assert json.loads(shown.stdout)["days"] == [{"day": coming(4).isoformat(), "places": 9, "taken": 2}]


async def test_a_day_gone_by_is_refused_and_one_far_away_confirmed_on_the_command_line(bed: Bed) -> None:
    over = await call_beside(bed, "capacity", "set", "demo", coming(-2).isoformat(), "12", "--taken", "9")
    far = await call_beside(bed, "capacity", "set", "demo", coming(60).isoformat(), "12", "--taken", "9")

    assert over.exit_code != 0
    assert f"{coming(-2)}, which is over" in over.output
    assert far.exit_code == 0
    assert f"{coming(60)} is kept" in far.output
