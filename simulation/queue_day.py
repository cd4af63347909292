"""The inbound floor as a simulation of events: callers wait in queues, and the real routing chooses who gets which agent.

The agent chosen takes the call at once, and is free again after the talk. Once a second the floor is asked again, for
requirements relax while a caller waits.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import NamedTuple

import numpy as np

from calls.ids import AgentId, CallId
from routing.agent import AgentProfile
from routing.floor import Floor
from routing.queue import QueuePlan, WaitingCall
from routing.select import SelectionReason
from simulation.people_called import sampler
from simulation.scenario import Duration

_BATCH = 1024
_BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class CallerKind:
    """Callers for one queue: a Poisson process of so many an hour. `patience` None waits for ever, `wrap_up` None is none."""

    plan: QueuePlan
    calls_per_hour: float
    talk: Duration
    patience: Duration | None = None
    wrap_up: Duration | None = None


@dataclass(slots=True)
class QueueRecord:
    """What became of the callers of one kind who came after the warm-up: waits of the served, in seconds, and who left.

    `relaxed`: how many of the served got an agent who has less than the queue asks at first.
    """

    waited: list[float] = field(default_factory=list)
    left: int = 0
    relaxed: int = 0


class _What(IntEnum):
    COMES = 0
    LEAVES = 1
    TALK_ENDS = 2
    WRAP_UP_ENDS = 3
    TICK = 4


class _Event(NamedTuple):
    at: float
    order: int
    what: _What
    kind: int = 0
    call: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class _Caller:
    kind: int
    came_at: float


class QueueDay:
    """A day of agents and callers. `handled_seconds`: talk and wrap-up of all agents between the warm-up and the end."""

    def __init__(self, agents: Sequence[AgentProfile], kinds: Sequence[CallerKind], seed: int) -> None:
        self._floor = Floor()
        for profile in agents:
            self._floor.know(profile, _BEGIN)
            self._floor.login(profile.agent_id, _BEGIN)
        self._kinds = kinds
        rng = np.random.default_rng(seed)
        self._gaps = [
            _draws(Duration(3600.0 / kind.calls_per_hour, law="exponential"), rng) for kind in kinds
        ]
        self._talks = [_draws(kind.talk, rng) for kind in kinds]
        self._patience = [None if kind.patience is None else _draws(kind.patience, rng) for kind in kinds]
        self._wrap_ups = [None if kind.wrap_up is None else _draws(kind.wrap_up, rng) for kind in kinds]
        self.handled_seconds = 0.0
        self._began: dict[str, float] = {}
        self._span = (0.0, 0.0)
        self._relaxing = any(kind.plan.relaxations for kind in kinds)
        self._events: list[_Event] = []
        self._order = 0
        self._waiting: dict[str, _Caller] = {}

    def run(self, seconds: float, warm_up_seconds: float) -> list[QueueRecord]:
        """Live so many seconds; a record for each kind of caller, in their order."""
        records = [QueueRecord() for _ in self._kinds]
        self._span = (warm_up_seconds, seconds)
        for kind in range(len(self._kinds)):
            self._expect(kind, 0.0)
        if self._relaxing:
            self._push(1.0, _What.TICK)
        while self._events[0].at < seconds:
            event = heapq.heappop(self._events)
            left = self._happen(event)
            if left is not None and left.came_at >= warm_up_seconds:
                records[left.kind].left += 1
            for served, relaxed in self._serve(event.at):
                if served.came_at >= warm_up_seconds:
                    records[served.kind].waited.append(event.at - served.came_at)
                    records[served.kind].relaxed += relaxed
        for began in self._began.values():
            self._handled(began, seconds)
        return records

    def _happen(self, event: _Event) -> _Caller | None:
        """Let it happen; the caller who gave up, if that is what happened."""
        match event.what:
            case _What.COMES:
                self._comes(event)
            case _What.LEAVES if event.call in self._waiting:
                self._floor.leave(CallId(event.call), _moment(event.at))
                return self._waiting.pop(event.call)
            case _What.TALK_ENDS:
                self._talk_ends(event)
            case _What.WRAP_UP_ENDS:
                self._floor.finish_wrap_up(AgentId(event.agent), _moment(event.at))
                self._handled(self._began.pop(event.agent), event.at)
            case _What.TICK:
                self._push(event.at + 1.0, _What.TICK)
            case _:
                pass
        return None

    def _comes(self, event: _Event) -> None:
        kind = self._kinds[event.kind]
        self._waiting[event.call] = _Caller(event.kind, event.at)
        self._floor.enqueue(WaitingCall(CallId(event.call), kind.plan, _moment(event.at)))
        if (patience := self._patience[event.kind]) is not None:
            self._push(event.at + next(patience), _What.LEAVES, event.kind, event.call)
        self._expect(event.kind, event.at)

    def _talk_ends(self, event: _Event) -> None:
        wrap_ups = self._wrap_ups[event.kind]
        seconds = 0.0 if wrap_ups is None else next(wrap_ups)
        # The wrap-up is ended by our own event, as an agent ends it who is done early.
        longer = 2 * seconds + 1.0 if wrap_ups is not None else 0.0
        self._floor.hung_up(AgentId(event.agent), CallId(event.call), _moment(event.at), longer)
        if wrap_ups is None:
            self._handled(self._began.pop(event.agent), event.at)
        else:
            self._push(event.at + seconds, _What.WRAP_UP_ENDS, event.kind, event.call, event.agent)

    def _handled(self, began: float, ended: float) -> None:
        since, until = self._span
        self.handled_seconds += max(0.0, min(ended, until) - max(began, since))

    def _serve(self, now: float) -> list[tuple[_Caller, bool]]:
        """Who is served now, and whether by somebody with less than was asked at first."""
        served = []
        for assignment in self._floor.assign(_moment(now)):
            call, agent = assignment.call.call_id, assignment.agent_id
            self._floor.connected(agent, call, _moment(now))
            caller = self._waiting.pop(call)
            self._push(now + next(self._talks[caller.kind]), _What.TALK_ENDS, caller.kind, call, agent)
            self._began[agent] = now
            served.append((caller, assignment.reason is SelectionReason.RELAXED))
        return served

    def _expect(self, kind: int, now: float) -> None:
        self._push(now + next(self._gaps[kind]), _What.COMES, kind, f"caller{self._order:09d}")

    def _push(self, at: float, what: _What, kind: int = 0, call: str = "", agent: str = "") -> None:
        self._order += 1
        heapq.heappush(self._events, _Event(at, self._order, what, kind, call, agent))


def _draws(duration: Duration, rng: np.random.Generator) -> Iterator[float]:
    draw = sampler(duration, rng)
    while True:
        yield from draw(_BATCH).tolist()


def _moment(seconds: float) -> datetime:
    return _BEGIN + timedelta(seconds=seconds)
