"""A program whose database is away, and that is killed once its facts are on disk: `python -m … FOLDER EPOCH`."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from app.journal import Journal
from app.storage.local_journal import LocalJournal
from calls.facts import CallQueued
from calls.ids import CallId, DealerId
from calls.words import Department
from tests.fakes.fact_store import FactStore
from tests.integration.storage.builders import NODE, NOW

FACTS = 300


async def main(folder: str, epoch: str) -> None:
    """Publish, wait until the file has them, and die."""
    store = FactStore()
    store.away = True
    local = LocalJournal(Path(folder), NODE)
    local.begin(int(epoch))
    journal = Journal(store, local)
    async with asyncio.TaskGroup() as group:
        group.create_task(journal.run())
        group.create_task(journal.keep())
        for number in range(FACTS):
            call_id = CallId(f"n1{number:026d}")
            journal.publish(CallQueued(NOW, call_id, DealerId("demo"), Department.SALES, 5))
        while not local.path.exists() or len(local.path.read_bytes().splitlines()) <= FACTS:
            await asyncio.sleep(0.02)
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
