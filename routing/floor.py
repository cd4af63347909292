"""The floor: who works, who waits, and who gets whom, as this process knows it.

Everything here is synchronous, so choosing an agent and reserving that agent is one step that nothing comes between: no
two calls can get the same agent. A change of an agent's state is returned as a fact for the caller to publish, never published from here.

A waiting call stays known while it is offered, and falls back to its place when the offer comes to nothing. Whatever a
call reports of an agent who by now has another call, or none, is late and changes nothing. Line agents (logged in to a
campaign) get waiting calls only on a blended campaign; `reserve_line` is for its customers.
"""

from bisect import insort
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from operator import attrgetter

from msgspec.structs import replace as changed

from calls.facts import AgentStateChanged
from calls.ids import AgentId, CallId, CampaignId, DealerId
from calls.words import AgentState, HangupCause
from routing.agent import (
    HANDLING,
    Agent,
    AgentProfile,
    AgentTrigger,
    change,
    rescues,
    state_change,
    works_for,
)
from routing.errors import NotForThisDealer, NotNow, PhoneTaken, UnknownAgent
from routing.queue import QueueKey, QueuePlan, WaitingCall
from routing.select import (
    NoAgent,
    SelectionReason,
    first_choice,
    gets_callers,
    idle_order,
    takes_callers,
)
from routing.skills import meets
from routing.views import Assignment, CallersForLines, FloorView, LineReservation, queue_view
from routing.wait import RecentService

Facts = list[AgentStateChanged]


