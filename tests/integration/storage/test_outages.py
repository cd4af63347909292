import asyncio
import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import text, update

from app.storage import tables
from app.storage.campaigns import all_campaigns
from app.storage.database import Database, open_database
from app.storage.errors import SchemaTooNew, WrongDatabaseUrl
from dialer.errors import StoreUnavailable
from tests.integration.postgresql import PostgresqlServer
from tests.integration.storage.builders import (
    CAMPAIGN,
    NOW,
    call_ids,
    campaign_with,
    committed,
    contact,
    store_for,
)
from tests.ports import free_port

AT_ONCE = 10.0  # a server that is waited for takes a minute


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("dealerlijn.db", "no URL"),
        ("mysql://host/name", "mysql is no database"),
        ("sqlite://", "needs a file"),
        ("postgresql://host", "name of the database is missing"),
        ("postgresql://a..b/name", "can be no name of a machine"),
    ],
)
def test_a_wrong_address_is_refused_with_a_remedy(url: str, reason: str) -> None:
    with pytest.raises(WrongDatabaseUrl, match=reason) as caught:
        open_database(url)

    assert "write sqlite:///" in caught.value.remedy


@pytest.mark.parametrize("option", ["sslmode=require", "foo=1"])
def test_an_option_that_the_driver_does_not_know_is_refused_with_a_remedy(option: str) -> None:
    with pytest.raises(WrongDatabaseUrl, match="unknown option") as caught:
        open_database(f"postgresql://host/name?{option}")

    assert "?ssl=require" in caught.value.remedy


async def test_no_server_is_told_at_once_without_the_password() -> None:
    database = open_database(f"postgresql://dealerlijn:hidden@127.0.0.1:{free_port()}/dealerlijn")
    started = time.monotonic()

    with pytest.raises(StoreUnavailable, match="is not reachable") as caught:
        await all_campaigns(database)

    assert time.monotonic() - started < AT_ONCE
    assert "hidden" not in str(caught.value)


async def test_a_database_that_the_server_does_not_have_is_told(server: PostgresqlServer) -> None:
    database = open_database(server.url("nowhere"))

    with pytest.raises(StoreUnavailable, match='"nowhere" does not exist'):
        await all_campaigns(database)

    await database.close()


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongDatabaseUrl, match="there is no folder"):
        open_database(f"sqlite:///{tmp_path}/missing/test.db")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(WrongDatabaseUrl, match="is a folder") as caught:
        open_database(f"sqlite:///{tmp_path}")

    assert caught.value.remedy == "name a file in it"


def test_a_name_the_system_cannot_take_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongDatabaseUrl, match="cannot be reached"):
        open_database(f"sqlite:///{tmp_path}/{'x' * 300}", must_exist=True)


def test_a_file_that_must_exist_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(WrongDatabaseUrl, match="dealerlijn migrate"):
        open_database(f"sqlite:///{tmp_path}/new.db", must_exist=True)

    assert list(tmp_path.iterdir()) == []


async def test_a_file_of_another_kind_is_told_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.db"
    file.write_text("notes of somebody\n" * 100)
    database = open_database(f"sqlite:///{file}")

    with pytest.raises(StoreUnavailable, match="another kind: name another"):
        await database.migrate()
    await database.close()

    assert file.read_text() == "notes of somebody\n" * 100


async def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    file = tmp_path / "test.db"
    database = open_database(f"sqlite:///{file}")
    await database.migrate()
    await database.close()
    with file.open("r+b") as bytes_:
        bytes_.seek(100)
        bytes_.write(b"\xff" * 4000)

    with pytest.raises(StoreUnavailable, match="is damaged"):
        await all_campaigns(database)
    await database.close()


async def test_a_database_without_tables_is_told(empty_url: str) -> None:
    database = open_database(empty_url)

    with pytest.raises(StoreUnavailable, match="run `dealerlijn migrate`"):
        await all_campaigns(database)
    await database.close()


async def test_a_file_that_cannot_be_opened_is_told_and_leaves_no_thread() -> None:
    before = threading.enumerate()
    database = open_database("sqlite:////proc/nobody-may-write-here.db")

    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        await all_campaigns(database)
    await database.close()

    started = set(threading.enumerate()) - set(before)
    # Those of the loop's own pool stay, for the next one who asks.
    assert [thread for thread in started if not thread.name.startswith("asyncio")] == []


async def test_a_database_of_a_newer_program_is_left_alone(database: Database) -> None:
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(SchemaTooNew, match="9999") as caught:
        await database.migrate()

    assert "newer program" in caught.value.remedy


async def test_migrating_again_changes_nothing(database: Database) -> None:
    await campaign_with(database, [contact(1)])

    await database.migrate()

    assert await all_campaigns(database) == [CAMPAIGN]


async def test_programs_that_start_together_migrate_once(empty_url: str) -> None:
    databases = [open_database(empty_url) for _ in range(3)]

    async with asyncio.TaskGroup() as group:
        for each in databases:
            group.create_task(each.migrate())

    assert await all_campaigns(databases[0]) == []
    for each in databases:
        await each.close()


async def test_a_lock_held_by_another_program_is_an_outage_that_ends(
    empty_url: str, database: Database
) -> None:
    campaign = await campaign_with(database, [contact(1)])
    other = open_database(empty_url)
    store = await store_for(database)

    async with other.writing() as connection:
        await connection.execute(update(tables.epochs).values(written=0))
        with pytest.raises(StoreUnavailable):
            await store.commit_attempts(campaign, call_ids(1), NOW, "x")

    assert len(committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))) == 1
    await other.close()


async def test_a_server_that_dies_is_an_outage_and_its_return_ends_it(server: PostgresqlServer) -> None:
    database = open_database(server.empty_database())
    await database.migrate()
    campaign = await campaign_with(database, [contact(1)])
    store = await store_for(database)

    server.stop()
    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        await store.commit_attempts(campaign, call_ids(1), NOW, "x")
    seconds = time.monotonic() - started
    server.start()

    assert seconds < AT_ONCE
    assert len(committed(await store.commit_attempts(campaign, call_ids(1), NOW, "x"))) == 1
    await database.close()
