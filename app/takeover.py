"""What an earlier process left: its open calls and attempts, taken over alive or brought to their one end.

Every end is told by the machine that tells it live, as far as there is one. What to make of each piece is decided in
`app/reconcile_plan.py`.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

from app.alone import Alone
from app.ari.census import is_stored, still_plays, still_records
from app.ari.executor import Executor
from app.ari.operations import Ari
from app.calls_in import Reception
from app.calls_out import OutboundDialler
from app.clock import Clock
from app.floor_desk import FloorDesk
from app.inbound import InboundCall, InboundPlan
from app.journal import Journal
from app.line_takeover import take_over_lines
from app.lines import OpenLines
from app.reconcile_plan import Found, Live, entry_stage, found_attempt, found_inbound, left
from app.recordings import Recordings
from app.storage.takeover import OpenAttempt, OpenCall
from app.supervisor import Supervisor
from app.unheard_answers import with_answers
from calls.facts import CallArrived, CallConnected, CallEnded, CallQueued
from calls.ids import AgentId, CallId, LegId, NodeId, PlaybackId, leg_mark, line_leg
from calls.legs import LegArrived, LegEnded, PromptFinished, PromptStarted, RecordingStopped, TimerExpired
from calls.words import CallPhase, HangupCause, InboundOutcome
from dialer.life import GRACE, Attempt, AttemptState
from ivr.flow import Ivr, recording_id
from ivr.flow import Stage as IvrStage
from ivr.flow import playback_id as ivr_prompt
from ivr.recognition import Recognised
from routing.flow import Offer, RoutedCall, Stage
from routing.flow import playback_id as queue_prompt

PROMPTS_LOOKED_FOR = 12
LANDED = datetime.min.replace(tzinfo=UTC)
_CAUSE = HangupCause.LOST_WHILE_DOWN
_TALKS = (Found.TALKING, Found.FORSAKEN)


@dataclass(frozen=True, slots=True)
class Left:
    """What the journal knows to be open when this process begins."""

    calls: list[OpenCall]
    attempts: list[OpenAttempt]


@dataclass(slots=True)
class Tally:
    """What a reconciliation has come to. `missing`: attempts whose leg Asterisk has not, with the time of their commitment, or
    since when it has not; `LANDED` where it is known that they were dialled and what came of it.
    """

    taken: int = 0
    ended: int = 0
    missing: dict[LegId, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What a caller hears or says at the moment. `number` is that of the last prompt; `recorded` a message that is over."""

    number: int = PROMPTS_LOOKED_FOR
    playing: PlaybackId | None = None
    records: bool = False
    recorded: RecordingStopped | None = None


