"""The calls that live now, as people see them."""

from collections.abc import Sequence

from app.ari.executor import Executor
from app.control_ports import LiveCall
from app.inbound import InboundCall
from app.outbound import OutboundCall
from app.supervisor import Supervisor
from calls.commands import HangUp
from calls.ids import CallId
from calls.numbers import PhoneNumber
from calls.words import Direction


class LiveCalls:
    """`app.control_ports.LiveCalls` on the running calls."""

    def __init__(self, supervisor: Supervisor, executor: Executor) -> None:
        self._supervisor = supervisor
        self._executor = executor

    def all(self) -> Sequence[LiveCall]:
        """Every call, in the order in which they began."""
        return live_calls(self._supervisor)

    async def hang_up(self, call_id: CallId) -> bool:
        """End the customer's leg; what follows for the agent is as when the customer hangs up."""
        session = self._supervisor.call(call_id)
        if session is None or not isinstance(session.machine, InboundCall | OutboundCall):
            return False
        return await self._executor.carry_out(HangUp(session.machine.customer))


def live_calls(supervisor: Supervisor) -> Sequence[LiveCall]:
    """Every inbound and outbound call, in the order in which they began; open lines are not calls."""
    views: list[LiveCall] = []
    for machine in supervisor.machines():
        if isinstance(machine, InboundCall):
            views.append(_inbound(machine))
        elif isinstance(machine, OutboundCall):
            views.append(_outbound(machine))
    return views


def _inbound(call: InboundCall) -> LiveCall:
    arrived, routed, recognised = call.arrived, call.routed, call.recognised
    return LiveCall(
        call_id=call.call_id,
        direction=Direction.INBOUND,
        dealer=arrived.dealer,
        phase=call.phase,
        since=arrived.at,
        department=None if routed is None else routed.plan.department,
        campaign_id=None if recognised is None else recognised.campaign_id,
        contact_id=None if recognised is None else recognised.contact_id,
        agent_id=None if routed is None or routed.offer is None else routed.offer.agent_id,
        number=None if arrived.cli is None else PhoneNumber(arrived.cli),
    )


def _outbound(call: OutboundCall) -> LiveCall:
    attempt = call.attempt
    return LiveCall(
        call_id=call.call_id,
        direction=Direction.OUTBOUND,
        dealer=attempt.dealer,
        phase=attempt.state.value,
        since=attempt.dialled_at or attempt.committed_at,
        campaign_id=attempt.campaign_id,
        contact_id=attempt.contact_id,
        agent_id=attempt.agent_id,
        answerer=attempt.answerer,
    )
