"""The way to the database: opening it, transactions with a time limit, and one translation of its failures."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, Table, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import (
    ArgumentError,
    DataError,
    DBAPIError,
    IntegrityError,
    InterfaceError,
    OperationalError,
    StatementError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from app.storage.errors import WrongDatabaseUrl
from app.storage.schema import upgrade
from app.storage.sqlite_file import LOCK_WAIT_MS, Work, all_at_once, sqlite_engines
from dialer.errors import StoreUnavailable

LIMIT_SECONDS = 5.0
_POSTGRESQL_WRITERS = 5
_SQLITE_THREADS = 4
_CONNECT_SECONDS = 3.0
_STAGED_AT_ONCE = 1000
_STAGED_CACHE_KB = 256_000
_STAGED_WORK_KB = 256_000
_MIGRATION_SECONDS = 120.0
_EXAMPLES = "write sqlite:///dealerlijn.db or postgresql://user:password@host/name"


_Answer = TypeVar("_Answer")
_Row = TypeVar("_Row")


class Database:
    """An open database. `close()` it; every method raises StoreUnavailable when the database does not answer in time."""

    def __init__(self, engine: AsyncEngine, threaded: Engine | None = None) -> None:
        """`threaded` is the same SQLite file for transactions that are one visit to a thread."""
        self.engine = engine
        self.is_postgresql = engine.dialect.name == "postgresql"
        self._threaded = threaded
        self._threads = ThreadPoolExecutor(_SQLITE_THREADS, "sqlite")
        self._write_engine = engine if self.is_postgresql else engine.execution_options(sqlite_writes=True)
        # Waiting for SQLite's one writer here is fair and at once; its own waiting is polling. PostgreSQL needs none.
        self._writer = asyncio.Semaphore(_POSTGRESQL_WRITERS if self.is_postgresql else 1)

    @asynccontextmanager
    async def reading(self, limit_seconds: float = LIMIT_SECONDS) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that only reads."""
        async with self._translating(limit_seconds), self.engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self, limit_seconds: float = LIMIT_SECONDS) -> AsyncIterator[AsyncConnection]:
        """Open a transaction that is stored when the block ends, and undone when it raises."""
        async with (
            self._translating(limit_seconds),
            self._writer,
            self._write_engine.begin() as connection,
        ):
            yield connection

    async def write_at_once(self, work: Work[_Answer], limit_seconds: float = LIMIT_SECONDS) -> _Answer:
        """Do `work` in a writing transaction, stored when it returns and undone when it raises.

        It may await nothing but `execute` of the connection it is given, and change nothing that others see. On SQLite all of it is
        one visit to a thread, where `writing` goes there and back several times for each statement. After StoreUnavailable, and when
        this is cancelled, it may have been stored all the same.
        """
        if self._threaded is None:
            async with self.writing(limit_seconds) as connection:
                return await work(connection)
        async with self._translating(limit_seconds), self._writer:
            return await self._in_thread(self._threaded.execution_options(sqlite_writes=True), work)

    async def read_at_once(self, work: Work[_Answer], limit_seconds: float = LIMIT_SECONDS) -> _Answer:
        """Do `work`, of which `write_at_once` tells the bounds, in a transaction that only reads."""
        if self._threaded is None:
            async with self.reading(limit_seconds) as connection:
                return await work(connection)
        async with self._translating(limit_seconds):
            return await self._in_thread(self._threaded, work)

    async def _in_thread(self, engine: Engine, work: Work[_Answer]) -> _Answer:
        return await asyncio.get_running_loop().run_in_executor(self._threads, all_at_once, engine, work)

    @asynccontextmanager
    async def writing_staged(
        self,
        table: Table,
        rows: Iterable[tuple[Any, ...]],
        progress: Callable[[int], None],
        limit_seconds: float,
    ) -> AsyncIterator[AsyncConnection]:
        """Open a writing transaction that has these rows, in the order of the columns, in a temporary `table`.

        The rows are brought in before, so that on SQLite, where nobody else can write meanwhile, the transaction is short.
        `progress` hears how many are in so far.
        """
        async with self._translating(limit_seconds), self.engine.connect() as connection:
            try:
                raw = (await connection.get_raw_connection()).driver_connection
                # Nothing but the connection's own table is touched: this takes no lock.
                async with connection.begin():
                    await connection.run_sync(table.create, checkfirst=False)
                    await self._bring_in(raw, table, _counted(rows, progress))
                    if self.is_postgresql:
                        # Nobody else gathers the figures of a temporary table that the planner needs.
                        await connection.exec_driver_sql(f"ANALYZE {table.name}")
                await connection.execution_options(sqlite_writes=True)
                async with self._writer, connection.begin():
                    if self.is_postgresql:
                        # A whole list is sorted and joined at once.
                        await connection.exec_driver_sql(f"SET LOCAL work_mem = '{_STAGED_WORK_KB}kB'")
                    yield connection
            finally:
                # The temporary table goes with its connection.
                await connection.invalidate()

    async def _bring_in(self, raw: Any, table: Table, rows: Iterator[tuple[Any, ...]]) -> None:
        """Bring rows into a table in the driver's own fast way."""
        if self.is_postgresql:
            await raw.copy_records_to_table(table.name, records=rows)
            return
        await raw.execute(f"PRAGMA cache_size=-{_STAGED_CACHE_KB}")
        marks = ", ".join("?" * len(table.columns))
        statement = f"INSERT INTO {table.name} VALUES ({marks})"  # noqa: S608 - our own names
        dialect = self.engine.dialect
        writers = [column.type.dialect_impl(dialect).bind_processor(dialect) for column in table.columns]
        # The dates and times of a list are few.
        kept = [(at, lru_cache(4096)(writer)) for at, writer in enumerate(writers) if writer is not None]
        while chunk := list(islice(rows, _STAGED_AT_ONCE)):
            columns: list[Iterable[Any]] = list(zip(*chunk, strict=True))
            for at, writer in kept:
                columns[at] = map(writer, columns[at])
            await raw.executemany(statement, zip(*columns, strict=True))

    def insert(self, table: Table) -> postgresql.Insert | sqlite.Insert:
        """Begin an INSERT that knows `on_conflict_do_nothing` and `on_conflict_do_update`."""
        return postgresql.insert(table) if self.is_postgresql else sqlite.insert(table)

    async def migrate(self) -> None:
        """Bring the tables, new or old, to this program's version. Raises SchemaTooNew."""
        async with self.writing(_MIGRATION_SECONDS) as connection:
            await connection.run_sync(upgrade)

    async def close(self) -> None:
        """Close all connections; no transaction may be open."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        if self._threaded is not None:
            self._threaded.dispose()
        await self.engine.dispose()

    @asynccontextmanager
    async def _translating(self, limit_seconds: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(limit_seconds):
                yield
        except (TimeoutError, PoolTimeout) as error:
            raise StoreUnavailable(
                f"{self._name()} gave no answer in time: look at its load and log"
            ) from error
        except OSError as error:
            raise StoreUnavailable(
                f"{self._name()} is not reachable ({error.strerror or error}): start it"
            ) from error
        except DBAPIError as error:
            if not _is_outage(error):
                raise
            raise StoreUnavailable(f"{self._name()} {_explained(error)}") from error

    def _name(self) -> str:
        url = self.engine.url
        return (
            f"the database {url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)}"
        )


async def other_clock(database: Database) -> datetime | None:
    """What the database server's clock says, None when it is this machine's. Raises StoreUnavailable."""
    if not database.is_postgresql:
        return None
    async with database.reading() as connection:
        told: datetime | None = (await connection.execute(_OTHER_CLOCK)).scalar_one()
    return told


# No address is a socket of this machine; the same address at both ends is this machine too.
_OTHER_CLOCK = text("SELECT CASE WHEN inet_server_addr() <> inet_client_addr() THEN clock_timestamp() END")


def open_database(url: str, *, must_exist: bool = False) -> Database:
    """Prepare a database for use, without connecting yet. Raises WrongDatabaseUrl.

    SQLite makes a file that is not there, unless it `must_exist`.
    """
    address = _checked(url, must_exist)
    if address.get_backend_name() == "postgresql":
        engine = create_async_engine(
            address.set(drivername="postgresql+asyncpg"),
            hide_parameters=True,
            pool_pre_ping=True,
            pool_timeout=LIMIT_SECONDS,
            connect_args={
                "timeout": _CONNECT_SECONDS,
                "server_settings": {
                    "application_name": "dealerlijn",
                    "timezone": "UTC",
                    "lock_timeout": str(LOCK_WAIT_MS),
                    "idle_in_transaction_session_timeout": "15000",
                    # A long list makes a short query look dear, and compiling it takes ten times as long as it does.
                    "jit": "off",
                },
            },
        )
    else:
        return Database(*sqlite_engines(address))
    return Database(engine)


@asynccontextmanager
async def opened(url: str, *, must_exist: bool = False) -> AsyncIterator[Database]:
    """The database at an address, closed at the end. Raises WrongDatabaseUrl."""
    database = open_database(url, must_exist=must_exist)
    try:
        yield database
    finally:
        await database.close()


_POSTGRESQL_OPTIONS = frozenset(
    {"host", "port", "user", "password", "passfile", "ssl", "target_session_attrs"}
)


def _checked(url: str, must_exist: bool) -> URL:
    try:
        address = make_url(url)
        backend = address.get_backend_name()
    except (ArgumentError, ValueError) as error:
        raise WrongDatabaseUrl("the address of the database is no URL", _EXAMPLES) from error
    if backend not in {"sqlite", "postgresql"}:
        raise WrongDatabaseUrl(f"{backend} is no database this program knows", _EXAMPLES)
    if backend == "sqlite" and address.database in {None, "", ":memory:"}:
        raise WrongDatabaseUrl("an SQLite database needs a file", "write sqlite:///dealerlijn.db")
    if backend == "sqlite":
        _check_file(Path(address.database or ""), must_exist)
    if backend == "postgresql":
        _check_server(address)
    return address


def _check_server(address: URL) -> None:
    if not address.database:
        raise WrongDatabaseUrl("the name of the database is missing", _EXAMPLES)
    for name in address.query:
        if name not in _POSTGRESQL_OPTIONS:
            raise WrongDatabaseUrl(
                f"the address of the database has an unknown option {name}",
                "remove it; for an encrypted connection write ?ssl=require",
            )
    try:
        (address.host or "").encode("idna")
    except UnicodeError as error:
        raise WrongDatabaseUrl("the host of the database can be no name of a machine", _EXAMPLES) from error


def _check_file(file: Path, must_exist: bool) -> None:
    try:
        if file.is_dir():
            raise WrongDatabaseUrl(f"the database {file} is a folder", "name a file in it")
        if not file.parent.is_dir():
            raise WrongDatabaseUrl(
                f"there is no folder {file.parent} for the database", "make it, or name another"
            )
        if must_exist and not file.exists():
            raise WrongDatabaseUrl(f"there is no database {file} yet", "`dealerlijn migrate` makes it")
    except OSError as error:
        raise WrongDatabaseUrl(
            f"the database {file} cannot be reached ({error.strerror})",
            "let this user enter its folder, or name another",
        ) from error


_NO_TABLE = "42P01"
_REFUSED_STATES = ("22", "23")
_PASSING_STATES = ("08", "53", "57", "55P03", "25P03", "3D000", "28", "40", _NO_TABLE)


def _counted(rows: Iterable[_Row], progress: Callable[[int], None]) -> Iterator[_Row]:
    """The same rows; `progress` hears how many have been taken, now and then and at the end."""
    count = 0
    for count, row in enumerate(rows, start=1):
        yield row
        if count % _STAGED_AT_ONCE == 0:
            progress(count)
    if count % _STAGED_AT_ONCE:
        progress(count)


# SQLite's words for a file that it cannot read as a database.
_UNREADABLE = ("not a database", "malformed")


def cannot_hold(error: Exception) -> bool:
    """Whether the database refuses a value: nothing is wrong with the database, nor with the statement for other values."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, StatementError | OverflowError)
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_REFUSED_STATES)
    # asyncpg looks at values before it sends them.
    return isinstance(error, DataError | IntegrityError) or isinstance(
        getattr(error.orig, "__cause__", None), ValueError
    )


def _is_outage(error: DBAPIError) -> bool:
    """Tell an outage from a mistake in a statement, which is a fault of this program."""
    if cannot_hold(error):
        return False
    state = getattr(error.orig, "sqlstate", None)
    if isinstance(state, str):
        return state.startswith(_PASSING_STATES)
    return (
        error.connection_invalidated
        or isinstance(error, OperationalError | InterfaceError)
        or any(word in str(error.orig) for word in _UNREADABLE)
    )


def _explained(error: DBAPIError) -> str:
    text = str(error.orig)
    if getattr(error.orig, "sqlstate", None) == _NO_TABLE:
        text = "no such table"
    for words, explained in _EXPLAINED:
        if words in text:
            return explained
    return f"failed ({text.partition(chr(10))[0]}): look at its log"


_EXPLAINED = (
    ("locked", "is locked by another program: stop that program"),
    ("unable to open", "cannot be opened: let this program read and write it and its folder"),
    ("readonly", "may not be written: let this program write it and its folder"),
    ("not a database", "is a file of another kind: name another, or move this one away"),
    ("malformed", "is damaged: put back a back-up"),
    ("no such table", "has no tables of this program: run `dealerlijn migrate`"),
    ("full", "has no room left on its disk: free some"),
)
