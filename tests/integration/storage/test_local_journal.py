import asyncio
import os
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone
from pathlib import Path
from stat import S_IMODE

import pytest
from sqlalchemy import text

from app.journal import KEEP_SECONDS, Journal
from app.storage.database import Database, open_database
from app.storage.epochs import take_epoch
from app.storage.errors import NoLocalJournal
from app.storage.journal import Journal as SqlJournal
from app.storage.journal import read_facts
from app.storage.local_journal import LocalJournal, journal_dir, replay
from app.storage.takeover import open_attempts
from app.storage.totals import count_attempts
from calls.facts import AttemptAbandoned, CallQueued, DispositionRecorded, Fact
from calls.ids import DealerId
from calls.words import Department
from dialer.errors import StoreUnavailable
from metrics.totals import AttemptTotal
from tests.fakes.fact_store import FactStore
from tests.integration.storage.builders import (
    NODE,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    store_for,
)

_ROOT = Path(__file__).parents[3]


def some_facts(count: int) -> list[Fact]:
    return [CallQueued(NOW, each, DealerId("demo"), Department.SALES, 5) for each in call_ids(count)]


def local_in(folder: Path, epoch: int = 1, capacity_bytes: int = 1_000_000) -> LocalJournal:
    local = LocalJournal(folder, NODE, capacity_bytes=capacity_bytes)
    local.begin(epoch)
    return local


async def stored(database: Database) -> list[Fact]:
    return [fact for _, fact in await read_facts(database, 0, 10_000)]


async def test_facts_left_behind_are_stored_in_order_and_their_file_is_gone(
    database: Database, tmp_path: Path
) -> None:
    local = local_in(tmp_path / "waiting", await take_epoch(database, NODE))
    facts = some_facts(1200)
    local.append(0, facts[:700])
    local.append(700, facts[700:])

    replayed = await replay(LocalJournal(tmp_path / "waiting", NODE), database)

    assert replayed == 1200
    assert await stored(database) == facts
    assert list((tmp_path / "waiting").iterdir()) == []


async def test_the_file_is_for_its_owner_only(tmp_path: Path) -> None:
    local = local_in(tmp_path)

    local.append(0, some_facts(1))

    assert S_IMODE(local.path.stat().st_mode) == 0o600


async def test_a_crash_after_storing_and_before_removing_the_file_counts_nothing_twice(
    database: Database, tmp_path: Path
) -> None:
    facts = some_facts(20)
    local_in(tmp_path, await take_epoch(database, NODE)).append(0, facts)
    (left,) = LocalJournal(tmp_path, NODE).left()
    content = left.read_bytes()

    first = await replay(LocalJournal(tmp_path, NODE), database)
    left.write_bytes(content)
    second = await replay(LocalJournal(tmp_path, NODE), database)

    assert (first, second) == (20, 0)
    assert await stored(database) == facts


async def test_facts_that_the_database_has_after_all_are_passed_over(
    database: Database, tmp_path: Path
) -> None:
    facts = some_facts(9)
    epoch = await take_epoch(database, NODE)
    journal = SqlJournal(database, NODE, epoch)
    await journal.write_facts(facts[:2])
    local_in(tmp_path, epoch).append(2, facts[2:])
    await journal.write_facts(facts[2:6])

    replayed = await replay(LocalJournal(tmp_path, NODE), database)
    await journal.write_facts(facts[6:])

    assert replayed == 3
    assert await stored(database) == facts


async def test_what_follows_from_a_fact_left_behind_is_in_the_rows_once(
    database: Database, tmp_path: Path
) -> None:
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)
    (attempt,) = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    abandoned = AttemptAbandoned(NOW, attempt.call_id, campaign.campaign_id, campaign.dealer, 1.7)
    local_in(tmp_path).append(0, [abandoned])

    for _ in range(2):
        await replay(LocalJournal(tmp_path, NODE), database)

    assert await count_attempts(database, campaign.campaign_id) == (
        AttemptTotal(campaign.campaign_id, None, 1, abandoned=1),
    )
    (left,) = await open_attempts(database, NODE)
    assert left.abandoned_at == NOW


