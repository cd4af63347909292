"""The running program's small parts, put together over a scripted Asterisk and a database in memory."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from app.ari.executor import Executor
from app.ari.joins import Joins
from app.ari.leases import Leases
from app.clock import Clock
from app.floor_desk import FloorDesk
from app.journal import Journal
from app.supervisor import Supervisor
from app.tasks import Tasks
from calls.facts import Fact
from calls.ids import AgentId, CallId
from routing.agent import Agent
from routing.floor import Floor
from tests.fakes.fact_store import FactStore
from tests.fakes.scripted_asterisk import ScriptedAsterisk
from tests.fakes.virtual_time import LoopClock
from tests.unit.app.people import SALES
from tests.unit.app.reached import REACHED


class Bed:
    """Everything a call needs. `facts` lists what was published."""

    def __init__(self, tasks: Tasks, agents: Sequence[Agent], clock: Clock) -> None:
        self.facts: list[Fact] = []
        self.tasks = tasks
        self.clock = clock
        self.asterisk = ScriptedAsterisk()
        self.floor = Floor()
        for agent in agents:
            self.floor.restore(agent)
        self.store = FactStore()
        self.journal = Journal(self.store)
        self.leases = Leases(self.asterisk.ari)
        self.executor = Executor(
            self.asterisk.ari,
            self.leases,
            Joins(news_seconds=0),
            lambda: "dealerlijn",
            self.endpoint_of,
            lambda _name: 4.0,
            {},
        )
        self.supervisor = Supervisor(tasks, self.executor, self.journal, clock)
        self.desk = FloorDesk(
            self.floor, self.journal, clock, lambda _dealer, _department: SALES, lambda _id: 30
        )
        self.desk.connect(self._deliver)
        self.desk.on_fact(REACHED)
        self.journal.observe("test", self.facts.append)
        self.journal.observe("floor", self.desk.on_fact)

    def endpoint_of(self, agent_id: AgentId) -> str | None:
        return self.floor.agent(agent_id).profile.endpoint

    def published(self, kind: type[Fact]) -> list[Fact]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def _deliver(self, call_id: CallId, fact: object) -> bool:
        session = self.supervisor.call(call_id)
        if session is not None:
            session.deliver(fact)
        return session is not None


@asynccontextmanager
async def a_bed(*agents: Agent) -> AsyncIterator[Bed]:
    """A bed in the running virtual loop; whatever runs in it ends with the test."""
    async with asyncio.TaskGroup() as group:
        tasks = Tasks(group)
        try:
            yield Bed(tasks, agents, LoopClock())
        finally:
            tasks.cancel()
