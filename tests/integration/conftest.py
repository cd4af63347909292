"""The databases under test: every storage test runs on both."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from app.storage.database import Database, open_database
from tests.integration.postgresql import PostgresqlServer, postgresql_server
from tests.ports import free_port


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresqlServer]:
    with postgresql_server(free_port()) as running:
        yield running


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without tables."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/test.db"
    running: PostgresqlServer = request.getfixturevalue("server")
    return running.empty_database()


@pytest.fixture
async def database(empty_url: str) -> AsyncIterator[Database]:
    opened = open_database(empty_url)
    await opened.migrate()
    yield opened
    await opened.close()
