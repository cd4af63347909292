"""An SQLite file: its connections, and transactions that are one visit to a thread.

It has a write-ahead log and `synchronous=NORMAL`: what is committed survives the death of the program; only a power cut may take
the last commits back. A writing transaction takes the write lock at once (`BEGIN IMMEDIATE`), so it never fails half-way because
somebody else wrote.
"""

import asyncio
import sqlite3
import time
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from sqlite3 import Connection as SqliteConnection
from typing import Any, TypeVar, cast

import aiosqlite
from sqlalchemy import Connection, CursorResult, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

LOCK_WAIT_MS = 4000
_LOCK_LOOK_SECONDS = 0.02
_CONNECT_SECONDS = 3.0
_POOL_SECONDS = 5.0
_Answer = TypeVar("_Answer")
Work = Callable[[AsyncConnection], Coroutine[Any, Any, _Answer]]


def sqlite_engines(address: URL) -> tuple[AsyncEngine, Engine]:
    """The file for the event loop, and the same for threads. Writing transactions have the option `sqlite_writes`."""
    engine = create_async_engine(
        address.set(drivername="sqlite+aiosqlite"),
        hide_parameters=True,
        pool_timeout=_POOL_SECONDS,
        async_creator=_sqlite_opener(address.database or ""),
    )
    threaded = create_engine(
        address.set(drivername="sqlite+pysqlite"),
        hide_parameters=True,
        pool_timeout=_POOL_SECONDS,
        connect_args={"timeout": LOCK_WAIT_MS / 1000, "check_same_thread": False},
    )
    for each in (engine.sync_engine, threaded):
        event.listen(each, "connect", _prepare_sqlite)
        event.listen(each, "begin", _begin_sqlite)
    return engine, threaded


def all_at_once(engine: Engine, work: Work[_Answer]) -> _Answer:
    """Run a coroutine that has nothing to wait for, since its statements are carried out where it runs."""
    with engine.begin() as connection:
        running = work(cast("AsyncConnection", _Here(connection)))
        try:
            running.send(None)
        except StopIteration as done:
            return cast("_Answer", done.value)
        running.close()
        raise RuntimeError("a transaction at once waited for something else than its connection")


class _Here:
    """The one method of AsyncConnection that such a coroutine may use."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, *arguments: Any) -> CursorResult[Any]:
        return self._connection.execute(*arguments)


class _SqliteConnection(aiosqlite.Connection):
    """Asks its thread to stop only once: a second request would wait for ever, and the program's end with it.

    That second request comes when a statement is cancelled that waits for another program's lock.
    """

    _stopping = False

    def stop(self) -> asyncio.Future[Any] | None:
        """Ask the thread to stop; the future is done when it has, None when it was asked before."""
        if self._stopping:
            return None
        self._stopping = True
        return super().stop()


def _sqlite_opener(path: str) -> Callable[[], Awaitable[aiosqlite.Connection]]:
    async def connect() -> aiosqlite.Connection:
        connection = _SqliteConnection(
            partial(sqlite3.connect, path, timeout=LOCK_WAIT_MS / 1000, check_same_thread=False),
            iter_chunk_size=64,
        )
        thread = connection._thread
        thread.daemon = True
        try:
            await connection
            await _write_ahead(connection)
            return connection
        except BaseException:
            # The thread has a last word, and needs the loop to say it; nobody else waits for one that opened no file.
            await asyncio.to_thread(thread.join, _CONNECT_SECONDS)
            raise

    return connect


async def _write_ahead(connection: aiosqlite.Connection) -> None:
    """Switch the file to its write-ahead log, if it is not.

    For this lock SQLite does not wait as for others: of programs that open a new file together all but one are told at once that
    it is locked.
    """
    deadline = time.monotonic() + LOCK_WAIT_MS / 1000
    while True:
        try:
            await connection.execute_fetchall("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        await asyncio.sleep(_LOCK_LOOK_SECONDS)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    raw: SqliteConnection = connection
    # The driver must not begin transactions of its own accord: `_begin_sqlite` does.
    raw.isolation_level = None
    cursor = raw.cursor()
    for setting in ("synchronous=NORMAL", "foreign_keys=ON", "cache_size=-32000"):
        cursor.execute(f"PRAGMA {setting}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("sqlite_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
