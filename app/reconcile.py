"""After a restart or a lost connection: bring our calls in line with what Asterisk still has.

Runs before the first new event is read. Calls that live are taken over, calls that died meanwhile get their one final
state, pieces that belong to nothing are taken away. What to make of each piece is decided in `app/reconcile_plan.py`.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.ari.census import CensusFailed, still_plays, take_census
from app.ari.executor import Executor
from app.ari.operations import Ari
from app.calls_in import INBOUND_PURPOSES, Reception
from app.calls_out import OutboundDialler
from app.clock import Clock
from app.floor_desk import FloorDesk
from app.inbound import InboundCall
from app.journal import Journal
from app.lines import OpenLine, OpenLines
from app.reconcile_plan import Found, Live, empty_bridges, found_attempt, found_inbound, orphans
from app.storage.takeover import OpenAttempt, OpenCall
from app.supervisor import Supervisor
from calls.commands import CloseBridge, HangUp
from calls.facts import AttemptEnded, CallArrived, CallConnected, CallEnded, CallQueued, DifferenceFound
from calls.ids import AgentId, CallId, LegId, NodeId, PlaybackId, bridge_of, leg_mark
from calls.legs import LegAnswered, LegArrived, LegEnded, LegLeft, PromptFinished
from calls.words import AttemptOutcome, CallPhase, HangupCause, InboundOutcome
from dialer.life import Attempt, AttemptState
from ivr.flow import playback_id as ivr_prompt
from routing.flow import Offer, RoutedCall, Stage
from routing.flow import playback_id as queue_prompt

_log = logging.getLogger(__name__)
CENSUS_PAUSE_SECONDS = 0.5
PROMPTS_LOOKED_FOR = 12
_CAUSE = HangupCause.LOST_WHILE_DOWN


@dataclass(frozen=True, slots=True)
class Left:
    """What the journal knows to be open when this process begins."""

    calls: list[OpenCall]
    attempts: list[OpenAttempt]


class Reconciler:
    """Takes over once, at the first connection; compares at every later one."""

    def __init__(
        self,
        node: NodeId,
        ari: Ari,
        supervisor: Supervisor,
        executor: Executor,
        desk: FloorDesk,
        reception: Reception,
        dialler: OutboundDialler,
        lines: OpenLines,
        journal: Journal,
        clock: Clock,
        left: Left,
        count: Callable[[int, int], None],
    ) -> None:
        """`count` hears how many channels and bridges Asterisk has, at every look."""
        self._node = node
        self._ari = ari
        self._supervisor = supervisor
        self._executor = executor
        self._desk = desk
        self._reception = reception
        self._dialler = dialler
        self._lines = lines
        self._journal = journal
        self._clock = clock
        self._left: Left | None = left
        self._count = count
        self._taken = 0
        self._ended = 0

    async def reconcile(self, application: str) -> tuple[int, int]:
        """Make everything agree; returns how many calls were taken over and how many had ended meanwhile."""
        self._taken = self._ended = 0
        live = await self._census(application)
        await self._compare(live)
        if self._left is not None:
            playing = await self._prompts_playing(live, self._left.calls)
            self._take_over(live, self._left, playing)
            self._left = None
        self._receive_strangers(live)
        await self._tidy(live, self._running(), differences=False)
        # Waiting callers' leases have been running all the while.
        self._executor.leases.resume()
        return self._taken, self._ended

    async def audit(self, application: str) -> None:
        """Compare while everything runs: each difference is told and mended. There should be none."""
        before = set(self._owned())
        running = self._running()
        try:
            live = await take_census(self._ari, application)
        except CensusFailed as error:
            _log.warning("no census", extra={"reason": str(error)})
            return
        self._count(len(live.legs), len(live.bridges))
        stable = before & set(self._owned())
        for leg_id in stable:
            if leg_id not in live.legs and await self._confirmed_gone(leg_id):
                self._differs("leg_gone", leg_id)
                self._end_leg(leg_id)
        # What a call leaves behind while it ends, between the look and now, is no difference.
        await self._tidy(live, running | self._running(), differences=True)

    async def _census(self, application: str) -> Live:
        """Ask until Asterisk tells; whoever waits cancels this when the connection goes down meanwhile."""
        while True:
            try:
                return await take_census(self._ari, application)
            except CensusFailed as error:
                _log.warning("no census", extra={"reason": str(error)})
                await asyncio.sleep(CENSUS_PAUSE_SECONDS)

    # Calls this process already has

    async def _compare(self, live: Live) -> None:
        for machine in self._supervisor.machines():
            session = self._supervisor.call(machine.call_id)
            if session is None:
                continue
            self._taken += 1
            now = self._clock.now()
            for leg_id in machine.legs():
                leg = live.legs.get(leg_id)
                if leg is None:
                    self._executor.leases.drop(leg_id)
                    session.deliver(LegEnded(now, leg_id, _CAUSE))
                    self._ended += 1
                elif live.bridge_with(leg_id) is not None:
                    continue
                elif not leg.ours and leg.up and not isinstance(machine, OpenLine):
                    self._executor.leases.drop(leg_id)
                    session.deliver(LegLeft(now, leg_id))
                elif leg.up and leg_mark(leg_id) is not None:
                    session.deliver(LegAnswered(now, leg_id))
                    session.deliver(LegArrived(now, leg_id, *_purpose(leg.arguments), leg.cli_text))
            playing = machine.playing if isinstance(machine, InboundCall) else None
            if playing is not None and not await still_plays(self._ari, playing):
                customer = machine.legs()[0]
                self._executor.leases.uncover(customer, playing)
                session.deliver(PromptFinished(now, customer, playing))

    # What an earlier process left

    async def _prompts_playing(
        self, live: Live, calls: list[OpenCall]
    ) -> dict[CallId, tuple[int, PlaybackId]]:
        """The prompt that an earlier process left playing, and its number, of each call that hears one."""
        waiting = [
            call
            for call in calls
            if call.customer_leg in live.legs and live.bridge_with(call.customer_leg) is None
        ]
        async with asyncio.TaskGroup() as group:
            asked = {
                (call.call_id, number): (playback_id, group.create_task(still_plays(self._ari, playback_id)))
                for call in waiting
                for number, playback_id in _possible_prompts(call)
            }
        return {
            call_id: (number, playback_id)
            for (call_id, number), (playback_id, plays) in asked.items()
            if plays.result()
        }

    def _take_over(self, live: Live, left: Left, playing: dict[CallId, tuple[int, PlaybackId]]) -> None:
        self._take_over_lines(live)
        waiting = [
            queued
            for call in left.calls
            if (queued := self._take_over_call(live, call, playing.get(call.call_id))) is not None
        ]
        for attempt in left.attempts:
            self._take_over_attempt(live, attempt)
        # Agents are put right before calls are given to them.
        for agent in self._desk.floor.view(self._clock.now()).agents:
            self._desk.settle(agent)
        for queued in waiting:
            self._desk.on_fact(queued)
        self._lines.open_missing()

    def _take_over_lines(self, live: Live) -> None:
        agents = {agent.profile.endpoint: agent for agent in self._desk.floor.view(self._clock.now()).agents}
        for leg in live.legs.values():
            mark = leg_mark(leg.leg_id)
            agent = agents.get(leg.endpoint)
            if mark is None or mark.kind != "l" or agent is None or agent.campaign_id is None:
                continue
            if leg.leg_id in live.bridges.get(bridge_of(mark.call_id), ()):
                self._lines.adopt(mark.call_id, agent.profile.agent_id, agent.campaign_id)

    def _take_over_call(
        self, live: Live, call: OpenCall, prompt: tuple[int, PlaybackId] | None
    ) -> CallQueued | None:
        """Adopt or end a call; the return tells the floor of one that waits."""
        dealer = self._reception.dealer(call.dealer)
        found, agent_leg = found_inbound(
            live, call.customer_leg, call.call_id, queued=call.queued_at is not None
        )
        if dealer is None or found in (Found.GONE, Found.DIVERTED):
            self._ended += 1
            self._journal.publish(_inbound_end(call, found, self._clock.now()))
            return None
        self._taken += 1
        now = self._clock.now()
        arrived = CallArrived(
            call.arrived_at, call.call_id, call.dealer, call.ddi, call.cli, call.customer_leg, self._node
        )
        plan = self._reception.plan(dealer, now)
        number, playing = prompt or (PROMPTS_LOOKED_FOR, None)
        if call.queued_at is None or call.department is None or call.department not in dealer.queues:
            greeted = live.legs[call.customer_leg].up and plan.opening.open
            begun = InboundCall(arrived, plan)
            if greeted:
                self._reception.go_on(begun, call.customer_leg, number, playing)
            else:
                self._reception.start_again(begun, call.customer_leg)
            return None
        agent_id = call.agent_id if found is Found.TALKING and agent_leg is not None else None
        routed = RoutedCall(
            call.call_id,
            call.customer_leg,
            plan.queue_of(call.department),
            call.cli,
            call.queued_at,
            stage=Stage.WAITING if agent_id is None else Stage.TALKING,
            offers=_next_offer(call.agent_leg),
            offer=None if agent_id is None or agent_leg is None else Offer(agent_id, agent_leg),
            connected_at=None if agent_id is None else call.connected_at or now,
            playbacks=number,
            playing=playing,
        )
        self._reception.adopt(
            InboundCall.resumed(arrived, plan, routed), call.customer_leg, talking=agent_id is not None
        )
        if agent_id is None or agent_leg is None:
            # A conversation whose agent is gone goes back to the front of its queue, by its old time.
            return CallQueued(call.queued_at, call.call_id, call.dealer, call.department, 0)
        self._desk.adopt(call.call_id, agent_id)
        if call.connected_at is None:
            waited = (now - call.queued_at).total_seconds()
            self._journal.publish(
                CallConnected(now, call.call_id, call.dealer, call.department, agent_id, agent_leg, waited)
            )
        return None

    def _take_over_attempt(self, live: Live, attempt: OpenAttempt) -> None:
        found, line = found_attempt(live, attempt.leg_id)
        now = self._clock.now()
        if found is Found.GONE:
            self._ended += 1
            self._journal.publish(_attempt_end(attempt, now))
            return
        self._taken += 1
        life = Attempt(
            attempt.call_id,
            attempt.campaign_id,
            attempt.dealer,
            attempt.contact_id,
            attempt.committed_at,
            state=AttemptState.DIALLING if attempt.abandoned_at is None else AttemptState.MESSAGE,
            dialled_at=attempt.committed_at,
            answered_at=attempt.answered_at,
            message_at=attempt.message_at,
        )
        agent_id = self._agent_on(line) or attempt.agent_id
        if found is Found.TALKING and line is not None and agent_id is not None:
            self._desk.adopt(attempt.call_id, agent_id)
            self._dialler.adopt_talking(life, agent_id, line, attempt.connected_at, now)
            return
        self._dialler.adopt(life)
        session = self._supervisor.call(attempt.call_id)
        assert session is not None
        if found is Found.WAITING:
            session.deliver(LegArrived(now, attempt.leg_id, "answered", attempt.leg_id, ""))
        elif found is Found.DIVERTED:
            session.deliver(LegLeft(now, attempt.leg_id))

    def _agent_on(self, line: CallId | None) -> AgentId | None:
        return self._lines.agent_on(line) if line is not None else None

    # What belongs to nothing

    def _receive_strangers(self, live: Live) -> None:
        owned = set(self._owned())
        for leg in live.legs.values():
            purpose, detail = _purpose(leg.arguments)
            if leg.leg_id not in owned and leg.ours and purpose in INBOUND_PURPOSES:
                self._taken += 1
                self._reception.receive(
                    LegArrived(self._clock.now(), leg.leg_id, purpose, detail, leg.cli_text)
                )

    async def _tidy(self, live: Live, running: set[CallId], *, differences: bool) -> None:
        for leg_id in orphans(live, self._owned()):
            mark = leg_mark(leg_id)
            # A leg of a running call may be one that is just being made or just leaving.
            if mark is not None and mark.call_id in running:
                continue
            if mark is not None and mark.kind == "x" and not live.legs[leg_id].ours:
                continue  # the dialplan plays the message
            if differences:
                self._differs("orphan_leg", leg_id)
            await self._executor.carry_out(HangUp(leg_id))
        for bridge_id in empty_bridges(live, (bridge_of(call_id) for call_id in running)):
            if differences:
                self._differs("empty_bridge", bridge_id)
            await self._executor.carry_out(CloseBridge(bridge_id))

    def _running(self) -> set[CallId]:
        return {machine.call_id for machine in self._supervisor.machines()}

    def _owned(self) -> list[LegId]:
        return [leg_id for machine in self._supervisor.machines() for leg_id in machine.legs()]

    async def _confirmed_gone(self, leg_id: LegId) -> bool:
        return self._supervisor.owner(leg_id) is not None and not await self._executor.exists(leg_id)

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


def _possible_prompts(call: OpenCall) -> list[tuple[int, PlaybackId]]:
    prompt = ivr_prompt if call.queued_at is None else queue_prompt
    return [(number, prompt(call.call_id, number)) for number in range(1, PROMPTS_LOOKED_FOR + 1)]


def _next_offer(agent_leg: LegId | None) -> int:
    mark = leg_mark(agent_leg) if agent_leg is not None else None
    return mark.number + 1 if mark is not None else 0


def _inbound_end(call: OpenCall, found: Found, now: datetime) -> CallEnded:
    talked = (now - call.connected_at).total_seconds() if call.connected_at is not None else 0.0
    if call.connected_at is not None:
        outcome, phase = InboundOutcome.CONNECTED, CallPhase.TALKING
    else:
        outcome = InboundOutcome.DIVERTED if found is Found.DIVERTED else InboundOutcome.LOST
        phase = CallPhase.QUEUE if call.queued_at is not None else CallPhase.MENU
    waited = None
    if call.queued_at is not None:
        waited = ((call.connected_at or now) - call.queued_at).total_seconds()
    return CallEnded(now, call.call_id, call.dealer, call.department, phase, outcome, _CAUSE, waited, talked)


def _attempt_end(attempt: OpenAttempt, now: datetime) -> AttemptEnded:
    if attempt.connected_at is not None:
        outcome = AttemptOutcome.CONNECTED
    elif attempt.abandoned_at is not None:
        outcome = AttemptOutcome.ABANDONED
    else:
        outcome = AttemptOutcome.IN_DOUBT
    return AttemptEnded(
        now,
        attempt.call_id,
        attempt.campaign_id,
        attempt.dealer,
        attempt.contact_id,
        outcome,
        _CAUSE,
        attempt.ring_seconds or 0.0,
        (now - attempt.connected_at) / timedelta(seconds=1) if attempt.connected_at is not None else 0.0,
    )
