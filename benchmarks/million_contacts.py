"""A list of 1,000,000 contacts: how long its import takes, and how long choosing the next 50 of it.

    nice python -m benchmarks.million_contacts [ROWS] [sqlite|postgresql] [PORT]

Both databases unless one is named; PostgreSQL runs as a server of its own on PORT (27990) with fsync off and its usual settings
otherwise, and we are a superuser there (`app/storage/many_rows.py` tells what that is worth). "At work" is the processor time of this
process alone, without PostgreSQL's. Prints the seconds of
the import, from a CSV file, and of 40 rounds the median, the 95th percentile and the longest, in milliseconds: of choosing 50
contacts with all that the rules need to know of them, the same with the 40 more among which the likeliest to answer are chosen,
and of the whole transaction that commits 50 attempts.
"""

import asyncio
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import replace
from os import getloadavg
from pathlib import Path
from statistics import median, quantiles

from app.contacts_import import ImportOptions, import_contacts
from app.storage.campaign_store import SqlCampaignStore
from app.storage.campaigns import create_campaign
from app.storage.database import Database, open_database
from app.storage.epochs import take_epoch
from app.storage.histories import next_candidates
from benchmarks.contacts_import import CAMPAIGN, NOW, made_up_rows, write_file
from calls.ids import NodeId, new_call_id
from dialer.answering import CANDIDATES
from dialer.campaign import CampaignState
from dialer.profile_file import shipped_profiles
from tests.integration.postgresql import postgresql_server

AT_ONCE = 50
ROUNDS = 40
RUNNING = replace(CAMPAIGN, state=CampaignState.RUNNING)


async def measure(name: str, url: str, path: Path, count: int) -> None:
    database = open_database(url)
    await database.migrate()
    await create_campaign(database, RUNNING)
    load, started, worked = getloadavg()[0], time.perf_counter(), time.process_time()
    result = await import_contacts(database, path, RUNNING.campaign_id, ImportOptions("benchmark"), NOW)
    seconds = time.perf_counter() - started
    worked = time.process_time() - worked
    assert result.added == count, result.faults[:3]
    chosen = await timed(lambda: choose(database, AT_ONCE), AT_ONCE)
    among = await timed(lambda: choose(database, AT_ONCE + CANDIDATES), AT_ONCE + CANDIDATES)
    node = NodeId("n1")
    store = SqlCampaignStore(database, node, await take_epoch(database, node), shipped_profiles())
    committed = await timed(lambda: commit(store, node), AT_ONCE)
    await database.close()
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{name}: {count} rows imported in {seconds:.1f} s, {worked:.1f} s of them at work")
    print(f"  load at the start {load:.1f}; at most {peak_mb} MB")
    print(f"  choosing {AT_ONCE}: {chosen}\n  with {CANDIDATES} more: {among}")
    print(f"  committing {AT_ONCE}: {committed}", flush=True)
    figures = {
        "database": name,
        "rows": count,
        "import_s": seconds,
        "work_s": worked,
        "choose": chosen,
        "choose_among": among,
        "commit": committed,
    }
    print(json.dumps(figures), flush=True)


async def timed(work: Callable[[], Awaitable[int]], wanted: int) -> str:
    await work()
    milliseconds = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        assert await work() == wanted
        milliseconds.append(1000 * (time.perf_counter() - started))
    p95 = quantiles(milliseconds, n=20)[-1]
    return f"median {median(milliseconds):.1f} ms, p95 {p95:.1f} ms, longest {max(milliseconds):.1f} ms"


async def choose(database: Database, wanted: int) -> int:
    async with database.writing() as connection:
        return len(await next_candidates(connection, RUNNING.campaign_id, wanted))


async def commit(store: SqlCampaignStore, node: NodeId) -> int:
    ids = [new_call_id(node, time.time_ns() // 1_000_000, random.SystemRandom()) for _ in range(AT_ONCE)]
    return len(await store.commit_attempts(RUNNING, ids, NOW, "benchmark"))


def main(count: int, names: list[str], port: int) -> None:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        path = folder / "contacts.csv"
        write_file(path, made_up_rows(count))
        print(f"the file has {path.stat().st_size >> 20} MB", flush=True)
        for name in names:
            if name == "sqlite":
                url = f"sqlite:///{folder}/bench.db"
            else:
                url = stack.enter_context(postgresql_server(port)).url("postgres")
            asyncio.run(measure(name, url, path, count))


if __name__ == "__main__":
    words = sys.argv[1:]
    numbers = [int(word) for word in words if word.isdigit()]
    names = [word for word in words if not word.isdigit()] or ["sqlite", "postgresql"]
    main(numbers[0] if numbers else 1_000_000, names, numbers[1] if len(numbers) > 1 else 27_990)
