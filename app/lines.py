"""Open lines: the phone of an agent who works on a campaign is called once at login and stays up.

A line is a call of its own with one leg and a bridge; customers are brought into that bridge one after another.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from app.ari.executor import Dial, Executor
from app.call_session import Machine
from app.clock import Clock
from app.floor_desk import FloorDesk
from app.phones import PHONE_GONE
from app.supervisor import Supervisor
from calls.commands import CancelTimer, CloseBridge, Command, HangUp, JoinPeople, SetTimer
from calls.facts import AgentStateChanged, AsteriskLost, AttemptConnected, CallConnected, Fact
from calls.ids import AgentId, CallId, CampaignId, LegId, bridge_of, line_leg
from calls.legs import HoldChanged, LegArrived, LegEnded, LegLeft, PeopleJoined, TimerExpired
from calls.words import AgentState, HangupCause
from routing.agent import Agent
from routing.errors import UnknownAgent

RING_SECONDS = 30
RETRY_SECONDS = 3.0
MAX_FAILURES = 3
ON_HOLD = "in_de_wacht"
_JOIN_TIMER = "join"
_JOIN_SECONDS = 6.0
AGENT = "DL_AGENT"  # noted on the leg: whose line it is, whatever phone the agent has by now
CALLER_ID = '"Dealerlijn campagne" <dealerlijn>'


class OpenLine:
    """The machine of one line. `on_up` is told once the agent can be given customers, `on_hold` when the agent's phone goes on hold or comes back."""

    def __init__(
        self,
        call_id: CallId,
        agent_id: AgentId,
        campaign_id: CampaignId,
        on_up: Callable[[], None],
        on_hold: Callable[[], None],
    ) -> None:
        self._call_id = call_id
        self.agent_id = agent_id
        self.campaign_id = campaign_id
        self._on_up = on_up
        self._on_hold = on_hold
        self.held = False
        self.was_up = False
        self._ended = False

    @property
    def call_id(self) -> CallId:
        """The line's call."""
        return self._call_id

    @property
    def ended(self) -> bool:
        """Whether the line is gone."""
        return self._ended

    def legs(self) -> Sequence[LegId]:
        """The agent's leg."""
        return (line_leg(self._call_id),)

    def failed(self, _at: datetime) -> Sequence[Fact]:
        """A line has no facts of its own: whoever talks over it is told of the leg's end."""
        return ()

    def handle(self, fact: object) -> Sequence[Command]:
        """Put the agent who answered into the bridge; close it when the leg is gone."""
        match fact:
            case LegArrived():
                join = JoinPeople(bridge_of(self._call_id), (line_leg(self._call_id),))
                return (SetTimer(_JOIN_TIMER, _JOIN_SECONDS), join)
            case PeopleJoined():
                self.was_up = True
                self._on_up()
                return (CancelTimer(_JOIN_TIMER),)
            case HoldChanged(on_hold=on_hold):
                self.held = on_hold
                self._on_hold()
                return ()
            case TimerExpired():
                # In no bridge the agent would sit in silence; the line is opened again.
                return (HangUp(line_leg(self._call_id)),)
            case LegEnded() | LegLeft():
                self._ended = True
                return (CloseBridge(bridge_of(self._call_id)),)
            case _:
                return ()