class TakeOver:
    """Takes over once, at the first connection."""

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
        recordings: Recordings,
    ) -> None:
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
        self._recordings = recordings

    async def take_over(self, live: Live, work: Left, alone: Alone, tally: Tally) -> None:
        """Adopt or end everything. An attempt without a leg gets its session; its end is the caller's to find out."""
        async with asyncio.TaskGroup() as group:
            heard = {call.call_id: group.create_task(self._heard(live, call)) for call in work.calls}
            messages = {
                attempt.call_id: group.create_task(still_plays(self._ari, _message(attempt)))
                for attempt in work.attempts
                if attempt.leg_id in live.legs
            }
        attempts = await with_answers(self._ari, live, work.attempts, self._journal, self._clock.now())
        await take_over_lines(self._ari, live, self._desk.floor.agents(), self._lines)
        follows = [
            fact
            for call in work.calls
            if (fact := self._take_over_call(live, call, heard[call.call_id].result(), alone, tally))
        ]
        for attempt in attempts:
            plays = attempt.call_id in messages and messages[attempt.call_id].result()
            self._take_over_attempt(live, attempt, alone, tally, plays=plays)
        # Agents are put right before calls are given to them.
        for agent in self._desk.floor.agents():
            self._desk.settle(agent)
        for fact in follows:
            if isinstance(fact, CallEnded):
                self._journal.publish(fact)
            else:
                self._desk.on_fact(fact)
        self._lines.open_missing()

    # Inbound calls

    async def _heard(self, live: Live, call: OpenCall) -> _Heard:
        if live.bridge_with(call.customer_leg) is not None:
            return _Heard()
        number, playing = PROMPTS_LOOKED_FOR, None
        if call.customer_leg in live.legs:
            async with asyncio.TaskGroup() as group:
                asked = [
                    (number, prompt, group.create_task(still_plays(self._ari, prompt)))
                    for number, prompt in _possible_prompts(call)
                ]
            number, playing = next(
                ((number, prompt) for number, prompt, plays in asked if plays.result()), (number, None)
            )
        if call.queued_at is not None or call.voicemail_seconds is not None:
            return _Heard(number, playing)
        message = recording_id(call.call_id)
        if await still_records(self._ari, message):
            return _Heard(number, playing, records=True)
        if not await is_stored(self._ari, message):
            return _Heard(number, playing)
        return _Heard(number, playing, recorded=self._recordings.found(message, self._clock.now()))

    def _take_over_call(
        self, live: Live, call: OpenCall, heard: _Heard, alone: Alone, tally: Tally
    ) -> CallQueued | CallEnded | None:
        """Adopt a call, or find that it is over; the return is for the floor: of one that waits, and of an end, which nobody knows yet."""
        now = self._clock.now()
        dealer = self._reception.dealer(call.dealer)
        found, agent_leg = found_inbound(
            live,
            call.customer_leg,
            call.call_id,
            alone.callers,
            queued=call.queued_at is not None,
            connected=call.connected_at is not None,
        )
        is_over = found in (Found.GONE, Found.DIVERTED)
        if dealer is None and found in _TALKS and call.department is not None:
            # Of a dealer, or a queue, that the settings have lost: who talks goes on.
            tally.taken += 1
            return self._take_over_routed(call, None, heard, found, agent_leg)
        if dealer is None or (is_over and heard.recorded is None):
            tally.ended += 1
            if dealer is not None and call.department in dealer.queues:
                self._talked(call)
            return _inbound_end(call, found, now)
        tally.ended += is_over
        tally.taken += not is_over
        plan = self._reception.plan(dealer, now)
        # Who waits in a queue that the settings have lost begins anew.
        queued = call.department in dealer.queues or found in _TALKS
        if call.queued_at is None or call.department is None or not queued:
            self._take_over_entering(live, call, plan, heard)
            return None
        return self._take_over_routed(call, plan, heard, found, agent_leg)

    def _take_over_entering(self, live: Live, call: OpenCall, plan: InboundPlan, heard: _Heard) -> None:
        leg = live.legs.get(call.customer_leg)
        stage = entry_stage(
            is_open=plan.opening.open,
            up=leg is not None and leg.up,
            plays=heard.playing is not None,
            recorded=heard.records or heard.recorded is not None,
            listed=call.voicemail_seconds is not None,
        )
        arrived, recognised = self._arrived(call), _recognised(call)
        heard_it_all = stage is IvrStage.MENU and recognised is not None and heard.playing is None
        if stage is None or heard_it_all:
            self._reception.start_again(InboundCall(arrived, plan, recognised), call.customer_leg)
            return
        ivr = Ivr(
            call.call_id,
            call.customer_leg,
            plan.entry,
            call.cli,
            call.arrived_at,
            stage,
            playbacks=heard.number,
            playing=heard.playing,
            recorded_seconds=call.voicemail_seconds or 0.0,
            recognised=recognised,
        )
        session = self._reception.adopt(
            InboundCall.resumed(arrived, plan, ivr), call.customer_leg, waits=leg is not None
        )
        if leg is None:
            session.deliver(LegEnded(self._clock.now(), call.customer_leg, _CAUSE))
        if heard.recorded is not None:
            session.deliver(heard.recorded)

    def _take_over_routed(
        self,
        call: OpenCall,
        plan: InboundPlan | None,
        heard: _Heard,
        found: Found,
        agent_leg: LegId | None,
    ) -> CallQueued | None:
        assert call.queued_at is not None
        assert call.department is not None
        now = self._clock.now()
        offer = None
        if call.agent_id is not None:
            if found is Found.TALKING and agent_leg is not None:
                offer = Offer(call.agent_id, agent_leg, _line(agent_leg))
            elif found is Found.FORSAKEN and call.agent_leg is not None:
                offer = Offer(call.agent_id, call.agent_leg, _line(call.agent_leg))
        routed = RoutedCall(
            call.call_id,
            call.customer_leg,
            self._reception.queue_plan(call.dealer, call.department),
            call.cli,
            call.queued_at,
            stage=Stage.WAITING if offer is None else Stage.TALKING,
            offers=_next_offer(call.agent_leg),
            offer=offer,
            connected_at=None if offer is None else call.connected_at or now,
            playbacks=heard.number,
            playing=heard.playing,
        )
        call_again = InboundCall.resumed(self._arrived(call), plan, routed, _recognised(call))
        session = self._reception.adopt(call_again, call.customer_leg, waits=offer is None)
        if offer is None:
            return CallQueued(call.queued_at, call.call_id, call.dealer, call.department, 0)
        self._desk.adopt(call.call_id, offer.agent_id)
        if call.connected_at is None:
            waited = (now - call.queued_at).total_seconds()
            self._journal.publish(
                CallConnected(
                    now, call.call_id, call.dealer, call.department, offer.agent_id, offer.leg_id, waited
                )
            )
        if found is Found.FORSAKEN:
            session.deliver(LegEnded(now, offer.leg_id, _CAUSE))
        return None

    def _talked(self, past: OpenCall | OpenAttempt) -> None:
        """Whoever had this conversation gets the wrap-up that its end, told after agents are put right, will bring."""
        if past.connected_at is not None and past.agent_id is not None:
            self._desk.talked(past.call_id, past.agent_id)

    def _arrived(self, call: OpenCall) -> CallArrived:
        return CallArrived(
            call.arrived_at, call.call_id, call.dealer, call.ddi, call.cli, call.customer_leg, self._node
        )

    # Attempts

    def _take_over_attempt(
        self, live: Live, attempt: OpenAttempt, alone: Alone, tally: Tally, *, plays: bool
    ) -> None:
        found, line = found_attempt(live, attempt.leg_id)
        now, life = self._clock.now(), _life(attempt)
        agent_id = self._agent_on(line) or attempt.agent_id
        if found is Found.TALKING and line is not None and agent_id is not None:
            tally.taken += 1
            self._desk.adopt(attempt.call_id, agent_id)
            self._dialler.adopt_talking(life, agent_id, line, attempt.connected_at, now)
            return
        self._keep_agent(attempt)
        if found is Found.RINGING:
            tally.taken += 1
            self._dialler.adopt_ringing(life, rings=live.legs[attempt.leg_id].rings)
            if attempt.called_off_at is not None:
                self._dialler.call_off(attempt.call_id)
            return
        session = self._dialler.adopt(life)
        if found is Found.GONE:
            tally.ended += 1
            if attempt.connected_at is not None:
                session.deliver(LegEnded(now, attempt.leg_id, _CAUSE))
            else:
                tally.missing[attempt.leg_id] = LANDED if attempt.abandoned_at else attempt.committed_at
            return
        tally.taken += 1
        if found is Found.DIVERTED:
            session.deliver(left(attempt.leg_id, alone, now))
        elif attempt.connected_at is not None:
            # The agent's line is gone: as live, there is nobody left to talk to.
            session.deliver(LegEnded(now, line_leg(attempt.call_id), _CAUSE))
        elif plays:
            self._executor.leases.hold(attempt.leg_id, life.playback_id)
            if attempt.abandoned_at is None:
                session.deliver(TimerExpired(now, GRACE))
            if attempt.message_at is None:
                session.deliver(PromptStarted(now, attempt.leg_id, life.playback_id))
        elif attempt.message_at is not None:
            session.deliver(PromptFinished(now, attempt.leg_id, life.playback_id))
        else:
            session.deliver(LegArrived(now, attempt.leg_id, "answered", attempt.leg_id, ""))

    def _keep_agent(self, attempt: OpenAttempt) -> None:
        if attempt.connected_at is not None:
            self._talked(attempt)
        elif attempt.abandoned_at is None:
            self._desk.bind_again(attempt.call_id)

    def _agent_on(self, line: CallId | None) -> AgentId | None:
        return self._lines.agent_on(line) if line is not None else None


