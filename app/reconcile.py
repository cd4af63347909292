"""After a restart or a lost connection: bring our calls in line with what Asterisk still has.

Runs before the first new event is read. Calls that live are taken over, calls that died meanwhile get their one final
state, pieces that belong to nothing are taken away. What to make of each piece is decided in `app/reconcile_plan.py`;
what an earlier process left is the subject of `app/takeover.py`.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Iterable
from datetime import timedelta

from app.alone import Alone
from app.ari.census import CensusFailed, still_plays, still_records, take_census
from app.ari.executor import Executor
from app.ari.operations import Ari
from app.calls_in import INBOUND_PURPOSES, Reception
from app.clock import Clock
from app.inbound import InboundCall
from app.journal import Journal
from app.lines import OpenLine
from app.marks import Marks
from app.outbound import OutboundCall
from app.reconcile_plan import Live, empty_bridges, gone, in_dialplan, left, orphans, unheard
from app.recordings import Recordings
from app.supervisor import Supervisor
from app.takeover import Left, TakeOver, Tally
from app.unheard_answers import answered_at, with_messages
from calls.commands import CloseBridge, HangUp
from calls.facts import DifferenceFound
from calls.ids import CallId, LegId, NodeId, bridge_of, leg_mark
from calls.legs import LegAnswered, LegArrived, LegEnded, LegRinging, PromptFinished
from calls.words import HangupCause

_log = logging.getLogger(__name__)
CENSUS_PAUSE_SECONDS = 0.5
MARKS_SECONDS = 1.0
MARKS_PATIENCE_SECONDS = 30.0
# Whoever answers is with us, or hears the message, within milliseconds.
MOST_LOOKS = 10
LOOK_PAUSE_SECONDS = 0.05
# A request to dial that was on its way when we lost sight of Asterisk has become a channel by then, or never will.
LANDING = timedelta(seconds=3)
_CAUSE = HangupCause.LOST_WHILE_DOWN


class Reconciler:
    """Takes over once, at the first connection; compares at every later one."""

    def __init__(
        self,
        node: NodeId,
        ari: Ari,
        supervisor: Supervisor,
        executor: Executor,
        reception: Reception,
        journal: Journal,
        clock: Clock,
        takeover: TakeOver,
        marks: Marks,
        recordings: Recordings,
        left_work: Left,
        count: Callable[[int, int], None],
        base: str,
    ) -> None:
        """`left_work` is what an earlier process left, `base` our application's name before any change.

        `count` hears how many channels and bridges Asterisk has, at every look.
        """
        self._node = node
        self._ari = ari
        self._supervisor = supervisor
        self._executor = executor
        self._reception = reception
        self._journal = journal
        self._clock = clock
        self._takeover = takeover
        self._marks = marks
        self._recordings = recordings
        self._left: Left | None = left_work
        self._count = count
        self._base = base
        self._missing: set[LegId] = set()

    async def reconcile(self, application: str) -> tuple[int, int]:
        """Make everything agree; returns how many calls were taken over and how many had ended meanwhile."""
        tally = Tally()
        live = await self._census(application)
        alone = await self._marks.read(MARKS_SECONDS)
        known = await with_messages(self._ari, live, alone or Alone())
        await self._compare(live, known, tally)
        if self._left is not None:
            await self._takeover.take_over(live, self._left, known, tally)
            self._left = None
        self._receive_strangers(live, tally)
        if legs := unheard(live, self._owned()):
            await self._follow(legs, tally, application)
        self._end_missing(tally, alone)
        await self._tidy(live, set(), differences=False)
        # Waiting callers' leases have been running all the while.
        self._executor.leases.resume()
        return tally.taken, tally.ended

    async def audit(self, application: str) -> None:
        """Compare while everything runs: each difference is told and mended. There should be none."""
        before = set(self._owned())
        running = self._running()
        try:
            live = await take_census(self._ari, application, self._base)
        except CensusFailed as error:
            _log.warning("no census", extra={"reason": str(error)})
            return
        self._count(len(live.legs), len(live.bridges))
        stable = before & set(self._owned())
        for leg_id in stable:
            if leg_id in live.legs or leg_id in self._missing or leg_id in self._executor.dialling:
                continue
            if await self._confirmed_gone(leg_id):
                self._differs("leg_gone", leg_id)
                self._end_leg(leg_id)
        # What a call leaves behind while it ends, between the look and now, is no difference.
        await self._tidy(live, running | self._running(), differences=True)

    async def _census(self, application: str) -> Live:
        """Ask until Asterisk tells; whoever waits cancels this when the connection goes down meanwhile."""
        while True:
            try:
                return await take_census(self._ari, application, self._base)
            except CensusFailed as error:
                _log.warning("no census", extra={"reason": str(error)})
                await asyncio.sleep(CENSUS_PAUSE_SECONDS)

    # Calls this process already has

    async def _compare(self, live: Live, alone: Alone, tally: Tally) -> None:
        for machine in self._supervisor.machines():
            session = self._supervisor.call(machine.call_id)
            if session is None:
                continue
            tally.taken += 1
            now = self._clock.now()
            for leg_id in machine.legs():
                leg = live.legs.get(leg_id)
                if leg is None and leg_id in self._executor.dialling:
                    continue
                if leg is None:
                    self._executor.leases.drop(leg_id)
                    tally.ended += 1
                    if isinstance(machine, OutboundCall):
                        tally.missing[leg_id] = machine.attempt.committed_at
                    else:
                        session.deliver(gone(leg_id, alone, now))
                elif live.bridge_with(leg_id) is not None:
                    continue
                elif not leg.ours and leg.up and not isinstance(machine, OpenLine):
                    self._executor.leases.drop(leg_id)
                    session.deliver(left(leg_id, alone, now))
                elif leg.up and leg_mark(leg_id) is not None:
                    rang = isinstance(machine, OutboundCall) and machine.attempt.answered_at is None
                    answered = await answered_at(self._ari, leg_id, now) if rang else now
                    session.deliver(LegAnswered(answered, leg_id))
                    session.deliver(LegArrived(now, leg_id, *_purpose(leg.arguments), leg.cli_text))
                elif leg.rings and isinstance(machine, OutboundCall):
                    # It may have begun while nobody heard of it: what it has rung is counted from now on.
                    session.deliver(LegRinging(now, leg_id))
            if isinstance(machine, InboundCall | OutboundCall):
                await self._hear_again(machine, live)

    async def _hear_again(self, machine: InboundCall | OutboundCall, live: Live) -> None:
        """Tell of a prompt or a message whose end nobody heard."""
        session = self._supervisor.call(machine.call_id)
        playing = machine.playing
        if session is None:
            return
        customer = machine.customer
        if playing is not None and customer in live.legs and not await still_plays(self._ari, playing):
            self._executor.leases.uncover(customer, playing)
            session.deliver(PromptFinished(self._clock.now(), customer, playing))
        recording = machine.recording if isinstance(machine, InboundCall) else None
        if recording is not None and not await still_records(self._ari, recording):
            self._executor.leases.uncover(customer, recording)
            session.deliver(self._recordings.found(recording, self._clock.now()))

    # Legs whose events nobody sends us unless asked

    async def _follow(self, legs: Collection[LegId], tally: Tally, application: str) -> None:
        """Hear of legs from now on, and find out what became of those that went on before that: events tell the rest."""
        async with asyncio.TaskGroup() as group:
            followed = {leg_id: group.create_task(self._executor.follow(leg_id)) for leg_id in legs}
        lost = {leg_id for leg_id, task in followed.items() if not task.result()}
        undecided = set(followed) - self._missing - self._executor.dialling
        for _ in range(MOST_LOOKS):
            undecided = await self._went_on(undecided, lost, tally, application)
            if not undecided:
                return
            await asyncio.sleep(LOOK_PAUSE_SECONDS)

    async def _went_on(
        self, legs: Collection[LegId], lost: Collection[LegId], tally: Tally, application: str
    ) -> set[LegId]:
        """Tell of those that are over or with the dialplan's message; who has answered and may be on the way to us is returned."""
        live = await self._census(application)
        is_over = {leg_id: leg_id in lost or leg_id not in live.legs for leg_id in legs}
        went_on = [
            (leg_id, session)
            for leg_id, over in is_over.items()
            if (over or in_dialplan(live, leg_id)) and (session := self._supervisor.owner(leg_id)) is not None
        ]
        if not went_on:
            return set()
        alone = await self._marks.read(MARKS_SECONDS)
        known = await with_messages(self._ari, live, alone or Alone())
        on_the_way = set()
        for leg_id, session in went_on:
            over = is_over[leg_id]
            if over:
                self._executor.leases.drop(leg_id)
            # Only a mark, or the leg itself, tells that the message was played: and of one that ends between these two looks
            # neither does. One that is gone is told before the event of its end is read, which knows nothing of a message.
            if leg_id in known.messages or (alone is None and not over):
                session.deliver(left(leg_id, known, self._clock.now()))
            elif over and isinstance(session.machine, OutboundCall):
                tally.missing[leg_id] = self._clock.now()
            elif over:
                session.deliver(gone(leg_id, known, self._clock.now()))
            else:
                on_the_way.add(leg_id)
        return on_the_way

    # Attempts without a leg

    def _end_missing(self, tally: Tally, alone: Alone | None) -> None:
        """End the attempts that Asterisk has not, those later that may still come, or of which it could not tell all."""
        landed = self._clock.now() - LANDING
        now = {leg_id for leg_id, committed_at in tally.missing.items() if committed_at <= landed}
        if alone is None:
            now = set()
        self._tell_gone(now, alone or Alone())
        later = tally.missing.keys() - now
        if later:
            self._missing |= later
            self._supervisor.spawn("end attempts", self._end_later(later))

    async def _end_later(self, legs: Iterable[LegId]) -> None:
        try:
            await asyncio.sleep(LANDING.total_seconds())
            alone = await self._marks.read(MARKS_PATIENCE_SECONDS) or Alone()
            for leg_id in legs:
                if leg_id in alone.messages or not await self._executor.follow(leg_id):
                    self._tell_gone((leg_id,), alone)
        finally:
            self._missing.difference_update(legs)

    def _tell_gone(self, legs: Iterable[LegId], alone: Alone) -> None:
        for leg_id in legs:
            session = self._supervisor.owner(leg_id)
            if session is not None:
                session.deliver(gone(leg_id, alone, self._clock.now()))

    # What belongs to nothing

    def _receive_strangers(self, live: Live, tally: Tally) -> None:
        owned = set(self._owned())
        for leg in live.legs.values():
            purpose, detail = _purpose(leg.arguments)
            if leg.leg_id not in owned and leg.ours and purpose in INBOUND_PURPOSES:
                tally.taken += 1
                arrived = LegArrived(self._clock.now(), leg.leg_id, purpose, detail, leg.cli_text)
                self._executor.joins.on_fact(arrived)
                self._reception.receive(arrived)

    async def _tidy(self, live: Live, running: set[CallId], *, differences: bool) -> None:
        """Take away what nobody owns. A leg of a call in `running` may be one that is just being made or just leaving."""
        for leg_id in orphans(live, self._owned()):
            mark = leg_mark(leg_id)
            if mark is not None and mark.call_id in running:
                continue
            if in_dialplan(live, leg_id):
                continue  # it plays the message
            if differences:
                self._differs("orphan_leg", leg_id)
            await self._executor.carry_out(HangUp(leg_id))
        for bridge_id in empty_bridges(live, map(bridge_of, running | self._running())):
            if differences:
                self._differs("empty_bridge", bridge_id)
            await self._executor.carry_out(CloseBridge(bridge_id))

    def _running(self) -> set[CallId]:
        return {machine.call_id for machine in self._supervisor.machines()}

    def _owned(self) -> list[LegId]:
        return [leg_id for machine in self._supervisor.machines() for leg_id in machine.legs()]

    async def _confirmed_gone(self, leg_id: LegId) -> bool:
        # Its call may end while Asterisk is asked.
        return not await self._executor.exists(leg_id) and self._supervisor.owner(leg_id) is not None

    def _end_leg(self, leg_id: LegId) -> None:
        self._executor.leases.drop(leg_id)
        session = self._supervisor.owner(leg_id)
        if session is not None:
            session.deliver(LegEnded(self._clock.now(), leg_id, _CAUSE))

    def _differs(self, kind: str, object_id: str) -> None:
        self._journal.publish(DifferenceFound(self._clock.now(), self._node, kind, object_id))


def _purpose(arguments: tuple[str, ...]) -> tuple[str, str]:
    purpose, detail = (*arguments, "", "")[:2]
    return purpose, detail
