"""Receives callers: a leg that the dialplan hands over becomes an inbound call of the dealer whose number was dialled."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from app.ari.executor import Executor
from app.call_session import CallSession
from app.clock import Clock
from app.dealers import Dealer, Dealers, lost_queue
from app.inbound import InboundCall, InboundPlan
from app.supervisor import Supervisor
from calls.commands import HangUp, LeaveToMessage
from calls.facts import CallArrived
from calls.ids import CallId, DealerId, LegId, NodeId
from calls.legs import LegArrived
from calls.numbers import cli_from_sip
from calls.words import Department, HangupCause
from dialer.errors import StoreUnavailable
from ivr.hours import is_open
from ivr.recognition import CallerLookedUp, Recognised
from routing.queue import QueuePlan

ANSWERED_PURPOSE = "answered"
INBOUND_PURPOSES = frozenset({"in", "return"})
_LONGEST_SHOWN = 32
_REFUSED = (
    "a caller was refused: the number that was called, as we received it, is no dealer's. If it is yours, or one that is forwarded to"
    " you, add it to `ddis` in dealers.toml; if not (0: no number), see `called_number` in telephony.toml"
)
LookUp = Callable[[Dealer, CallArrived], Awaitable[Recognised | None]]
_log = logging.getLogger(__name__)


class Reception:
    """Starts a session for every caller."""

    def __init__(
        self,
        node: NodeId,
        dealers: Dealers,
        supervisor: Supervisor,
        executor: Executor,
        clock: Clock,
        new_call_id: Callable[[], CallId],
        look_up: LookUp,
    ) -> None:
        """`look_up` tells whose campaign's call a caller returns; it raises StoreUnavailable."""
        self._node = node
        self._dealers = dealers
        self._supervisor = supervisor
        self._executor = executor
        self._clock = clock
        self._new_call_id = new_call_id
        self._look_up = look_up

    def receive(self, fact: LegArrived) -> None:
        """Take a leg that no call owns. One that has no business here is hung up, and the log says what to do about a caller."""
        dealer = self._dealers.at_number(fact.detail) if fact.purpose in INBOUND_PURPOSES else None
        if fact.purpose == ANSWERED_PURPOSE:
            # A customer whose attempt we do not know must not meet silence: the dialplan says who called.
            leave = LeaveToMessage(fact.leg_id)
            self._supervisor.spawn("send a customer to the message", self._executor.carry_out(leave))
            return
        if dealer is None:
            if fact.purpose in INBOUND_PURPOSES:
                # Ours or not, whoever mends it has to see how the provider writes it.
                _log.warning(_REFUSED, extra={"called": fact.detail[:_LONGEST_SHOWN]})
            else:
                _log.warning("a leg without business was hung up", extra={"purpose": fact.purpose})
            hang_up = HangUp(fact.leg_id, HangupCause.INVALID_NUMBER)
            self._supervisor.spawn("hang up a stray leg", self._executor.carry_out(hang_up))
            return
        cli = cli_from_sip(fact.cli_text)
        arrived = CallArrived(
            fact.at,
            self._new_call_id(),
            dealer.dealer,
            fact.detail,
            cli.e164 if cli is not None else None,
            fact.leg_id,
            self._node,
        )
        call = InboundCall(arrived, self.plan(dealer, fact.at))
        # The dialplan gave the leg its lease before it handed it over.
        self._executor.leases.hold(fact.leg_id)
        self._begin(call, dealer, fact.leg_id)

    def plan(self, dealer: Dealer, now: datetime) -> InboundPlan:
        """How this dealer receives callers at this moment."""
        return InboundPlan(dealer.entry, is_open(dealer.hours, now), dealer.queues.__getitem__)

    def dealer(self, dealer_id: DealerId) -> Dealer | None:
        """A dealer by its id; None when it was taken out of the settings."""
        return self._dealers.dealers.get(dealer_id)

    def queue_plan(self, dealer_id: DealerId, department: Department) -> QueuePlan:
        """A queue's rules; plain ones for a queue that the settings have lost: a conversation from it may still go on."""
        dealer = self._dealers.dealers.get(dealer_id)
        plan = None if dealer is None else dealer.queues.get(department)
        return plan or lost_queue(dealer_id, department)

    def start_again(self, call: InboundCall, leg_id: LegId) -> None:
        """A caller whom nobody had answered yet when we went down, or who hears that we are closed, begins anew."""
        self._executor.leases.hold(leg_id)
        self._begin(call, self._dealers.dealers[call.arrived.dealer], leg_id, again=True)

    def adopt(self, call: InboundCall, leg_id: LegId, *, waits: bool) -> CallSession:
        """Go on with a call found after a restart; one who `waits` holds a lease."""
        if waits:
            self._executor.leases.hold(leg_id, call.playing or call.recording)
        return self._supervisor.start(call, call.resume(), (leg_id,))

    def _begin(self, call: InboundCall, dealer: Dealer, leg_id: LegId, *, again: bool = False) -> None:
        begun = call.begin(again=again, looks_up=call.arrived.cli is not None)
        session = self._supervisor.start(call, begun, (leg_id,))
        if call.looks_up:
            self._supervisor.spawn("look up a caller", self._recognise(call, dealer, session))

    async def _recognise(self, call: InboundCall, dealer: Dealer, session: CallSession) -> None:
        # The call goes on without an answer when its clock has run out: no caller waits for the database.
        recognised = None
        try:
            recognised = await self._look_up(dealer, call.arrived)
        except StoreUnavailable as error:
            _log.warning("a caller was not looked up", extra={"reason": str(error)})
        finally:
            session.deliver(CallerLookedUp(self._clock.now(), recognised))
