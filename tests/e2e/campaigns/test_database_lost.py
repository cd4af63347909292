"""The database is lost in the middle of a campaign: the dialler stops at once, everything else goes on, nothing is lost."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.asterisk.call_files import Caller
from app.storage.database import Database, open_database
from app.storage.journal import read_facts
from app.storage.totals import count_totals
from calls.facts import (
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    CallConnected,
    CallEnded,
    ControllerStarted,
    Fact,
)
from calls.ids import AgentId
from calls.words import AttemptOutcome, InboundOutcome
from metrics.agreement import disagreements
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk, until
from tests.e2e.calls.controller_process import ControllerProcess, job_of
from tests.e2e.calls.floor import (
    ALWAYS_OPEN,
    QUICK,
    SKILLS,
    controller,
    dealers,
    settings,
    store_agents,
    store_campaign,
)
from tests.e2e.wire import Wire
from tests.integration.postgresql import PostgresqlServer, postgresql_server

AGENT_HERTZ = 1000.0
SECOND = timedelta(seconds=1)
TALKERS = ["+31610000001", "+31610000002"]
ANOTHER = "+31610000003"
# By the pretend network's plan of a number these answer after two seconds and talk for five.
OTHERS = [f"+3161{number:04d}0000" for number in range(1000, 1030)]
AWAY_SECONDS = 14.0
pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture(scope="module")
def postgresql(port_base: int) -> Iterator[PostgresqlServer]:
    with postgresql_server(port_base + 90) as server:
        yield server


class Losable:
    """A database that can be taken away."""

    def __init__(self, url: str, file: Path, server: PostgresqlServer | None) -> None:
        self.url = url
        self._file = file
        self._server = server

    @asynccontextmanager
    async def away(self) -> AsyncIterator[None]:
        """The server is dead, or another program holds the file's lock, while the block runs."""
        if self._server is not None:
            await asyncio.to_thread(self._server.stop)
            try:
                yield
            finally:
                await asyncio.to_thread(self._server.start)
            return
        other = sqlite3.connect(self._file, isolation_level=None, timeout=4, check_same_thread=False)
        # In a thread: who has the lock now needs this loop to give it up.
        await asyncio.to_thread(other.execute, "BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")
            other.close()


@pytest.fixture(params=["postgresql", "sqlite"])
def losable(request: pytest.FixtureRequest, tmp_path: Path) -> Losable:
    file = tmp_path / "dealerlijn.db"
    if request.param == "sqlite":
        return Losable(f"sqlite:///{file}", file, None)
    server: PostgresqlServer = request.getfixturevalue("postgresql")
    return Losable(server.empty_database(), file, server)


