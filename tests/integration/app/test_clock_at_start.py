"""The whole program begins by a clock that is behind what the journal tells, or that was in doubt before."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.dealers import load_dealers
from app.program import Program
from app.settings import Settings, read_settings
from app.storage.campaign_store import SqlCampaignStore
from app.storage.database import open_database
from app.storage.epochs import take_epoch
from app.storage.journal import Journal
from app.wiring import running
from calls.facts import AsteriskLost, ClockJumped, Fact
from calls.ids import NodeId
from dialer.profile_file import shipped_profiles
from tests.integration.console.installation import installed
from tests.integration.storage.builders import NOW, call_ids, campaign_with, committed, contact
from tests.ports import free_port
from tests.unit.app.reached import REACHED

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager")
HOUR = timedelta(hours=1)


@pytest.fixture
async def quiet(tmp_path: Path) -> Settings:
    """Of a program that reaches no Asterisk and has not run yet."""
    nobody = str(free_port())
    environment = installed(tmp_path).environment
    settings = read_settings(
        environment | {"DEALERLIJN_ARI_URL": f"http://127.0.0.1:{nobody}/ari", "DEALERLIJN_AMI_PORT": nobody}
    )
    database = open_database(settings.database_url)
    await database.migrate()
    await database.close()
    return settings


@pytest.fixture
async def settings(quiet: Settings) -> Settings:
    """Of a program whose journal tells of a moment an hour from now."""
    database, node = open_database(quiet.database_url), NodeId(quiet.node)
    journal = Journal(database, node, await take_epoch(database, node))
    await journal.write_facts([AsteriskLost(datetime.now(UTC) + HOUR, node, "socket_down")])
    await database.close()
    return quiet


class SetClock:
    """A clock that stands still, and is off by so much at NOW."""

    def __init__(self, off: timedelta) -> None:
        self._off = off
        self._steady = timedelta()

    def now(self) -> datetime:
        return NOW + self._off + self._steady

    def monotonic(self) -> float:
        return self._steady.total_seconds()

    def set_by(self, seconds: timedelta) -> None:
        self._off += seconds

    def put_right_after(self, passed: timedelta) -> None:
        self._steady += passed
        self._off = timedelta()


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[Program]:
    async with running(settings, load_dealers(settings.dealers_file)) as program:
        yield program


async def test_it_is_not_believed_however_often_the_program_starts_until_somebody_says_that_it_is_right(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    believed = []
    for _ in range(2):
        async with started(settings) as program:
            believed.append(program.clock.trusted())
            program.figures.show()
            shown = program.metrics.text()[0].decode()
    async with started(settings) as program:
        assert program.clock.confirm()
    async with started(settings) as program:
        believed.append(program.clock.trusted())

    assert believed == [False, False, True]
    assert 'dealerlijn_trusted_clocks{node="n1"} 0.0' in shown
    behind = [record for record in caplog.records if "the clock is behind" in record.getMessage()]
    assert len(behind) == 3
    assert all(3590 < record.seconds < 3601 for record in behind)  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("boot", "set_by", "believed"),
    [
        ("same", HOUR, False),
        ("same", -timedelta(minutes=10), False),
        ("same", timedelta(), True),
        ("another", HOUR, True),
    ],
)
async def test_a_clock_that_was_set_while_no_controller_ran_is_not_believed_unless_the_machine_was_started_anew(
    quiet: Settings, boot: str, set_by: timedelta, believed: bool
) -> None:
    dealers, clock = load_dealers(quiet.dealers_file), SetClock(timedelta())
    async with running(quiet, dealers, clock, "same") as program:
        await program.clock_keeper.look()
    clock.put_right_after(3 * HOUR)
    clock.set_by(set_by)

    async with running(quiet, dealers, clock, boot) as program:
        trusted = program.clock.trusted()
        await program.clock_keeper.look()
        program.clock.confirm()
        await program.clock_keeper.look()
    async with running(quiet, dealers, clock, boot) as program:
        assert (trusted, program.clock.trusted()) == (believed, True)


@pytest.mark.parametrize(
    ("jumps", "starts"),
    [
        pytest.param((), -HOUR, id="behind"),
        pytest.param((23 * HOUR,), 23 * HOUR, id="still ahead"),
        pytest.param((25 * HOUR,), timedelta(minutes=5), id="ahead, and put right meanwhile"),
    ],
)
async def test_no_cap_is_refilled_by_a_clock_that_is_wrong_at_the_start(
    quiet: Settings, jumps: Sequence[timedelta], starts: timedelta
) -> None:
    database, node = open_database(quiet.database_url), NodeId(quiet.node)
    campaign = await campaign_with(database, [contact(1), contact(2)])
    store = SqlCampaignStore(database, node, await take_epoch(database, node), shipped_profiles())
    dialled = committed(await store.commit_attempts(campaign, call_ids(2), NOW, "x"))
    told: list[Fact] = [ClockJumped(NOW + by, node, by.total_seconds()) for by in jumps]
    await Journal(database, node, await take_epoch(database, node)).write_facts(told)
    await database.close()
    clock = SetClock(starts)

    async with running(quiet, load_dealers(quiet.dealers_file), clock) as program:
        program.gate.on_fact(REACHED)
        program.gate.room(program.clock.now())
        at_the_start = len(program.gate._dialled)
        clock.put_right_after(2 * HOUR)
        program.gate.room(program.clock.now())

        assert (len(dialled), at_the_start, len(program.gate._dialled)) == (2, 2, 2)
