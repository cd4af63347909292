"""Between the floor and everything that changes it: keeps the floor up with the facts of calls, publishes what became of
agents, and hands waiting calls to agents the moment one is free.

Everything here is synchronous and happens inside `Journal.publish`, so that no call can come between choosing an agent
and reserving that agent.
"""

import asyncio
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Protocol

from msgspec.structs import replace as changed

from app.clock import Clock
from app.journal import Journal
from calls.facts import (
    AgentStateChanged,
    AgentWishChanged,
    AsteriskLost,
    AsteriskReached,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptConnected,
    AttemptEnded,
    CallConnected,
    CallEnded,
    CallOffered,
    CallQueued,
    Fact,
    OfferUnanswered,
)
from calls.ids import AgentId, CallId, CampaignId, DealerId
from calls.words import AgentState, CallPhase, Department
from dialer.life import AgentFound
from routing.agent import (
    BUSY_WITH_A_CALL,
    Agent,
    AgentProfile,
    AgentTrigger,
    change,
    state_change,
    works_for,
)
from routing.floor import Floor
from routing.flow import AgentChosen
from routing.queue import QueuePlan, WaitingCall

TICK_SECONDS = 0.5


class Deliver(Protocol):
    """Hands a fact to a call's session; False when there is no such session."""

    def __call__(self, call_id: CallId, fact: object) -> bool:
        """Deliver `fact`."""
        ...