def _life(attempt: OpenAttempt) -> Attempt:
    """The attempt as the journal knows it."""
    if attempt.connected_at is not None:
        state = AttemptState.CONNECTED
    elif attempt.abandoned_at is not None:
        state = AttemptState.MESSAGE
    else:
        state = AttemptState.DIALLING if attempt.answered_at is None else AttemptState.ANSWERED
    return Attempt(
        attempt.call_id,
        attempt.campaign_id,
        attempt.dealer,
        attempt.contact_id,
        attempt.committed_at,
        state=state,
        dialled_at=attempt.committed_at,
        answered_at=attempt.answered_at,
        connected_at=attempt.connected_at,
        message_at=attempt.message_at,
        agent_id=attempt.agent_id,
        language=attempt.language,
    )


def _message(attempt: OpenAttempt) -> PlaybackId:
    return PlaybackId(f"{attempt.call_id}-p00")


def _possible_prompts(call: OpenCall) -> list[tuple[int, PlaybackId]]:
    prompt = ivr_prompt if call.queued_at is None else queue_prompt
    return [(number, prompt(call.call_id, number)) for number in range(1, PROMPTS_LOOKED_FOR + 1)]


def _next_offer(agent_leg: LegId | None) -> int:
    mark = leg_mark(agent_leg) if agent_leg is not None else None
    return mark.number + 1 if mark is not None else 0


def _line(agent_leg: LegId) -> CallId | None:
    """The open line that a leg is, if it is one."""
    return mark.call_id if (mark := leg_mark(agent_leg)) is not None and mark.kind == "l" else None


def _recognised(call: OpenCall) -> Recognised | None:
    if call.campaign_id is None or call.contact_id is None or call.department is None:
        return None
    return Recognised(call.campaign_id, call.contact_id, call.department)


def _inbound_end(call: OpenCall, found: Found, now: datetime) -> CallEnded:
    talked = max(0.0, (now - (call.connected_at or now)).total_seconds())
    if call.connected_at is not None:
        outcome, phase = InboundOutcome.CONNECTED, CallPhase.TALKING
    elif call.voicemail_seconds is not None:
        outcome, phase = InboundOutcome.VOICEMAIL, CallPhase.VOICEMAIL
    else:
        outcome = InboundOutcome.DIVERTED if found is Found.DIVERTED else InboundOutcome.LOST
        phase = CallPhase.QUEUE if call.queued_at is not None else CallPhase.MENU
    waited = None
    if call.queued_at is not None:
        waited = max(0.0, ((call.connected_at or now) - call.queued_at).total_seconds())
    return CallEnded(now, call.call_id, call.dealer, call.department, phase, outcome, _CAUSE, waited, talked)
