"""The local journal: a file for facts that the database cannot take, so that the end of the process does not lose them.

Each epoch has its own file, so that a controller that was replaced never writes in its successor's. It begins with a line that names its format, the node and the epoch. Then a line for each fact: its number in the epoch,
its kind and its fields. The database counts the facts of an epoch that it has, so a fact that reached it after all is
passed over, however often the file is read.
"""

import logging
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count, islice
from pathlib import Path
from time import monotonic

from sqlalchemy import make_url, select

from app.storage.database import Database
from app.storage.errors import NoLocalJournal
from app.storage.fact_json import decode, encode
from app.storage.journal import Journal
from app.storage.tables import epochs
from calls.facts import Fact
from calls.ids import NodeId

CAPACITY_BYTES = 256_000_000
SYNC_SECONDS = 1.0
_FORMAT = "dealerlijn-facts-1"
_AT_ONCE = 500
_NUMBER = re.compile(rb"[0-9]{1,18}")
_log = logging.getLogger(__name__)


class LocalJournal:
    """One node's files in a folder. Its methods wait for the disk: call them in a thread, one at a time.

    Raises NoLocalJournal when the folder cannot be used.
    """

    def __init__(self, folder: Path, node: NodeId, *, capacity_bytes: int = CAPACITY_BYTES) -> None:
        self.node = node
        self._folder = folder
        self._capacity = capacity_bytes
        self._epoch = 0
        self._file: int | None = None
        self._size = 0
        self._synced_at = 0.0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            reachable = os.access(folder, os.W_OK | os.X_OK)
        except OSError as error:
            raise NoLocalJournal(folder, error.strerror or str(error)) from error
        if not reachable:
            raise NoLocalJournal(folder, "it may not be written")

    def begin(self, epoch: int) -> None:
        """Facts that follow are of this epoch, which nobody had before."""
        self._epoch = epoch

    @property
    def path(self) -> Path:
        """The file of this epoch; it is there only while facts wait."""
        return self._folder / f"facts-{self.node}-{self._epoch}.waiting"

    def left(self) -> list[Path]:
        """The files that earlier processes left, the oldest epoch first."""
        found = self._folder.glob(f"facts-{self.node}-*.waiting")
        return sorted(found, key=lambda path: (len(path.name), path.name))

    def append(self, first: int, facts: Sequence[Fact]) -> None:
        """Add facts, numbered from `first` on; on the disk at the latest with the first call a second later.

        All or nothing. Raises OSError when there is no room, on the disk or within the capacity.
        """
        lines = b"".join(
            f"{number} {type(fact).__name__} {encode(fact)}\n".encode()
            for number, fact in enumerate(facts, first)
        )
        if self._file is None:
            self._open()
        assert self._file is not None
        if self._size + len(lines) > self._capacity:
            raise OSError(f"{self.path.name} has reached its bound of {self._capacity} bytes")
        try:
            _write(self._file, lines)
        except OSError:
            # Half a line would hide all that follow it.
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(lines)
        self.sync()

    def sync(self) -> None:
        """Let the disk have what was added, at most once in a second."""
        if self._file is not None and monotonic() - self._synced_at >= SYNC_SECONDS:
            os.fsync(self._file)
            self._synced_at = monotonic()

    def clear(self) -> None:
        """Everything in it is stored: remove the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None
        _remove(self.path)

    def _open(self) -> None:
        self._file = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_WRONLY, 0o600)
        try:
            head = f"{_FORMAT} {self.node} {self._epoch}\n".encode()
            _write(self._file, head)
            _sync_folder(self._folder)
        except OSError:
            os.close(self._file)
            self._file = None
            _remove(self.path)
            raise
        self._size = len(head)


async def replay(local: LocalJournal, database: Database) -> int:
    """Store what earlier processes left, in order, then remove their files; how many facts were not stored before.

    A file is set aside, whole, when the database does not know how much of it it has; that is logged as an error.
    Raises StoreUnavailable, after which everything is still there, and NoLocalJournal when a file cannot be read.
    """
    stored = 0
    for path in local.left():
        try:
            with path.open("rb") as file:
                epoch = _epoch_of(file.readline(), local.node)
                if epoch is None or epoch != await _epoch_in(database, local.node):
                    aside = _set_aside(path)
                    _log.error("facts that waited are of another time: set aside", extra={"file": str(aside)})
                    continue
                journal = Journal(database, local.node, epoch)
                numbered = _numbered(file)
                while batch := list(islice(numbered, _AT_ONCE)):
                    stored += await journal.store_missing(batch)
            _remove(path)
        except OSError as error:
            raise NoLocalJournal(path, error.strerror or str(error)) from error
        _log.warning("facts that waited for the database are stored", extra={"facts": stored})
    return stored


def journal_dir(database_url: str) -> Path:
    """Where facts wait when nobody says so: beside an SQLite file, or in `var`."""
    address = make_url(database_url)
    on_file = address.get_backend_name() == "sqlite" and address.database
    return Path(address.database).parent if on_file and address.database else Path("var")


def _numbered(lines: Iterator[bytes]) -> Iterator[tuple[int, Fact]]:
    """The facts with their numbers. The last line may be torn; any other that cannot be read is logged."""
    for line in lines:
        if not line.endswith(b"\n"):
            return
        number, _, rest = line.partition(b" ")
        kind, _, body = rest.partition(b" ")
        fact = None
        with suppress(UnicodeDecodeError):
            fact = decode(kind.decode(), body.decode())
        if fact is None or _NUMBER.fullmatch(number) is None:
            _log.error("a fact that waited cannot be read", extra={"kind": repr(kind[:40])})
        else:
            yield int(number), fact


def _epoch_of(head: bytes, node: NodeId) -> int | None:
    words = head.decode(errors="replace").split()
    if (
        len(words) == 3
        and words[:2] == [_FORMAT, node]
        and _NUMBER.fullmatch(words[2].encode())
        and head.endswith(b"\n")
    ):
        return int(words[2])
    return None


async def _epoch_in(database: Database, node: NodeId) -> int | None:
    async with database.reading() as connection:
        return (await connection.execute(select(epochs.c.epoch).where(epochs.c.node == node))).scalar()


def _write(file: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(file, left) :]


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    _sync_folder(path.parent)


def _set_aside(path: Path) -> Path:
    """Give the file a name that nobody reads, and return it."""
    names = (path.with_name(f"{path.name}-set-aside-{number}") for number in count(1))
    free = next(name for name in names if not name.exists())
    path.rename(free)
    _sync_folder(free.parent)
    return free


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
