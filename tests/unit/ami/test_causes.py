"""The causes of legs that ended before they could be followed."""

import asyncio

from app.ami.causes import KEPT, WAIT_SECONDS, HangupCauses
from app.ami.facts import LegHungUp
from calls.ids import LegId, attempt_leg
from calls.words import HangupCause
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.people import call_id

LEG = attempt_leg(call_id(1))


@virtual_time
async def test_a_cause_that_was_told_before_is_known_at_once() -> None:
    causes = HangupCauses()
    causes.on_hung_up(LegHungUp(LEG, HangupCause.BUSY))

    assert await causes.cause_of(LEG) is HangupCause.BUSY
    assert asyncio.get_running_loop().time() == 0


@virtual_time
async def test_a_cause_that_is_told_a_moment_later_is_waited_for() -> None:
    causes = HangupCauses()
    async with asyncio.TaskGroup() as tasks:
        asked = tasks.create_task(causes.cause_of(LEG))
        await asyncio.sleep(WAIT_SECONDS / 2)

        causes.on_hung_up(LegHungUp(LEG, HangupCause.REJECTED))
        await settle()

        assert asked.result() is HangupCause.REJECTED


@virtual_time
async def test_a_cause_that_nobody_tells_is_given_up_soon() -> None:
    causes = HangupCauses()
    causes.on_hung_up(LegHungUp(attempt_leg(call_id(2)), HangupCause.BUSY))

    assert await causes.cause_of(LEG) is None
    assert asyncio.get_running_loop().time() == WAIT_SECONDS
    assert causes._awaited == {}


@virtual_time
async def test_only_the_latest_causes_are_kept() -> None:
    causes = HangupCauses()
    causes.on_hung_up(LegHungUp(LEG, HangupCause.BUSY))
    for number in range(KEPT):
        causes.on_hung_up(LegHungUp(LegId(f"later {number}"), HangupCause.NORMAL))

    assert await causes.cause_of(LEG) is None
    assert len(causes._causes) == KEPT
