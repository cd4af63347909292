import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from app.objection_watch import LOOK_SECONDS, ObjectionWatch
from app.outbound import OutboundCall
from calls.facts import DispositionRecorded
from calls.ids import CallId, ContactId, attempt_leg
from calls.legs import LegAnswered
from dialer.errors import StoreUnavailable
from dialer.life import Attempt, Dialled
from tests.fakes.virtual_time import START, settle, virtual_time
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import APK, DEMO, call_id

CALL = call_id(1)
HANG_UP = f"DELETE /channels/{attempt_leg(CALL)}"


class Objections:
    """What is stored of objections: `held` are the attempts they hold for, None when the database is away."""

    def __init__(self) -> None:
        self.held: Sequence[CallId] | None = ()
        self.asked = 0

    async def __call__(self) -> Sequence[CallId]:
        self.asked += 1
        if self.held is None:
            raise StoreUnavailable("away")
        return self.held


@asynccontextmanager
async def ringing() -> AsyncIterator[tuple[Bed, Objections, ObjectionWatch]]:
    async with a_bed() as bed:
        session = bed.supervisor.start(
            OutboundCall(Attempt(CALL, APK, DEMO, ContactId(1), START), bed.desk, bed.clock), ()
        )
        session.deliver(Dialled(bed.clock.now()))
        await settle()
        objections = Objections()
        yield bed, objections, ObjectionWatch(objections, bed.supervisor, bed.journal, bed.clock)


@virtual_time
async def test_what_rings_at_somebody_who_objects_is_hung_up_on_at_once() -> None:
    async with ringing() as (bed, objections, watch):
        await watch.look()
        before = bed.asterisk.asked(HANG_UP)
        objections.held = (CALL, call_id(2))
        await watch.look()
        await settle()

        assert before == []
        assert len(bed.asterisk.asked(HANG_UP)) == 1


@virtual_time
async def test_an_objection_stored_by_another_node_is_found_by_the_next_look() -> None:
    async with ringing() as (bed, objections, watch):
        bed.tasks.start("objections", watch.run())
        objections.held = (CALL,)
        await _pass(bed, LOOK_SECONDS)

        assert bed.asterisk.asked(HANG_UP)


@virtual_time
async def test_an_objection_by_key_is_looked_for_as_soon_as_it_is_stored() -> None:
    async with ringing() as (bed, objections, watch):
        bed.journal.observe("objections", watch.on_fact)
        bed.tasks.start("objections", watch.run())
        await settle()
        bed.journal.publish(DispositionRecorded(bed.clock.now(), call_id(2), None, "objection", ""))
        await settle()
        before_it_is_stored = objections.asked
        bed.tasks.start("journal", bed.journal.run())
        await settle()

        assert before_it_is_stored == 0
        assert objections.asked == 1


@virtual_time
async def test_a_database_that_is_away_is_asked_again() -> None:
    async with ringing() as (bed, objections, watch):
        objections.held = None
        bed.tasks.start("objections", watch.run())
        await _pass(bed, LOOK_SECONDS)
        objections.held = (CALL,)
        await _pass(bed, LOOK_SECONDS)

        assert bed.asterisk.asked(HANG_UP)


@pytest.mark.parametrize("answered", [True, False])
def test_the_database_is_asked_only_while_somebody_is_rung(answered: bool) -> None:
    @virtual_time
    async def story() -> None:
        async with ringing() as (bed, objections, watch):
            if answered:
                session = bed.supervisor.call(CALL)
                assert session is not None
                session.deliver(LegAnswered(bed.clock.now(), attempt_leg(CALL)))
                await settle()
            await watch.look()

            assert objections.asked == (0 if answered else 1)

    story()


async def _pass(bed: Bed, seconds: float) -> None:
    end = bed.clock.monotonic() + seconds
    while bed.clock.monotonic() <= end:
        await asyncio.sleep(LOOK_SECONDS / 2)
    await settle()