async def test_a_torn_last_line_is_passed_over(database: Database, tmp_path: Path) -> None:
    facts = some_facts(3)
    local = local_in(tmp_path, await take_epoch(database, NODE))
    local.append(0, facts)
    os.truncate(local.path, local.path.stat().st_size - 7)

    await replay(LocalJournal(tmp_path, NODE), database)

    assert await stored(database) == facts[:2]


@pytest.mark.parametrize(
    "bad", [b"\xff\xfe\n", b"x CallQueued {}\n", b"1 NeverHeardOf {}\n", b"1 CallQueued []\n"]
)
async def test_a_line_that_cannot_be_read_costs_only_that_fact(
    database: Database, tmp_path: Path, bad: bytes
) -> None:
    facts = some_facts(3)
    local = local_in(tmp_path, await take_epoch(database, NODE))
    local.append(0, facts)
    head, first, _, third = local.path.read_bytes().splitlines(keepends=True)
    local.path.write_bytes(head + first + bad + third)

    await replay(LocalJournal(tmp_path, NODE), database)

    assert await stored(database) == [facts[0], facts[2]]


async def test_a_fact_that_the_database_cannot_hold_costs_only_itself(
    database: Database, tmp_path: Path
) -> None:
    local = local_in(tmp_path / "waiting", await take_epoch(database, NODE))
    good = some_facts(5)
    unheard_of = datetime(9999, 12, 31, 23, tzinfo=timezone(-timedelta(hours=12)))
    bad = DispositionRecorded(NOW, call_ids(1)[0], None, "not_now", "", unheard_of)
    local.append(0, [*good[:2], bad, *good[2:]])

    replayed = await replay(LocalJournal(tmp_path / "waiting", NODE), database)

    assert replayed == 5
    assert await stored(database) == good
    assert list((tmp_path / "waiting").iterdir()) == []


@pytest.mark.parametrize(
    "head", [b"", b"rubbish\n", b"dealerlijn-facts-1 n1 1\n", b"dealerlijn-facts-1 n1 \xff\n"]
)
async def test_a_file_of_another_time_is_set_aside_and_nothing_of_it_is_lost(
    database: Database, tmp_path: Path, head: bytes
) -> None:
    for _ in range(3):
        await take_epoch(database, NODE)
    file = tmp_path / "facts-n1-1.waiting"
    for _ in range(2):
        file.write_bytes(head + b"0 CallQueued {}\n")
        assert await replay(LocalJournal(tmp_path, NODE), database) == 0

    assert await stored(database) == []
    aside = sorted(tmp_path.glob("facts*"))
    assert [path.name for path in aside] == [
        "facts-n1-1.waiting-set-aside-1",
        "facts-n1-1.waiting-set-aside-2",
    ]
    assert all(path.read_bytes() == head + b"0 CallQueued {}\n" for path in aside)


async def test_another_nodes_file_is_left_alone(database: Database, tmp_path: Path) -> None:
    other = tmp_path / "facts-n2-1.waiting"
    other.write_bytes(b"dealerlijn-facts-1 n2 1\n")

    await replay(LocalJournal(tmp_path, NODE), database)

    assert other.exists()


async def test_while_the_database_is_away_everything_stays_in_the_file(tmp_path: Path) -> None:
    local = local_in(tmp_path)
    local.append(0, some_facts(3))
    content = local.path.read_bytes()
    database = open_database(f"sqlite:///{tmp_path}/test.db")

    with pytest.raises(StoreUnavailable):
        await replay(LocalJournal(tmp_path, NODE), database)
    await database.close()

    assert local.path.read_bytes() == content


def test_a_full_disk_leaves_whole_lines_only(tmp_path: Path) -> None:
    local = local_in(tmp_path)
    facts = some_facts(40)
    local.append(0, facts[:5])
    kept = local.path.read_bytes()

    with largest_file(len(kept) + 100), pytest.raises(OSError, match="too large"):
        local.append(5, facts[5:])
    after_failure = local.path.read_bytes()
    local.append(5, facts[5:])

    assert after_failure == kept
    assert len(local.path.read_bytes().splitlines()) == 41


def test_the_file_has_a_bound(tmp_path: Path) -> None:
    local = local_in(tmp_path, capacity_bytes=1000)
    local.append(0, some_facts(2))

    with pytest.raises(OSError, match="bound of 1000 bytes"):
        local.append(2, some_facts(10))

    assert local.path.stat().st_size <= 1000


