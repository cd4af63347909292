"""One campaign day as a simulation of events, in virtual time. How many numbers to dial is asked of a policy.

The policy is asked after every event (answer, no answer, end of a talk, of a wrap-up, of a pause) and when nothing has
happened for a second, as the running dialler does it. A customer who answers gets the agent whom the real floor chooses,
or the next one within the grace; after it the customer is abandoned. Inbound callers, if any, share the agents:
who was promised an agent within the grace goes first, then callers in order.
"""

import heapq
from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Sequence
from operator import itemgetter
from time import perf_counter
from typing import Protocol

import numpy as np
from msgspec.structs import replace

from dialer.answering import CANDIDATES
from simulation.campaign_record import Conversation, DayRecord, Pause
from simulation.line_floor import LineFloor
from simulation.people_called import InboundCaller, Person, inbound_callers, people
from simulation.scenario import Scenario

TICK_SECONDS = 1.0


class Policy(Protocol):
    """Who says how many numbers to dial, and what it may learn from.

    One that is `clairvoyant` dials only people who will answer; the others are ticked off the list in passing.
    """

    clairvoyant: bool

    def calls_to_place(self, day: "CampaignDay") -> int:
        """How many attempts to start now. The day is to be read, not changed."""
        ...

    def calls_to_call_off(self, day: "CampaignDay") -> Sequence[int]:
        """Whom of those in `day.ringing` to ring no longer; asked before the new calls are dialled."""
        ...

    def chance(self, day: "CampaignDay", person: Person) -> float:
        """How likely this person is to answer, as far as the policy can tell; of no meaning to one that does not choose."""
        ...

    def choose(
        self, day: "CampaignDay", call: int, people: Sequence[Person], chances: Sequence[float]
    ) -> int:
        """The place of the one to dial, for this call; `chances` are what `chance` said when these people came up."""
        ...

    def attempt_resolved(self, call: int, dialled_at: float, ring_seconds: float, *, answered: bool) -> None:
        """An attempt was answered, or ended without an answer."""
        ...

    def called_off(self, call: int, dialled_at: float, ring_seconds: float) -> None:
        """An attempt was called off, and might have been answered later."""
        ...

    def overflowed(self, *, rescued: bool) -> None:
        """A customer found nobody free, and was taken by an agent in wrap-up or not."""
        ...

    def talk_ended(self, seconds: float) -> None:
        """A talk with a campaign's customer ended."""
        ...

    def caller_came(self, at: float) -> None:
        """A caller came, who shares the agents."""
        ...

    def wrap_up_ended(self, seconds: float) -> None:
        """An agent finished the work after a call."""
        ...