async def test_the_dialler_stops_at_once_conversations_and_callers_go_on_and_every_fact_is_stored_afterwards(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    wire: Wire,
    tmp_path: Path,
    losable: Losable,
) -> None:
    for number in TALKERS:
        await network_asterisk.customer_does(number, "answer:1:25")
    campaign = await store_campaign(dealer_asterisk, tmp_path, TALKERS + OTHERS, database_url=losable.url)
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    at_work = ("agent1", "agent2", "agent3")
    async with controller(
        dealer_asterisk, tmp_path, known, at_work, campaign, database_url=losable.url
    ) as watched:
        watched.program.desk.login(AgentId("agent4"))
        await watched.fact(AttemptEnded)
        assert len(watched.of(AttemptConnected)) >= 3

        async with losable.away():
            lost = datetime.now(UTC)
            await asyncio.sleep(3)
            network_asterisk.call(
                Caller(person="meanwhile", ddi=DDI, cli="+31612345601", press="0", talk=3, patience=30)
            )
            served = await watched.fact(CallConnected)
            gone = await watched.ended()
            await asyncio.sleep(max(0.0, AWAY_SECONDS - (datetime.now(UTC) - lost).total_seconds()))
            waiting = sorted(tmp_path.glob("facts-n1-*.waiting"))
            kept = len(waiting[0].read_bytes().splitlines()) - 1
            depth = watched.program.journal.depth
            back = datetime.now(UTC)
        dialled = len(watched.of(AttemptCommitted))
        await watched.fact(AttemptCommitted, count=dialled + 1)
        await watched.fact(AttemptEnded, count=dialled + 1, limit=40)
        watched.program.desk.logout(AgentId("agent3"))
        await watched.fact(AttemptEnded, count=len(watched.of(AttemptCommitted)), limit=40)
        for agent in at_work:
            watched.program.desk.logout(AgentId(agent))
        assert await watched.program.journal.flushed(10)
        seen = Counter(watched.facts)
        stored = Counter(await all_facts(watched.program.database))
        targets = {dealer.dealer: dealer.service_level_seconds for dealer in known.dealers.values()}
        totals = await count_totals(watched.program.database, None, targets)
        shown, _ = watched.program.metrics.text()
        await until(lambda: not list(tmp_path.glob("facts-n1-*")), 5, "the local file is gone")

    ringing = [
        step.at for number in OTHERS for step in network_asterisk.steps(number) if step.event == "ringing"
    ]
    assert [at for at in ringing if lost + SECOND < at < back] == []
    assert [at for at in ringing if lost - 10 * SECOND < at < lost] != []
    assert [at for at in ringing if back < at] != []
    assert lost < served.at < gone.at < back
    assert gone.outcome is InboundOutcome.CONNECTED
    talks = [leg for leg in wire.lines() if leg.heard.until(lost).tone_seconds(AGENT_HERTZ) > 0.5]
    long = [
        leg for leg in talks if leg.heard.since(lost).until(back).tone_seconds(AGENT_HERTZ) > AWAY_SECONDS - 2
    ]
    assert len(long) == 2
    assert depth > 0
    assert kept == depth
    assert seen - stored == Counter()
    assert {type(fact) for fact in stored - seen} == {ControllerStarted}
    assert disagreements(totals, shown.decode()) == []
    assert {end.outcome for end in watched.of(AttemptEnded)} == {AttemptOutcome.CONNECTED}


async def test_what_happened_while_the_database_was_away_outlives_the_controller(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    tmp_path: Path,
    postgresql: PostgresqlServer,
) -> None:
    url = postgresql.empty_database()
    await store_agents(dealer_asterisk, tmp_path, tuple(SKILLS), url)
    dealers(tmp_path, ALWAYS_OPEN, QUICK)
    await network_asterisk.customer_does(ANOTHER, "answer:1:6")
    await store_campaign(dealer_asterisk, tmp_path, [ANOTHER], database_url=url)
    job = job_of(settings(dealer_asterisk, tmp_path, url), tmp_path, ["agent4"], ["agent1"])
    first, second = [await ControllerProcess.standing_by(job) for _ in range(2)]
    try:
        await first.go()
        await network_asterisk.step(ANOTHER, "answered", 15)
        await asyncio.sleep(2)

        await asyncio.to_thread(postgresql.stop)
        network_asterisk.call(
            Caller(person="unseen", ddi=DDI, cli="+31612345602", press="0", talk=2, patience=30)
        )
        satisfied = await network_asterisk.step("unseen", "ended", 30)
        talked = await network_asterisk.step(ANOTHER, "ended", 30)
        await asyncio.sleep(1.5)
        first.kill()
        await first.gone()
        await asyncio.sleep(4)
        await asyncio.to_thread(postgresql.start)
        await second.go()
        database = open_database(url)
        facts = await all_facts(database)
        await database.close()
        await second.go_home()
    finally:
        for each in (first, second):
            await each.ended()

    (call,) = [fact for fact in facts if isinstance(fact, CallEnded)]
    (attempt,) = [fact for fact in facts if isinstance(fact, AttemptEnded)]
    assert call.outcome is InboundOutcome.CONNECTED
    assert abs(call.at - satisfied.at) < SECOND
    assert attempt.outcome is AttemptOutcome.CONNECTED
    assert abs(attempt.at - talked.at) < SECOND
    assert list(tmp_path.glob("facts-n1-*")) == []


async def all_facts(database: Database) -> list[Fact]:
    return [fact for _, fact in await read_facts(database, 0, 100_000)]