def test_a_folder_that_cannot_be_made_is_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(NoLocalJournal, match="DEALERLIJN_JOURNAL_DIR"):
        LocalJournal(tmp_path / "file" / "folder", NODE)


@pytest.mark.parametrize(
    ("url", "folder"),
    [
        ("sqlite:////data/dealerlijn.db", "/data"),
        ("sqlite:///var/dealerlijn.db", "var"),
        ("postgresql://user:password@host/name", "var"),
    ],
)
def test_facts_wait_beside_the_database_when_nobody_says_where(url: str, folder: str) -> None:
    assert journal_dir(url) == Path(folder)


class TestWhileRunning:
    """The journal of a running program, with a database that can be away."""

    async def test_what_waits_is_kept_on_disk_and_the_file_is_gone_when_all_is_stored(
        self, tmp_path: Path
    ) -> None:
        store, local = FactStore(), local_in(tmp_path)
        store.away = True
        journal = Journal(store, local)
        facts = some_facts(2500)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(journal.run()), group.create_task(journal.keep())]

            journal.publish(*facts[:2200])
            await until(lambda: lines(local) == 2200)
            journal.publish(*facts[2200:])
            await until(lambda: lines(local) == 2500)
            store.away = False
            assert await journal.flushed(20)
            await until(lambda: not local.path.exists())

            for task in tasks:
                task.cancel()

        assert store.facts == facts
        assert journal.unkept == 0

    async def test_nothing_is_written_while_the_database_keeps_up(self, tmp_path: Path) -> None:
        store, local = FactStore(), local_in(tmp_path)
        journal = Journal(store, local)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(journal.run()), group.create_task(journal.keep())]

            for fact in some_facts(10):
                journal.publish(fact)
                await asyncio.sleep(KEEP_SECONDS / 5)
                assert not local.path.exists()

            for task in tasks:
                task.cancel()

    async def test_a_full_disk_is_counted_and_what_it_could_not_take_is_kept_when_there_is_room(
        self, tmp_path: Path
    ) -> None:
        store, local = FactStore(), local_in(tmp_path)
        store.away = True
        journal = Journal(store, local)
        seen: list[Fact] = []
        journal.observe("console", seen.append)
        facts = some_facts(30)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(journal.keep())

            journal.publish(*facts[:10])
            await until(lambda: lines(local) == 10)
            with largest_file(local.path.stat().st_size):
                journal.publish(*facts[10:])
                await until(lambda: journal.unkept == 20)
            await until(lambda: lines(local) == 30)
            # They are in the file a moment before the disk has said that it has them.
            await until(lambda: journal.unkept == 0)

            task.cancel()

        assert seen == facts

    async def test_facts_outlive_a_program_that_is_killed_with_its_database_away(
        self, database: Database, tmp_path: Path
    ) -> None:
        epoch = await take_epoch(database, NODE)
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.integration.storage.keeping", str(tmp_path), str(epoch), cwd=_ROOT
        )

        died = await asyncio.wait_for(program.wait(), 30)
        await replay(LocalJournal(tmp_path, NODE), database)

        assert died == -signal.SIGKILL
        assert [fact.call_id for fact in await stored(database) if isinstance(fact, CallQueued)] == [
            f"n1{number:026d}" for number in range(300)
        ]


async def test_the_rows_and_the_count_are_stored_together_or_not_at_all(
    database: Database, tmp_path: Path
) -> None:
    facts = some_facts(5)
    local_in(tmp_path, await take_epoch(database, NODE)).append(0, facts)
    async with database.writing() as connection:
        await connection.execute(text("ALTER TABLE calls RENAME TO calls_elsewhere"))

    with pytest.raises(StoreUnavailable):
        await replay(LocalJournal(tmp_path, NODE), database)
    nothing = await stored(database)
    async with database.writing() as connection:
        await connection.execute(text("ALTER TABLE calls_elsewhere RENAME TO calls"))
    await replay(LocalJournal(tmp_path, NODE), database)

    assert nothing == []
    assert await stored(database) == facts


def lines(local: LocalJournal) -> int:
    """The facts in the file."""
    return len(local.path.read_bytes().splitlines()) - 1 if local.path.exists() else 0


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.02)


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A disk that has no room for a larger file."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
