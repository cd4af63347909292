"""The whole program begins by a clock that is behind what the journal tells."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.dealers import load_dealers
from app.program import Program
from app.settings import Settings, read_settings
from app.storage.database import open_database
from app.storage.epochs import take_epoch
from app.storage.journal import Journal
from app.wiring import running
from calls.facts import AsteriskLost
from calls.ids import NodeId
from tests.integration.conftest import free_port
from tests.integration.console.installation import installed

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager")
HOUR = timedelta(hours=1)


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """Of a program whose journal tells of a moment an hour from now, and which reaches no Asterisk."""
    nobody = str(free_port())
    environment = installed(tmp_path).environment
    settings = read_settings(
        environment | {"DEALERLIJN_ARI_URL": f"http://127.0.0.1:{nobody}/ari", "DEALERLIJN_AMI_PORT": nobody}
    )
    database, node = open_database(settings.database_url), NodeId(settings.node)
    await database.migrate()
    journal = Journal(database, node, await take_epoch(database, node))
    await journal.write_facts([AsteriskLost(datetime.now(UTC) + HOUR, node, "socket_down")])
    await database.close()
    return settings


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
    behind = [record for record in caplog.records if "nobody is dialled" in record.getMessage()]
    assert len(behind) == 3
    assert all(3590 < record.seconds < 3601 for record in behind)  # type: ignore[attr-defined]