class OpenLines:
    """Opens a line for every agent who is available on a campaign and has none; closes it when the agent goes home, or the phone is gone.

    Begins with `open_missing`: before that, a line of an earlier process may be up that is not known yet.
    """

    def __init__(
        self,
        desk: FloorDesk,
        supervisor: Supervisor,
        executor: Executor,
        clock: Clock,
        new_call_id: Callable[[], CallId],
        endpoint_of: Callable[[AgentId], str | None],
    ) -> None:
        self._desk = desk
        self._supervisor = supervisor
        self._executor = executor
        self._clock = clock
        self._new_call_id = new_call_id
        self._endpoint_of = endpoint_of
        self._lines: dict[AgentId, OpenLine] = {}
        self._failures: dict[AgentId, int] = {}
        self._begun = False

    def on_fact(self, fact: Fact) -> None:
        """Follow agents to work and home, and let them hear when a customer is with them."""
        if isinstance(fact, AsteriskLost):
            # Whether a phone is still on hold is not told again.
            for each in self._lines.values():
                each.held = False
        if not isinstance(fact, AgentStateChanged | AttemptConnected | CallConnected):
            return
        line = self._lines.get(fact.agent_id)
        if isinstance(fact, AttemptConnected | CallConnected):
            if line is not None:
                self._supervisor.spawn("beep", self._executor.beep(line_leg(line.call_id)))
        elif line is not None and (
            fact.after is AgentState.LOGGED_OUT
            # What is left of the line in Asterisk may have nobody at its other end; it comes back with the phone.
            or (fact.after is AgentState.PAUSED and fact.reason == PHONE_GONE)
        ):
            hang_up = HangUp(line_leg(line.call_id))
            self._supervisor.spawn("close a line", self._executor.carry_out(hang_up))
        elif line is not None and fact.after is AgentState.AVAILABLE:
            self._hold(line)
        elif (
            self._begun
            and fact.after is AgentState.AVAILABLE
            and line is None
            and fact.campaign_id is not None
        ):
            self._open(fact.agent_id, fact.campaign_id)

    def open_missing(self) -> None:
        """Once living lines are adopted: open one for every agent who is available on a campaign, or kept for a call, and has none."""
        self._begun = True
        for agent in self._desk.floor.agents():
            agent_id = agent.profile.agent_id
            waits = agent.state in (AgentState.AVAILABLE, AgentState.RESERVED) and agent_id not in self._lines
            if waits and agent.campaign_id is not None:
                self._open(agent_id, agent.campaign_id)

    def agent_on(self, line: CallId) -> AgentId | None:
        """Whose line this is."""
        return next((agent_id for agent_id, own in self._lines.items() if own.call_id == line), None)

    def adopt(self, call_id: CallId, agent_id: AgentId, campaign_id: CampaignId) -> None:
        """Take over a line that was found alive after a restart."""
        line = self._line(call_id, agent_id, campaign_id)
        self._supervisor.start(line, (), done=self._gone)
        line.handle(PeopleJoined(self._clock.now(), bridge_of(call_id)))

    def _line(self, call_id: CallId, agent_id: AgentId, campaign_id: CampaignId) -> OpenLine:
        line = OpenLine(
            call_id,
            agent_id,
            campaign_id,
            lambda: self._desk.line_up(agent_id, call_id),
            lambda: self._hold(line),
        )
        self._lines[agent_id] = line
        return line

    def _open(self, agent_id: AgentId, campaign_id: CampaignId) -> None:
        line = self._line(self._new_call_id(), agent_id, campaign_id)
        session = self._supervisor.start(line, (), done=self._gone)

        async def dial() -> None:
            leg_id = line_leg(line.call_id)
            endpoint = self._endpoint_of(agent_id)
            if endpoint is None or not await self._executor.dial(
                Dial(
                    leg_id,
                    endpoint,
                    "agent-line",
                    RING_SECONDS,
                    CALLER_ID,
                    {"DL_CALL": leg_id, AGENT: agent_id},
                )
            ):
                session.deliver(LegEnded(self._clock.now(), leg_id, HangupCause.FAILURE))

        self._supervisor.spawn("dial a line", dial())

    def _hold(self, line: OpenLine) -> None:
        """Nobody is at a phone on hold: its agent is paused while idle there. During a call, and until it is over, nothing changes."""
        agent = self._desk.floor.agent(line.agent_id)
        if line.held and agent.state is AgentState.AVAILABLE:
            self._desk.pause(line.agent_id, ON_HOLD)
        elif not line.held and _is_on_hold(agent):
            self._desk.resume(line.agent_id)

    def _gone(self, machine: Machine, _failed: bool) -> None:
        assert isinstance(machine, OpenLine)
        agent_id = machine.agent_id
        self._lines.pop(agent_id, None)
        try:
            self._desk.line_down(agent_id)
        except UnknownAgent:
            return  # removed since
        agent = self._desk.floor.agent(agent_id)
        if agent.call_id is not None and (session := self._supervisor.call(agent.call_id)) is not None:
            session.deliver(LegEnded(self._clock.now(), line_leg(machine.call_id), HangupCause.NORMAL))
        failures = 1 if machine.was_up else self._failures.get(agent_id, 0) + 1
        self._failures[agent_id] = failures
        # Who is paused put the phone down on purpose, unless it was on hold: the line comes back with the agent.
        if agent.campaign_id is not None and (agent.state is not AgentState.PAUSED or _is_on_hold(agent)):
            self._supervisor.spawn("open a line again", self._again(agent_id, failures))

    async def _again(self, agent_id: AgentId, failures: int) -> None:
        if failures >= MAX_FAILURES:
            # The agent resumes when the phone is well; that opens the line anew.
            self._failures.pop(agent_id, None)
            self._desk.pause(agent_id, "line_lost")
            return
        await asyncio.sleep(RETRY_SECONDS)
        # Meanwhile the agent may have gone home, for good even, or to another campaign.
        try:
            agent = self._desk.floor.agent(agent_id)
        except UnknownAgent:
            return
        campaign_id = agent.campaign_id
        if _is_on_hold(agent):
            self._desk.resume(agent_id)
        if campaign_id is not None and agent_id not in self._lines:
            self._open(agent_id, campaign_id)


def _is_on_hold(agent: Agent) -> bool:
    """Whether an agent is paused because the phone was put on hold."""
    return agent.state is AgentState.PAUSED and agent.reason == ON_HOLD
