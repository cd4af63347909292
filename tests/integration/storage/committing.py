"""A program that dies by SIGKILL while it commits an attempt: just before or just after the database has it.

Arguments: the database's address, `before` or `after`.
"""

import asyncio
import os
import signal
import sys

from sqlalchemy import Engine, Pool, event

from app.storage.campaigns import all_campaigns
from app.storage.database import open_database
from tests.integration.storage.builders import NOW, call_ids, store_for


def die(*_anything: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, moment: str) -> None:
    database = open_database(url)
    store = await store_for(database)
    [campaign] = await all_campaigns(database)
    # A connection goes back to its pool once its transaction is stored.
    if moment == "before":
        event.listen(Engine, "commit", die)
    else:
        event.listen(Pool, "checkin", die)
    await store.commit_attempts(campaign, call_ids(1), NOW, "x")


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
