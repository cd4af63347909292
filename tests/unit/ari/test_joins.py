"""The moment of a join is Asterisk's, and whoever hung up before has none."""

import asyncio
from datetime import datetime

import pytest

from app.ari.joins import NEWS_SECONDS, Joins
from calls.ids import BridgeId, LegId, bridge_of
from calls.legs import LegArrived, LegEnded, LegJoined, LegLeft
from calls.words import HangupCause
from tests.fakes.virtual_time import START, LoopClock, after, settle, virtual_time
from tests.unit.app.people import CALLER, call_id

BRIDGE, ELSEWHERE = bridge_of(call_id(1)), bridge_of(call_id(2))
OTHER = LegId("1770000000.2")
GONE = LegEnded(after(3), CALLER, HangupCause.NORMAL)


def came_in(
    at: datetime, leg_id: LegId = CALLER, bridge: BridgeId = BRIDGE, *, hung_up: bool = False
) -> LegJoined:
    return LegJoined(at, leg_id, bridge, hung_up)


async def moment(joins: Joins, *legs: LegId) -> datetime | None:
    return await joins.moment(BRIDGE, legs or (CALLER,), LoopClock().now)


@virtual_time
async def test_a_join_is_when_asterisk_says_the_leg_came_in_whether_that_was_told_before_or_after() -> None:
    joins = Joins()

    async with asyncio.TaskGroup() as group:
        waits = group.create_task(moment(joins))
        await settle()
        joins.on_fact(came_in(after(-1)))

    assert waits.result() == after(-1)
    assert await moment(joins) == after(-1)


@virtual_time
async def test_of_two_the_later_one_makes_the_join() -> None:
    joins = Joins()
    joins.on_fact(came_in(after(2)))
    joins.on_fact(came_in(after(1), OTHER))

    assert await moment(joins, CALLER, OTHER) == after(2)


@pytest.mark.parametrize("told", [came_in(after(1), hung_up=True), GONE, LegLeft(after(3), CALLER)])
def test_a_leg_that_had_hung_up_or_left_before_was_never_joined(
    told: LegJoined | LegEnded | LegLeft,
) -> None:
    @virtual_time
    async def story() -> None:
        joins = Joins()
        joins.on_fact(told)

        assert await moment(joins) is None

    story()


@virtual_time
async def test_a_leg_that_came_in_and_hung_up_since_was_joined() -> None:
    joins = Joins()
    joins.on_fact(came_in(after(1)))
    joins.on_fact(GONE)

    assert await moment(joins) == after(1)


@pytest.mark.parametrize(
    "told", [came_in(after(1), OTHER, hung_up=True), LegEnded(after(3), OTHER, HangupCause.NORMAL)]
)
@pytest.mark.parametrize("legs", [(CALLER, OTHER), (OTHER, CALLER)])
def test_of_two_nobody_is_joined_when_one_of_them_had_hung_up_before(
    told: LegJoined | LegEnded, legs: tuple[LegId, LegId]
) -> None:
    @virtual_time
    async def story() -> None:
        joins = Joins()
        joins.on_fact(came_in(after(1)))
        joins.on_fact(told)

        assert await moment(joins, *legs) is None

    story()


@virtual_time
async def test_a_leg_that_came_back_after_it_had_left_can_be_joined() -> None:
    joins = Joins()
    joins.on_fact(LegLeft(after(-3), CALLER))
    joins.on_fact(LegArrived(after(-2), CALLER, "return", "+31401234567", ""))

    async with asyncio.TaskGroup() as group:
        waits = group.create_task(moment(joins))
        await settle()
        joins.on_fact(came_in(after(-1)))

    assert waits.result() == after(-1)


@virtual_time
async def test_without_news_of_this_bridge_the_join_is_now() -> None:
    joins = Joins()
    joins.on_fact(came_in(after(-1), bridge=ELSEWHERE))

    assert await moment(joins) == after(NEWS_SECONDS)


@virtual_time
async def test_what_is_remembered_is_bounded() -> None:
    joins = Joins()
    joins.on_fact(came_in(after(-1)))

    for number in range(1000):
        joins.on_fact(came_in(START, LegId(f"leg {number}")))

    assert await moment(joins) == after(NEWS_SECONDS)