class Floor:
    """Agents and waiting calls of this process. Methods that name an agent raise UnknownAgent."""

    def __init__(self) -> None:
        self._agents: dict[AgentId, Agent] = {}
        self._waiting: list[WaitingCall] = []
        self._offered: dict[CallId, WaitingCall] = {}
        self._service: dict[QueueKey, RecentService] = {}
        self._handling: dict[AgentId, tuple[QueueKey, datetime]] = {}
        self._blended: frozenset[CampaignId] = frozenset()

    # The agents themselves

    def know(self, profile: AgentProfile, now: datetime) -> None:
        """Take up an agent, logged out, or the new profile of one who is known."""
        known = self._agents.get(profile.agent_id)
        self._agents[profile.agent_id] = (
            Agent(profile, AgentState.LOGGED_OUT, since=now, available_since=now)
            if known is None
            else changed(known, profile=profile)
        )

    def restore(self, agent: Agent) -> None:
        """Take up an agent exactly as given, after a restart."""
        self._agents[agent.profile.agent_id] = agent

    def forget(self, agent_id: AgentId) -> None:
        """An agent who is logged out is no more."""
        del self._agents[agent_id]

    def login(
        self,
        agent_id: AgentId,
        now: datetime,
        campaign_id: CampaignId | None = None,
        dealer: DealerId | None = None,
    ) -> Facts:
        """To work: for waiting calls, or on a campaign's line; `dealer` is whose campaign it is.

        Raises NotNow when at work elsewhere (log out first), NotForThisDealer, PhoneTaken.
        """
        agent = self.agent(agent_id)
        if dealer is not None and not works_for(agent.profile, dealer):
            raise NotForThisDealer(agent_id, dealer)
        if agent.state is AgentState.LOGGED_OUT:
            self.check_phone(agent.profile)
            self._agents[agent_id] = changed(agent, campaign_id=campaign_id, campaign_dealer=dealer)
        elif agent.campaign_id != campaign_id:
            raise NotNow(agent_id, agent.state, "logging in elsewhere")
        return self._change(agent_id, AgentTrigger.LOGGED_IN, now)

    def check_phone(self, profile: AgentProfile) -> None:
        """See that nobody else is at work with this agent's phone. Raises PhoneTaken."""
        for other in self._agents.values():
            same = (
                other.profile.endpoint == profile.endpoint != ""
                and other.profile.agent_id != profile.agent_id
            )
            if same and other.state is not AgentState.LOGGED_OUT:
                raise PhoneTaken(profile.agent_id, other.profile.agent_id, profile.endpoint)

    def logout(self, agent_id: AgentId, now: datetime) -> Facts:
        """Go home, after the present call and its wrap-up if there is one."""
        return self._change(agent_id, AgentTrigger.LOGGED_OUT, now)

    def pause(self, agent_id: AgentId, reason: str, now: datetime) -> Facts:
        """Take no calls; after the present one and its wrap-up if there is one. Raises NotNow when logged out."""
        return self._change(agent_id, AgentTrigger.PAUSED, now, reason=reason)

    def resume(self, agent_id: AgentId, now: datetime) -> Facts:
        """Take calls again, or forget the pause asked for. Raises NotNow when logged out."""
        return self._change(agent_id, AgentTrigger.RESUMED, now)

    def finish_wrap_up(self, agent_id: AgentId, now: datetime) -> Facts:
        """The agent is done early."""
        return self._change(agent_id, AgentTrigger.WRAP_UP_FINISHED, now)

    def finish_due_wrap_ups(self, now: datetime) -> Facts:
        """End every wrap-up whose time is over."""
        due = [
            agent_id
            for agent_id, agent in self._agents.items()
            if agent.wrap_up_until is not None and agent.wrap_up_until <= now
        ]
        return [
            fact
            for agent_id in due
            for fact in self._change(agent_id, AgentTrigger.WRAP_UP_FINISHED, now, reason="wrap_up_timer")
        ]

    # Waiting calls

    def enqueue(self, call: WaitingCall) -> None:
        """A customer waits. `assign` follows."""
        self._service.setdefault(call.queue, RecentService())
        insort(self._waiting, call, key=attrgetter("place"))

    def leave(self, call_id: CallId, now: datetime) -> Facts:
        """The customer is gone before being connected: forget the call and let its agent go. Harmless when unknown."""
        self._waiting = [call for call in self._waiting if call.call_id != call_id]
        if self._offered.pop(call_id, None) is None:
            return []
        holders = [agent_id for agent_id, agent in self._agents.items() if agent.call_id == call_id]
        return [fact for agent_id in holders for fact in self.release(agent_id, call_id, now)]

    def blend(self, campaigns: Collection[CampaignId]) -> None:
        """From now on agents on the open lines of these campaigns take callers too, when nobody else is free who can."""
        self._blended = frozenset(campaigns)

    def assign(self, now: datetime) -> list[Assignment]:
        """Choose and reserve agents for all waiting calls that can be served now, in order of priority and waiting."""
        if not self._waiting:
            return []
        takers = [
            agent
            for agent in self._agents.values()
            if agent.state is AgentState.AVAILABLE and takes_callers(agent, self._blended)
        ]
        free = sorted(takers, key=idle_order)
        idle = {agent.profile.agent_id: agent for agent in free}
        assignments = []
        hopeless: set[int] = set()
        for call in self._waiting:
            if not idle:
                break
            # Under one plan who waits longest comes first and asks least: when nobody will do there, nobody does behind.
            if id(call.plan) in hopeless:
                continue
            choice = first_choice(call, idle.values(), now)
            if isinstance(choice, NoAgent):
                hopeless.add(id(call.plan))
                continue
            del idle[choice.agent_id]
            (fact,) = self._change(
                choice.agent_id, AgentTrigger.RESERVED, now, reason=choice.reason, call_id=call.call_id
            )
            self._offered[call.call_id] = call
            assignments.append(Assignment(call, choice.agent_id, choice.reason, fact))
        if assignments:
            self._waiting = [call for call in self._waiting if call.call_id not in self._offered]
        return assignments

    # What becomes of a reserved agent

    def ringing(self, agent_id: AgentId, call_id: CallId, now: datetime) -> Facts:
        """The agent's phone rings."""
        return self._change_for(agent_id, call_id, AgentTrigger.RINGING, now)

    def connected(self, agent_id: AgentId, call_id: CallId, now: datetime) -> Facts:
        """Customer and agent hear each other: the call waits no more."""
        facts = self._change_for(agent_id, call_id, AgentTrigger.CONNECTED, now)
        if facts and (call := self._offered.pop(call_id, None)) is not None:
            self._handling[agent_id] = (call.queue, now)
        return facts

    def hung_up(self, agent_id: AgentId, call_id: CallId, now: datetime, wrap_up_seconds: float) -> Facts:
        """The conversation is over: wrap-up for so long, or none at 0."""
        trigger = AgentTrigger.HUNG_UP if wrap_up_seconds > 0 else AgentTrigger.RELEASED
        return self._change_for(agent_id, call_id, trigger, now, "hung_up", wrap_up_seconds)

    def offer_unanswered(
        self, agent_id: AgentId, call_id: CallId, now: datetime, cause: HangupCause = HangupCause.NO_ANSWER
    ) -> Facts:
        """The agent did not take the call: pause the agent with the cause as reason, put the call back at its place."""
        facts = self._change_for(agent_id, call_id, AgentTrigger.OFFER_UNANSWERED, now, reason=cause)
        self._put_back(call_id, facts)
        return facts

    def release(self, agent_id: AgentId, call_id: CallId, now: datetime) -> Facts:
        """Let a reserved or ringing agent go who is not to blame; a waiting call falls back to its place."""
        facts = self._change_for(agent_id, call_id, AgentTrigger.RELEASED, now)
        self._put_back(call_id, facts)
        return facts

    # Open lines of campaigns

    def reserve_line(
        self,
        campaign_id: CampaignId,
        call_id: CallId,
        now: datetime,
        language: str | None = None,
        spared: Collection[str] = (),
    ) -> LineReservation | None:
        """Reserve an agent whose open line on this campaign is up, for a customer who answered.

        Who is idle longest; when nobody is, who is longest in wrap-up of those who offered to come out of it. With a `language`
        only one who has it as a skill; agents with a skill in `spared` come last.
        """

        def serves(agent: Agent) -> bool:
            return (
                agent.campaign_id == campaign_id
                and agent.line_open
                and works_for(agent.profile, agent.campaign_dealer)
                and (language is None or language in agent.profile.skills)
            )

        agents, available = self._agents.values(), AgentState.AVAILABLE
        if free := [agent for agent in agents if agent.state is available and serves(agent)]:
            chosen = min(
                free,
                key=lambda agent: (not agent.profile.skills.keys().isdisjoint(spared), *idle_order(agent)),
            )
            reason = SelectionReason.LONGEST_IDLE
        elif willing := [agent for agent in agents if rescues(agent) and serves(agent)]:
            chosen, reason = min(willing, key=attrgetter("since")), SelectionReason.WRAP_UP_LEFT
        else:
            return None
        agent_id = chosen.profile.agent_id
        (fact,) = self._change(agent_id, AgentTrigger.RESERVED, now, reason=reason, call_id=call_id)
        return LineReservation(agent_id, fact)

    def callers_for(self, campaign_id: CampaignId) -> CallersForLines:
        """The waiting calls that some line agent of a blended campaign can take, and how many others are free for them."""
        lines = self._blended_lines(campaign_id)
        waiting = [call for call in self._waiting if any(_qualifies(agent, call.plan) for agent in lines)]
        others = sum(
            agent.state is AgentState.AVAILABLE and agent.campaign_id is None
            for agent in self._agents.values()
        )
        return CallersForLines(len(waiting), others)

    def lines_take(self, campaign_id: CampaignId, plan: QueuePlan) -> bool:
        """Whether some agent on a line of this campaign takes the calls of a queue."""
        return any(_qualifies(agent, plan) for agent in self._blended_lines(campaign_id))

    def _blended_lines(self, campaign_id: CampaignId) -> list[Agent]:
        return self._open_lines(campaign_id) if campaign_id in self._blended else []

    def _open_lines(self, campaign_id: CampaignId) -> list[Agent]:
        return [agent for agent in self.line_agents(campaign_id) if agent.line_open]

    def reserve_on_line(self, agent_id: AgentId, call_id: CallId, now: datetime) -> Facts:
        """Reserve this agent for a customer who is being rung. Raises NotNow unless available on an open line."""
        agent = self.agent(agent_id)
        if agent.state is not AgentState.AVAILABLE or not agent.line_open:
            raise NotNow(agent_id, agent.state, "a call on an open line")
        return self._change(
            agent_id, AgentTrigger.RESERVED, now, reason=SelectionReason.PREVIEWED, call_id=call_id
        )

    def line_up(self, agent_id: AgentId) -> None:
        """The agent's open line is up."""
        self._agents[agent_id] = changed(self.agent(agent_id), line_open=True)

    def line_down(self, agent_id: AgentId) -> None:
        """The agent's open line is gone; the agent's state stays."""
        self._agents[agent_id] = changed(self.agent(agent_id), line_open=False)

    def clock_moved(self, by: timedelta) -> None:
        """The wall clock was set to another time: move along all moments kept here, so that every wait stays as long as it is."""
        for agent_id, agent in self._agents.items():
            until = agent.wrap_up_until
            self._agents[agent_id] = changed(
                agent,
                since=agent.since + by,
                available_since=agent.available_since + by,
                wrap_up_until=None if until is None else until + by,
            )
        self._waiting = [replace(call, queued_at=call.queued_at + by) for call in self._waiting]
        self._offered = {
            call_id: replace(call, queued_at=call.queued_at + by) for call_id, call in self._offered.items()
        }
        self._handling = {agent_id: (queue, at + by) for agent_id, (queue, at) in self._handling.items()}

    # Questions

    def agent(self, agent_id: AgentId) -> Agent:
        """One agent as of now."""
        try:
            return self._agents[agent_id]
        except KeyError:
            raise UnknownAgent(agent_id) from None

    def agents(self) -> tuple[Agent, ...]:
        """Every agent, those who are logged out too."""
        return tuple(self._agents.values())

    def line_agents(self, campaign_id: CampaignId) -> list[Agent]:
        """The agents logged in to this campaign, in any state, their line up or not."""
        return [agent for agent in self._agents.values() if agent.campaign_id == campaign_id]

    def free_line_agents(self, campaign_id: CampaignId) -> list[Agent]:
        """The agents of this campaign whose line is up and who have no customer."""
        return [agent for agent in self._open_lines(campaign_id) if agent.state is AgentState.AVAILABLE]

    def agents_by_state(self) -> dict[AgentState, int]:
        """How many agents are in each state; every state is there."""
        counts = dict.fromkeys(AgentState, 0)
        for agent in self._agents.values():
            counts[agent.state] += 1
        return counts

    def inbound_agents(self, dealer: DealerId) -> int:
        """How many agents at work are given the callers of this dealer, those who are busy too."""
        return sum(gets_callers(agent, dealer, self._blended) for agent in self._agents.values())

    def view(self, now: datetime) -> FloorView:
        """Everything, for the console and the metrics."""
        agents = self.agents()
        waiting = sorted([*self._waiting, *self._offered.values()], key=attrgetter("place"))
        queues = tuple(
            queue_view(
                queue, [call for call in waiting if call.queue == queue], agents, service, now, self._blended
            )
            for queue, service in self._service.items()
        )
        return FloorView(agents, queues)

    def _change_for(
        self,
        agent_id: AgentId,
        call_id: CallId,
        trigger: AgentTrigger,
        now: datetime,
        reason: str = "",
        wrap_up_seconds: float = 0.0,
    ) -> Facts:
        """Change an agent for the call it has; for any other call this is late and changes nothing."""
        if self.agent(agent_id).call_id != call_id:
            return []
        return self._change(agent_id, trigger, now, reason=reason, wrap_up_seconds=wrap_up_seconds)

    def _change(
        self,
        agent_id: AgentId,
        trigger: AgentTrigger,
        now: datetime,
        *,
        reason: str = "",
        call_id: CallId | None = None,
        wrap_up_seconds: float = 0.0,
    ) -> Facts:
        before = self.agent(agent_id)
        after = change(before, trigger, now, reason=reason, call_id=call_id, wrap_up_seconds=wrap_up_seconds)
        self._agents[agent_id] = after
        if (after.state, after.reason) == (before.state, before.reason):
            return []
        if after.state not in HANDLING and agent_id in self._handling:
            queue, began = self._handling.pop(agent_id)
            self._service[queue] = self._service[queue].after((now - began).total_seconds())
        return [state_change(before, after, now)]

    def _put_back(self, call_id: CallId, facts: Facts) -> None:
        if facts and (call := self._offered.pop(call_id, None)) is not None:
            insort(self._waiting, call, key=attrgetter("place"))


def _qualifies(agent: Agent, plan: QueuePlan) -> bool:
    return works_for(agent.profile, plan.dealer) and meets(agent.profile.skills, plan.requirements)
