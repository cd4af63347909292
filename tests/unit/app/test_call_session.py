import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from app.call_session import INBOX_SIZE, CallSession
from calls.commands import (
    CancelTimer,
    Command,
    HangUp,
    JoinPeople,
    PlayPrompts,
    Publish,
    RingAgent,
    SetTimer,
    StartMusic,
    StartRecording,
)
from calls.facts import Fact
from calls.ids import AgentId, CallId, LegId, PlaybackId, RecordingId, bridge_of, offer_leg
from calls.legs import (
    LegAnswered,
    LegEnded,
    LegJoined,
    PeopleJoined,
    PromptFinished,
    RecordingStopped,
    TimerExpired,
)
from calls.words import HangupCause
from tests.fakes.virtual_time import START, after, settle, virtual_time
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import ANNA, CALLER, agent, call_id, queued

CALL = call_id(1)
ANSWERED = LegAnswered(START, CALLER)
LAST = LegEnded(START, CALLER, HangupCause.NORMAL)
OFFER = offer_leg(CALL, 0)
PLAYBACK = PlaybackId("p01")
Rule = Callable[[object], Sequence[Command]]


class Machine:
    """Notes what it is told, does what the test's rule says, and ends with the caller's leg."""

    def __init__(self, rule: Rule = lambda _fact: ()) -> None:
        self.heard: list[object] = []
        self._rule = rule

    @property
    def call_id(self) -> CallId:
        return CALL

    @property
    def ended(self) -> bool:
        return LAST in self.heard

    def legs(self) -> Sequence[LegId]:
        return (CALLER, OFFER)

    def failed(self, at: datetime) -> Sequence[Fact]:
        return ()

    def handle(self, fact: object) -> Sequence[Command]:
        self.heard.append(fact)
        return self._rule(fact)


def session_on(bed: Bed, machine: Machine) -> CallSession:
    return CallSession(machine, bed.executor, bed.journal, bed.clock)


@virtual_time
async def test_facts_are_read_one_by_one_in_the_order_in_which_they_came() -> None:
    async with a_bed() as bed:
        machine = Machine()
        session = session_on(bed, machine)
        facts = [LegAnswered(after(number), CALLER) for number in range(5)]

        for fact in (*facts, LAST, ANSWERED):
            session.deliver(fact)
        await session.run()

    assert machine.heard == [*facts, LAST]


@virtual_time
async def test_the_commands_of_a_fact_are_carried_out_in_order_before_the_next_fact_is_read() -> None:
    async with a_bed() as bed:
        held = bed.asterisk.holds("POST", f"/channels/{CALLER}/moh")
        music = (Publish(queued(1)), StartMusic(CALLER), HangUp(OFFER))
        machine = Machine(lambda fact: music if fact is ANSWERED else ())
        session = session_on(bed, machine)
        session.deliver(ANSWERED)
        session.deliver(LAST)

        async with asyncio.TaskGroup() as group:
            group.create_task(session.run())
            await settle()
            before = list(machine.heard)
            held.set_result(None)

    assert before == [ANSWERED]
    assert machine.heard == [ANSWERED, LAST]
    assert bed.facts == [queued(1)]
    assert [request.split("?")[0] for request in bed.asterisk.said] == [
        f"POST /channels/{CALLER}/moh",
        f"DELETE /channels/{OFFER}",
    ]


@virtual_time
async def test_a_clock_that_runs_out_is_a_fact_and_setting_it_again_moves_it() -> None:
    async with a_bed() as bed:
        machine = Machine(lambda fact: (SetTimer("ring", 5),) if fact is ANSWERED else ())
        session = session_on(bed, machine)

        async with asyncio.TaskGroup() as group:
            group.create_task(session.run((SetTimer("ring", 5), SetTimer("other", 6))))
            await asyncio.sleep(3)
            session.deliver(ANSWERED)
            await asyncio.sleep(20)
            session.deliver(LAST)

    assert machine.heard == [
        ANSWERED,
        TimerExpired(after(6), "other"),
        TimerExpired(after(8), "ring"),
        LAST,
    ]


@virtual_time
async def test_a_clock_that_was_cancelled_says_nothing() -> None:
    async with a_bed() as bed:
        machine = Machine()
        session = session_on(bed, machine)

        async with asyncio.TaskGroup() as group:
            group.create_task(session.run((SetTimer("ring", 5), CancelTimer("ring"), CancelTimer("none"))))
            await asyncio.sleep(10)
            session.deliver(LAST)

    assert machine.heard == [LAST]


