import asyncio
from collections.abc import Sequence
from datetime import datetime

from app.call_session import Machine
from calls.commands import Command, JoinQueue, StartMusic
from calls.facts import Fact
from calls.ids import CallId, LegId, offer_leg
from calls.legs import LegAnswered, LegEnded
from calls.words import Department, HangupCause
from tests.fakes.virtual_time import START, settle, virtual_time
from tests.unit.app.bed import a_bed
from tests.unit.app.people import CALLER, call_id, queued

OTHER_CALLER = LegId("1770000000.2")


class OneLegCall:
    """Lives until its leg ends; fails on an answer."""

    def __init__(self, number: int, leg_id: LegId) -> None:
        self._call_id = call_id(number)
        self._leg_id = leg_id
        self._ended = False

    @property
    def call_id(self) -> CallId:
        return self._call_id

    @property
    def ended(self) -> bool:
        return self._ended

    def legs(self) -> Sequence[LegId]:
        return (self._leg_id, offer_leg(self._call_id, 0))

    def failed(self, at: datetime) -> Sequence[Fact]:
        return (queued(int(self._call_id[2:])),)

    def handle(self, fact: object) -> Sequence[Command]:
        if isinstance(fact, LegAnswered):
            raise ValueError("a fault in this call")
        self._ended = isinstance(fact, LegEnded)
        return ()


class Done:
    """Notes how calls ended."""

    def __init__(self) -> None:
        self.calls: list[tuple[CallId, bool]] = []

    def __call__(self, machine: Machine, failed: bool) -> None:
        self.calls.append((machine.call_id, failed))


@virtual_time
async def test_a_leg_belongs_to_the_call_it_names_or_was_started_with() -> None:
    async with a_bed() as bed:
        session = bed.supervisor.start(OneLegCall(1, CALLER), (), (CALLER,))
        other = bed.supervisor.start(OneLegCall(2, OTHER_CALLER), (), (OTHER_CALLER,))

        assert bed.supervisor.owner(CALLER) is session
        assert bed.supervisor.owner(OTHER_CALLER) is other
        assert bed.supervisor.owner(offer_leg(call_id(1), 7)) is session
        assert bed.supervisor.owner(LegId("1770000000.3")) is None
        assert bed.supervisor.owner(offer_leg(call_id(3), 0)) is None
        assert len(bed.supervisor) == 2


@virtual_time
async def test_a_call_that_ended_is_forgotten_and_told_once() -> None:
    async with a_bed() as bed:
        done = Done()
        session = bed.supervisor.start(OneLegCall(1, CALLER), (), (CALLER,), done)

        session.deliver(LegEnded(START, CALLER, HangupCause.NORMAL))
        await settle()

        assert bed.supervisor.owner(CALLER) is None
        assert bed.supervisor.machines() == []
        assert done.calls == [(call_id(1), False)]
        assert bed.asterisk.said == []


@virtual_time
async def test_a_failing_call_hangs_up_its_legs_tells_its_end_and_touches_no_other() -> None:
    async with a_bed() as bed:
        done = Done()
        failing = bed.supervisor.start(OneLegCall(1, CALLER), (), (CALLER,), done)
        healthy = bed.supervisor.start(OneLegCall(2, OTHER_CALLER), (), (OTHER_CALLER,), done)

        failing.deliver(LegAnswered(START, CALLER))
        await settle()

        assert bed.asterisk.said == [
            f"DELETE /channels/{CALLER}?reason=failure",
            f"DELETE /channels/{offer_leg(call_id(1), 0)}?reason=failure",
        ]
        assert bed.facts == [queued(1)]
        assert done.calls == [(call_id(1), True)]
        assert bed.supervisor.owner(OTHER_CALLER) is healthy
        assert (len(bed.supervisor), bed.supervisor.failures) == (1, 1)


@virtual_time
async def test_a_leg_that_cannot_be_hung_up_leaves_neither_the_other_nor_the_program_hanging() -> None:
    async with a_bed() as bed:
        bed.asterisk.answers("DELETE", f"/channels/{CALLER}", 400, {"message": "nonsense"})
        done = Done()
        session = bed.supervisor.start(OneLegCall(1, CALLER), (), (CALLER,), done)

        session.deliver(LegAnswered(START, CALLER))
        await settle()

        assert bed.asterisk.asked("DELETE", offer_leg(call_id(1), 0))
        assert done.calls == [(call_id(1), True)]


@virtual_time
async def test_whoever_is_told_of_an_end_may_fail_too() -> None:
    def fails(_machine: Machine, _failed: bool) -> None:
        raise ValueError("a fault in who is told")

    async with a_bed() as bed:
        session = bed.supervisor.start(OneLegCall(1, CALLER), (), (CALLER,), fails)

        session.deliver(LegEnded(START, CALLER, HangupCause.NORMAL))
        await settle()

        assert (len(bed.supervisor), bed.supervisor.failures) == (0, 1)


@virtual_time
async def test_a_call_may_fail_in_its_first_command() -> None:
    async with a_bed() as bed:
        bed.supervisor.start(
            OneLegCall(1, CALLER), (JoinQueue(Department.SALES), StartMusic(CALLER)), (CALLER,)
        )

        await settle()

        assert len(bed.supervisor) == 0
        assert bed.asterisk.asked("DELETE", CALLER)


@virtual_time
async def test_stopping_the_program_leaves_calls_alone() -> None:
    async with a_bed() as bed:
        done = Done()
        bed.supervisor.start(OneLegCall(1, CALLER), (), (CALLER,), done)
        await settle()

        bed.tasks.cancel()
        await settle()

        assert (bed.asterisk.said, bed.facts, done.calls) == ([], [], [])


@virtual_time
async def test_failing_side_work_is_counted_and_harms_nothing() -> None:
    async def fails() -> None:
        raise ValueError("a fault in side work")

    async with a_bed() as bed:
        session = bed.supervisor.start(OneLegCall(1, CALLER), (), (CALLER,))

        bed.supervisor.spawn("faulty", fails())
        await asyncio.sleep(1)

        assert bed.supervisor.failures == 1
        assert bed.supervisor.owner(CALLER) is session