class FloorDesk:
    """The one who moves the floor. `line_of` tells the call that is an agent's open line."""

    def __init__(
        self,
        floor: Floor,
        journal: Journal,
        clock: Clock,
        plan_of: Callable[[DealerId, Department], QueuePlan],
        wrap_up_of: Callable[[CampaignId], float],
    ) -> None:
        self.floor = floor
        self._journal = journal
        self._clock = clock
        self._plan_of = plan_of
        self._wrap_up_of = wrap_up_of
        self._deliver: Deliver = lambda _call_id, _fact: False
        self._reachable = False
        self._agent_of: dict[CallId, AgentId] = {}
        self._line_of: dict[AgentId, CallId] = {}
        self._answered: dict[CampaignId, dict[CallId, str | None]] = {}
        self._asked_for: Callable[[CampaignId], Collection[str]] = lambda _campaign: ()
        self._arriving: dict[CallId, CampaignId] = {}
        # Calls for which an agent is kept from before the answer on.
        self._bound: set[CallId] = set()

    def now(self) -> datetime:
        """The wall time, UTC."""
        return self._clock.now()

    def connect(
        self, deliver: Deliver, asked_for: Callable[[CampaignId], Collection[str]] = lambda _campaign: ()
    ) -> None:
        """Say where facts for calls go. Before this no call gets an agent.

        `asked_for` tells the languages of a campaign's customers who have no agent yet: who speaks them is spared for them.
        """
        self._deliver = deliver
        self._asked_for = asked_for

    def endpoint(self, agent_id: AgentId) -> str | None:
        """Where this agent's phone is, None without one."""
        return self.floor.agent(agent_id).profile.endpoint or None

    # What agents and supervisors ask. Each raises UnknownAgent or NotNow as the floor does.

    def know(self, profile: AgentProfile) -> None:
        """Take up an agent, or a new profile. Who works on a campaign of a dealer that it leaves out goes home, after the present call."""
        now = self._clock.now()
        self.floor.know(profile, now)
        agent = self.floor.agent(profile.agent_id)
        if not works_for(profile, agent.campaign_dealer):
            self._asked(profile.agent_id, lambda: self.floor.logout(profile.agent_id, now))
        self.assign()

    def login(
        self, agent_id: AgentId, campaign_id: CampaignId | None = None, dealer: DealerId | None = None
    ) -> None:
        """To work, for waiting calls or on a campaign's open line; `dealer` is whose campaign it is. Raises NotForThisDealer, PhoneTaken."""
        now = self._clock.now()
        self._asked(agent_id, lambda: self.floor.login(agent_id, now, campaign_id, dealer))

    def logout(self, agent_id: AgentId) -> None:
        """Go home, after the present call."""
        self._asked(agent_id, lambda: self.floor.logout(agent_id, self._clock.now()))

    def pause(self, agent_id: AgentId, reason: str) -> None:
        """Take no calls, after the present one."""
        self._asked(agent_id, lambda: self.floor.pause(agent_id, reason, self._clock.now()))

    def resume(self, agent_id: AgentId) -> None:
        """Take calls again."""
        self._asked(agent_id, lambda: self.floor.resume(agent_id, self._clock.now()))

    def finish_wrap_up(self, agent_id: AgentId) -> None:
        """Done early."""
        self._moved(self.floor.finish_wrap_up(agent_id, self._clock.now()))

    # Open lines

    def line_up(self, agent_id: AgentId, line: CallId) -> None:
        """The agent's open line is up: customers who answer can be brought in."""
        self._line_of[agent_id] = line
        self.floor.line_up(agent_id)
        self._serve_answered(self.floor.agent(agent_id).campaign_id)

    def line_down(self, agent_id: AgentId) -> None:
        """The agent's open line is gone."""
        self._line_of.pop(agent_id, None)
        self.floor.line_down(agent_id)

    def bind(self, agent_id: AgentId, call_id: CallId) -> None:
        """Keep an agent for the customer whom this call is about to ring. Raises NotNow unless free on an open line."""
        facts = self.floor.reserve_on_line(agent_id, call_id, self._clock.now())
        self._agent_of[call_id] = agent_id
        self._bound.add(call_id)
        self._journal.publish(*facts)

    def bind_again(self, call_id: CallId) -> None:
        """Whoever was kept for this call by an earlier process is so by this one."""
        for agent in self.floor.agents():
            if agent.state is AgentState.RESERVED and agent.call_id == call_id:
                self._agent_of[call_id] = agent.profile.agent_id
                self._bound.add(call_id)

    def find_line_agent(
        self, campaign_id: CampaignId, call_id: CallId, language: str | None = None
    ) -> AgentFound | None:
        """Reserve an agent, who speaks the `language`, for a customer who answered.

        Who was kept for this call is the one, unless the line is gone. None: the customer waits and gets the next one free
        who speaks it.
        """
        self._arriving.pop(call_id, None)
        if call_id in self._bound and (agent_id := self._agent_of.get(call_id)) is not None:
            if self.floor.agent(agent_id).call_id == call_id and agent_id in self._line_of:
                return AgentFound(self._clock.now(), agent_id, self._line_of[agent_id])
            self.release(agent_id, call_id)
        found = self._reserve_line(campaign_id, call_id, language)
        if found is None:
            self._answered.setdefault(campaign_id, {})[call_id] = language
        return found

    def _reserve_line(
        self, campaign_id: CampaignId, call_id: CallId, language: str | None
    ) -> AgentFound | None:
        spared = self._asked_for(campaign_id)
        reserved = self.floor.reserve_line(campaign_id, call_id, self._clock.now(), language, spared)
        if reserved is None:
            return None
        self._agent_of[call_id] = reserved.agent_id
        self._journal.publish(reserved.fact)
        return AgentFound(self._clock.now(), reserved.agent_id, self._line_of[reserved.agent_id])

    def waits_no_more(self, campaign_id: CampaignId, call_id: CallId) -> None:
        """An answered customer needs no agent any more."""
        self._arriving.pop(call_id, None)
        self._answered.get(campaign_id, {}).pop(call_id, None)

    def waiting_answers(self, campaign_id: CampaignId) -> int:
        """How many customers answered and have no agent, those included whom Asterisk has yet to hand to us."""
        arriving = sum(each == campaign_id for each in self._arriving.values())
        return len(self._answered.get(campaign_id, ())) + arriving

    def blend(self, campaigns: Collection[CampaignId]) -> None:
        """From now on the agents of these campaigns take callers too."""
        self.floor.blend(campaigns)
        self.assign()

    def lines_take(self, campaign_id: CampaignId, dealer: DealerId, department: Department) -> bool:
        """Whether this campaign's agents are given the callers of a queue."""
        return self.floor.lines_take(campaign_id, self._plan_of(dealer, department))

    def release(self, agent_id: AgentId, call_id: CallId) -> None:
        """An agent was reserved for nothing."""
        self._bound.discard(call_id)
        self._agent_of.pop(call_id, None)
        self._moved(self.floor.release(agent_id, call_id, self._clock.now()))

    def adopt(self, call_id: CallId, agent_id: AgentId) -> None:
        """This agent is already talking in this call: found after a restart."""
        self._agent_of[call_id] = agent_id

    def talked(self, call_id: CallId, agent_id: AgentId) -> None:
        """This agent, as far as an earlier process knew, talks in this call, which is over: its end, told after `settle`, begins wrap-up."""
        for agent in self.floor.agents():
            known = (agent.profile.agent_id, agent.call_id) == (agent_id, call_id)
            if known and agent.state in BUSY_WITH_A_CALL:
                self._agent_of[call_id] = agent_id

    def settle(self, agent: Agent) -> None:
        """Put right an agent whose state was left by an earlier process: busy with a call that lives, or free."""
        call_id = next(
            (call for call, owner in self._agent_of.items() if owner == agent.profile.agent_id), None
        )
        now = self._clock.now()
        if call_id in self._bound:
            return
        if call_id is not None:
            reason = agent.reason if agent.state is AgentState.ON_CALL else "taken_over"
            restored = changed(
                agent, state=AgentState.ON_CALL, call_id=call_id, wrap_up_until=None, reason=reason
            )
        elif agent.state in BUSY_WITH_A_CALL:
            # What the agent asked for after the call comes now.
            let_go = change(agent, AgentTrigger.RELEASED, now, reason="taken_over")
            restored = changed(let_go, available_since=now)
        else:
            return
        self.floor.restore(restored)
        if agent.state is not restored.state:
            self._moved([state_change(agent, restored, now)])

    # Facts and time

    def on_fact(self, fact: Fact) -> None:
        """Keep the floor up with a call's fact."""
        match fact:
            case CallQueued(at=at, call_id=call_id, dealer=dealer, department=department):
                self.floor.enqueue(WaitingCall(call_id, self._plan_of(dealer, department), at))
                self.assign()
            case CallOffered(at=at, call_id=call_id, agent_id=agent_id):
                self._agent_of[call_id] = agent_id
                self._moved(self.floor.ringing(agent_id, call_id, at))
            case OfferUnanswered(at=at, call_id=call_id, agent_id=agent_id, cause=cause):
                self._agent_of.pop(call_id, None)
                self._moved(self.floor.offer_unanswered(agent_id, call_id, at, cause))
                self.assign()
            case CallConnected(at=at, call_id=call_id, agent_id=agent_id):
                self._agent_of[call_id] = agent_id
                self._moved(self.floor.connected(agent_id, call_id, at))
            case CallEnded(call_id=call_id, dealer=dealer, department=department):
                if fact.phase is CallPhase.TALKING and department is not None:
                    self._over(call_id, self._plan_of(dealer, department).wrap_up_seconds)
                else:
                    self._agent_of.pop(call_id, None)
                    self._moved(self.floor.leave(call_id, self._clock.now()))
            case AttemptAnswered() | AttemptConnected() | AttemptAbandoned() | AttemptEnded():
                self._on_attempt(fact)
            case AsteriskLost():
                self._reachable = False
            case AsteriskReached():
                self._reachable = True
                self.assign()
            case _:
                pass

    def _on_attempt(self, fact: AttemptAnswered | AttemptConnected | AttemptAbandoned | AttemptEnded) -> None:
        call_id, campaign_id = fact.call_id, fact.campaign_id
        if isinstance(fact, AttemptAnswered):
            if call_id not in self._agent_of and call_id not in self._answered.get(campaign_id, ()):
                self._arriving[call_id] = campaign_id
            return
        self.waits_no_more(campaign_id, call_id)
        match fact:
            case AttemptConnected(at=at, agent_id=agent_id):
                self._agent_of[call_id] = agent_id
                self._moved(self.floor.connected(agent_id, call_id, at))
            case AttemptEnded():
                self._over(call_id, self._wrap_up_of(campaign_id))
            case AttemptAbandoned():
                # Who was kept for this customer came too late; the message goes on without.
                if call_id in self._bound and (kept := self._agent_of.get(call_id)) is not None:
                    self.release(kept, call_id)

    def assign(self) -> None:
        """Give waiting calls to agents who can take them now; to nobody while no phone can be rung."""
        if not self._reachable:
            return
        for assignment in self.floor.assign(self._clock.now()):
            self._journal.publish(assignment.fact)
            agent_id = assignment.agent_id
            line = self._line_of[agent_id] if self.floor.agent(agent_id).campaign_id is not None else None
            chosen = AgentChosen(self._clock.now(), agent_id, assignment.reason, line)
            if not self._deliver(assignment.call.call_id, chosen):
                # Put back, a call that nobody has any more would be chosen again for ever.
                self._moved(self.floor.leave(assignment.call.call_id, self._clock.now()))

    async def run(self) -> None:
        """Let time do its part: wrap-ups that are over, requirements that relax."""
        while True:
            await asyncio.sleep(TICK_SECONDS)
            self._moved(self.floor.finish_due_wrap_ups(self._clock.now()))
            self.assign()

    def _over(self, call_id: CallId, wrap_up_seconds: float) -> None:
        self._bound.discard(call_id)
        if (agent_id := self._agent_of.pop(call_id, None)) is None:
            return
        now = self._clock.now()
        if self.floor.agent(agent_id).state is AgentState.ON_CALL:
            self._moved(self.floor.hung_up(agent_id, call_id, now, wrap_up_seconds))
        else:
            self._moved(self.floor.release(agent_id, call_id, now))

    def _asked(self, agent_id: AgentId, carry_out: Callable[[], list[AgentStateChanged]]) -> None:
        """Do what an agent asks; what is to come after the present call is told, so that it outlives this process."""
        before = self.floor.agent(agent_id)
        facts = carry_out()
        after = self.floor.agent(agent_id)
        wish = (after.pending, after.pending_reason)
        if not facts and wish != (before.pending, before.pending_reason):
            self._journal.publish(AgentWishChanged(self._clock.now(), agent_id, *wish))
        self._moved(facts)

    def _moved(self, facts: list[AgentStateChanged]) -> None:
        self._journal.publish(*facts)
        # Who enters wrap-up may have offered to take a customer who waits.
        if any(fact.after in (AgentState.AVAILABLE, AgentState.WRAP_UP) for fact in facts):
            for fact in facts:
                self._serve_answered(self.floor.agent(fact.agent_id).campaign_id)
            self.assign()

    def _serve_answered(self, campaign_id: CampaignId | None) -> None:
        if campaign_id is None:
            return
        waiting = self._answered.get(campaign_id, {})
        for call_id, language in list(waiting.items()):
            # Letting an agent go who was reserved for nobody serves the others meanwhile.
            if call_id not in waiting:
                continue
            found = self._reserve_line(campaign_id, call_id, language)
            if found is None:
                continue
            del waiting[call_id]
            if not self._deliver(call_id, found):
                self.release(found.agent_id, call_id)