class CampaignDay:
    """The state of the day. Times are seconds since its beginning; calls and agents are numbers.

    `talking` and `wrapping_up`: since when, by agent. `ringing`: since when, by call. `waiting`: customers who answered
    and have no agent, by the moment of the answer. `done_at` and `factor` (of the answer probabilities) are for who may know
    them: when a busy agent will be free.
    """

    def __init__(self, scenario: Scenario, policy: Policy, seed: int) -> None:
        self.scenario = scenario
        self.now = 0.0
        self.free = deque(range(scenario.agents))
        self.talking: dict[int, float] = {}
        self.wrapping_up: dict[int, float] = {}
        self.ringing: dict[int, float] = {}
        self.waiting: dict[int, float] = {}
        self.callers: dict[int, InboundCaller] = {}
        self.done_at: dict[int, float] = {}
        self.record = DayRecord(scenario)
        self._person_of: dict[int, Person] = {}
        self._policy = policy
        self._next_on_list: list[Person] = []
        self._chances: list[float] = []
        self._floor = LineFloor(scenario.agents)
        self._people = people(scenario, np.random.default_rng((seed, 1)))
        self._resting_people: deque[tuple[float, Person]] = deque()
        self._other_times = np.random.default_rng((seed, 5))
        self._events: list[tuple[float, int, Callable[[int], None], int]] = []
        self._order = 0
        self._resting: set[int] = set()
        self._pauses_due: dict[int, deque[float]] = {}
        self._wrap_up_of: dict[int, float] = {}
        self._left_of_wrap_up: dict[int, float] = {}
        self._chance_of_rescue = np.random.default_rng((seed, 4))
        self._changes = deque(scenario.answering.changes)
        self.factor = 1.0
        self._plan_breaks(np.random.default_rng((seed, 2)))
        self._coming = inbound_callers(scenario, np.random.default_rng((seed, 3)))
        self._expect_caller()

    def run(self) -> DayRecord:
        """Live the day, and tell what happened."""
        end = self.scenario.seconds
        tick = 0.0
        while True:
            self.now = min(tick, self._events[0][0]) if self._events else tick
            if self.now >= end:
                return self.record
            while self._events and self._events[0][0] <= self.now:
                _, _, happen, whom = heapq.heappop(self._events)
                happen(whom)
                self._serve()
            self._pace()
            tick = self.now + TICK_SECONDS

    @property
    def agents(self) -> int:
        """How many agents are at work, free or busy."""
        return len(self.free) + len(self.talking) + len(self.wrapping_up)

    @property
    def rescuers(self) -> int:
        """How many agents have offered to come out of wrap-up: the first so many."""
        scenario = self.scenario
        return round(scenario.rescuers * scenario.agents) if scenario.rescue else 0

    @property
    def contacts_left(self) -> int | None:
        """How many may be dialled now; None where the list has no end."""
        contacts = self.scenario.contacts
        if contacts is None:
            return None
        again = sum(each.tried > 0 for each in self._next_on_list)
        rested = bisect_right(self._resting_people, self.now, key=itemgetter(0))
        return contacts - self.record.begun + again + rested

    def _at(self, seconds: float, happen: Callable[[int], None], whom: int) -> None:
        self._order += 1
        heapq.heappush(self._events, (seconds, self._order, happen, whom))

    # A campaign's calls

    def _pace(self) -> None:
        before = perf_counter()
        count = self._policy.calls_to_place(self)
        called_off = self._policy.calls_to_call_off(self)
        self.record.decision_seconds.append(perf_counter() - before)
        for call in called_off:
            self._call_off(call)
        for _ in range(count):
            self._dial()

    def _dial(self) -> None:
        self._look_through_list()
        if not self._next_on_list:
            self._nobody_left()
            return
        self._order += 1
        call = self._order
        place = self._policy.choose(self, call, self._next_on_list, self._chances)
        person = self._next_on_list.pop(place)
        del self._chances[place]
        self._count(person)
        self.ringing[call] = self.now
        self._person_of[call] = person
        if self._answers(person):
            self._at(self.now + person.answer_seconds, self._answered, call)
        else:
            self._at(self.now + person.silent_seconds, self._rang_out, call)

    def _call_off(self, call: int) -> None:
        dialled_at = self.ringing.pop(call)
        self._policy.called_off(call, dialled_at, self.now - dialled_at)
        self.record.called_off += 1
        self._rests(self._person_of.pop(call))

    def _look_through_list(self) -> None:
        """Those among whom the policy may choose: one, for it who sees the answers."""
        while self._changes and self._changes[0].hour * 3600.0 <= self.now:
            self.factor = self._changes.popleft().factor
        clairvoyant = self._policy.clairvoyant
        while len(self._next_on_list) < (1 if clairvoyant else CANDIDATES):
            person = self._next_person()
            if person is None:
                return
            if clairvoyant and not self._answers(person):
                self._count(person)
            else:
                self._next_on_list.append(person)
                self._chances.append(self._policy.chance(self, person))

    def _next_person(self) -> Person | None:
        """Whoever was not dialled yet goes before those who may be dialled again."""
        person = next(self._people, None)
        if person is None and self._resting_people and self._resting_people[0][0] <= self.now:
            return self._resting_people.popleft()[1]
        return person

    def _count(self, person: Person) -> None:
        self.record.dialled += 1
        self.record.begun += person.tried == 0

    def _rests(self, person: Person) -> None:
        """Another time this person may answer."""
        if person.tried + 1 < self.scenario.attempts:
            again = replace(
                person,
                reluctance=float(self._other_times.random()),
                tried=person.tried + 1,
                unanswered_before=person.unanswered_before + 1,
            )
            self._resting_people.append((self.now + self.scenario.rest_hours * 3600.0, again))

    def _nobody_left(self) -> None:
        """The list ends when nobody rests, nor may come to."""
        over = not self._resting_people and not (self.scenario.attempts > 1 and self.ringing)
        if over and self.record.list_ended_at is None:
            self.record.list_ended_at = self.now

    def _answers(self, person: Person) -> bool:
        return person.reluctance < person.probability * self.factor

    def _rang_out(self, call: int) -> None:
        if self._resolved(call, answered=False):
            self._rests(self._person_of.pop(call))

    def _answered(self, call: int) -> None:
        if not self._resolved(call, answered=True):
            return
        self.waiting[call] = self.now
        if self.free:
            return
        if self.scenario.rescue:
            self._policy.overflowed(rescued=self._called_out())
        self._at(self.now + self.scenario.grace_seconds, self._grace_over, call)

    def _resolved(self, call: int, *, answered: bool) -> bool:
        """Whether it still rang: it may have been called off."""
        dialled_at = self.ringing.pop(call, None)
        if dialled_at is None:
            return False
        self._policy.attempt_resolved(call, dialled_at, self.now - dialled_at, answered=answered)
        return True

    def _grace_over(self, call: int) -> None:
        if self.waiting.pop(call, None) is not None:
            self.record.abandoned_at.append(self.now)

    def _serve(self) -> None:
        while self.free and self.waiting:
            call = next(iter(self.waiting))
            del self.waiting[call]
            person = self._person_of.pop(call)
            self.record.connected += 1
            self._talk(person.talk_seconds, person.wrap_up_seconds, connected=True)
        while self.free and self.callers:
            caller = self.callers.pop(next(iter(self.callers)))
            self.record.callers_waited.append(self.now - caller.comes_at)
            self._talk(caller.talk_seconds, caller.wrap_up_seconds, connected=False)

    # Agents

    def _called_out(self) -> bool:
        """Whether the agent longest in wrap-up is free again for a customer. What is left of the wrap-up follows the next talk."""
        willing = [
            agent for agent in self.wrapping_up if agent < self.rescuers and not self._pauses_due.get(agent)
        ]
        if not willing or self._chance_of_rescue.random() >= self.scenario.rescue:
            return False
        agent = min(willing, key=self.wrapping_up.__getitem__)
        del self.wrapping_up[agent]
        self._left_of_wrap_up[agent] = self.done_at.pop(agent) - self.now
        self._floor.wrap_up_ended(agent, self.now)
        self.free.append(agent)
        self.record.rescued += 1
        return True

    def _talk(self, talk_seconds: float, wrap_up_seconds: float, *, connected: bool) -> None:
        agent = self._floor.connect(self.now)
        self.free.remove(agent)
        self.talking[agent] = self.now
        self._wrap_up_of[agent] = wrap_up = wrap_up_seconds + self._left_of_wrap_up.pop(agent, 0.0)
        self.done_at[agent] = self.now + talk_seconds + wrap_up
        self._at(self.now + talk_seconds, self._talk_ended, agent)
        self.record.conversations.append(
            Conversation(self.now, talk_seconds, wrap_up_seconds, connected, agent)
        )

    def _talk_ended(self, agent: int) -> None:
        self._policy.talk_ended(self.now - self.talking.pop(agent))
        self._floor.talk_ended(agent, self.now)
        self.wrapping_up[agent] = self.now
        self.done_at[agent] = self.now + self._wrap_up_of.pop(agent)
        self._at(self.done_at[agent], self._wrap_up_ended, agent)

    def _wrap_up_ended(self, agent: int) -> None:
        # Who was called out of wrap-up has another end by now.
        if agent in self.wrapping_up and self.done_at[agent] == self.now:
            self._policy.wrap_up_ended(self.now - self.wrapping_up.pop(agent))
            del self.done_at[agent]
            self._floor.wrap_up_ended(agent, self.now)
            self._back(agent)

    def _back(self, agent: int) -> None:
        due = self._pauses_due.get(agent)
        if due:
            self._rest(agent, due.popleft())
        else:
            self.free.append(agent)

    def _plan_breaks(self, rng: np.random.Generator) -> None:
        self._pause_seconds: dict[int, deque[float]] = {}
        resting = 0
        for each in self.scenario.breaks:
            # One after another through the team, so that two halves are two different halves.
            for _ in range(round(each.share * self.scenario.agents)):
                agent = resting % self.scenario.agents
                resting += 1
                late = float(rng.uniform(0, each.spread_minutes)) if each.spread_minutes else 0.0
                self._pause_seconds.setdefault(agent, deque()).append(each.minutes * 60.0)
                self._at(each.hour * 3600.0 + late * 60.0, self._pause, agent)

    def _pause(self, agent: int) -> None:
        """Now if free, else after the wrap-up, or after another pause."""
        seconds = self._pause_seconds[agent].popleft()
        if agent in self.talking or agent in self.wrapping_up or agent in self._resting:
            self._pauses_due.setdefault(agent, deque()).append(seconds)
            return
        self.free.remove(agent)
        self._rest(agent, seconds)

    def _rest(self, agent: int, seconds: float) -> None:
        self._resting.add(agent)
        self._floor.pause(agent, self.now)
        self.record.pauses.append(Pause(self.now, seconds))
        self._at(self.now + seconds, self._resume, agent)

    def _resume(self, agent: int) -> None:
        self._resting.discard(agent)
        self._floor.resume(agent, self.now)
        self._back(agent)

    # Callers

    def _expect_caller(self) -> None:
        caller = next(self._coming, None)
        if caller is not None:
            self._next_caller = caller
            self._order += 1
            self._at(caller.comes_at, self._caller_comes, self._order)

    def _caller_comes(self, call: int) -> None:
        self._policy.caller_came(self.now)
        self.callers[call] = self._next_caller
        self._at(self.now + self._next_caller.patience_seconds, self._caller_leaves, call)
        self._expect_caller()

    def _caller_leaves(self, call: int) -> None:
        if self.callers.pop(call, None) is not None:
            self.record.callers_lost += 1
