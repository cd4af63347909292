import asyncio
import signal
import sys
from pathlib import Path

import pytest

from app.storage.database import Database
from app.storage.takeover import open_attempts
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


@pytest.mark.parametrize(("moment", "stored"), [("before", 0), ("after", 1)])
async def test_an_attempt_is_stored_once_or_not_at_all_when_the_program_is_killed(
    empty_url: str, database: Database, moment: str, stored: int
) -> None:
    campaign = await campaign_with(database, [contact(1)])
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.storage.committing", empty_url, moment, cwd=_ROOT
    )

    died = await asyncio.wait_for(program.wait(), 30)

    assert died == -signal.SIGKILL
    assert len(await open_attempts(database, NODE)) == stored
    store = await store_for(database)
    again = committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))
    assert len(again) == 1 - stored