@virtual_time
async def test_clocks_end_with_the_call() -> None:
    async with a_bed() as bed:
        machine = Machine()
        session = session_on(bed, machine)
        session.deliver(LAST)

        await session.run((SetTimer("ring", 5),))
        await asyncio.sleep(10)

    assert machine.heard == [LAST]
    assert session._inbox.empty()


@virtual_time
async def test_people_who_were_joined_are_told_before_anything_that_happened_meanwhile() -> None:
    async with a_bed() as bed:
        held = bed.asterisk.holds("POST", f"/bridges/{bridge_of(CALL)}/addChannel")
        join = (JoinPeople(bridge_of(CALL), (CALLER,)), SetTimer("join", 9))
        machine = Machine(lambda fact: join if fact is ANSWERED else ())
        session = session_on(bed, machine)
        session.deliver(ANSWERED)

        async with asyncio.TaskGroup() as group:
            group.create_task(session.run((SetTimer("grace", 1),)))
            await asyncio.sleep(2)
            held.set_result(None)
            await settle()
            session.deliver(LAST)

    assert machine.heard == [
        ANSWERED,
        PeopleJoined(after(2), bridge_of(CALL)),
        TimerExpired(after(1), "grace"),
        LAST,
    ]


@virtual_time
async def test_a_join_has_asterisks_own_time_and_who_had_hung_up_before_is_not_joined() -> None:
    async with a_bed() as bed:
        joins = bed.executor.joins
        join = (JoinPeople(bridge_of(CALL), (CALLER,)), JoinPeople(bridge_of(CALL), (OFFER,)))
        machine = Machine(lambda fact: join if fact is ANSWERED else ())
        session = session_on(bed, machine)
        joins.on_fact(LegJoined(after(-1), CALLER, bridge_of(CALL), hung_up=False))
        joins.on_fact(LegJoined(after(-1), OFFER, bridge_of(CALL), hung_up=True))
        session.deliver(ANSWERED)
        session.deliver(LAST)

        await session.run()

    assert machine.heard == [ANSWERED, PeopleJoined(after(-1), bridge_of(CALL)), LAST]


@pytest.mark.parametrize(
    ("command", "refused", "told"),
    [
        (
            PlayPrompts(CALLER, PLAYBACK, ("menu",)),
            f"/channels/{CALLER}/play",
            [PromptFinished(START, CALLER, PLAYBACK)],
        ),
        (
            RingAgent(OFFER, ANNA, 15, None),
            f"/channels/{OFFER}",
            [LegEnded(START, OFFER, HangupCause.FAILURE)],
        ),
        (
            StartRecording(CALLER, RecordingId("v00"), 120, 4),
            f"/channels/{CALLER}/record",
            [RecordingStopped(START, RecordingId("v00"), 0.0, complete=False)],
        ),
        (JoinPeople(bridge_of(CALL), (CALLER,)), "/bridges", []),
        (StartMusic(CALLER), f"/channels/{CALLER}/moh", []),
    ],
)
def test_what_nobody_else_would_tell_of_a_command_that_failed_is_told(
    command: Command, refused: str, told: list[object]
) -> None:
    @virtual_time
    async def story() -> None:
        async with a_bed(agent(ANNA)) as bed:
            for method in ("POST", "GET"):
                bed.asterisk.answers(method, refused, 404, {"message": "No such thing"})
            machine = Machine()
            session = session_on(bed, machine)
            session.deliver(LAST)

            await session.run((command,))

        assert machine.heard == [*told, LAST]

    story()


@virtual_time
async def test_a_full_inbox_drops_facts_and_never_blocks_whoever_delivers() -> None:
    async with a_bed() as bed:
        session = session_on(bed, Machine())

        for _ in range(INBOX_SIZE + 5):
            session.deliver(ANSWERED)

    assert session._inbox.qsize() == INBOX_SIZE


@virtual_time
async def test_an_agent_without_a_phone_counts_as_an_offer_that_ended() -> None:
    async with a_bed(agent(ANNA)) as bed:
        bed.executor._endpoint_of = lambda _agent_id: None
        machine = Machine()
        session = session_on(bed, machine)
        session.deliver(LAST)

        await session.run((RingAgent(OFFER, AgentId("anna"), 15, None),))

    assert machine.heard[0] == LegEnded(START, OFFER, HangupCause.FAILURE)
