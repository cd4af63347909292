"""The API under test, on an SQLite database of its own."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from app.console.client import ApiClient, open_client
from app.storage.database import Database, open_database
from tests.integration.console.bed import TOKEN, Bed, running_bed
from tests.ports import free_port


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables, made once and copied for each test."""

    async def make(path: Path) -> None:
        database = open_database(f"sqlite:///{path}")
        await database.migrate()
        await database.close()

    path = tmp_path_factory.mktemp("console") / "migrated.db"
    asyncio.run(make(path))
    return path


@pytest.fixture
async def database(migrated: Path, tmp_path: Path) -> AsyncIterator[Database]:
    opened = open_database(f"sqlite:///{shutil.copy(migrated, tmp_path)}")
    yield opened
    await opened.close()


@pytest.fixture
async def bed(database: Database) -> AsyncIterator[Bed]:
    async with running_bed(database, free_port()) as running:
        yield running


@pytest.fixture
async def client(bed: Bed) -> AsyncIterator[ApiClient]:
    async with open_client(bed.access, "tester") as opened:
        yield opened


@pytest.fixture
async def http(bed: Bed) -> AsyncIterator[aiohttp.ClientSession]:
    """A bare client that has the token, for requests that the typed one cannot make."""
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession(bed.url, headers=headers) as session:
        yield session
