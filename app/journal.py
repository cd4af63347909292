"""The one stream of facts: everything that happens goes through `publish`, and every observer sees the same.

Observers (metrics, console) are called at once; the database gets facts in order, in batches, from a bounded queue.
When the database is away the queue holds them, and what has waited for some time is kept in a local journal too, where
the next process finds it. When the queue is full new facts reach the observers only and are counted as dropped, because a
conversation is worth more than its record.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Protocol

from calls.facts import Fact
from dialer.errors import StoreUnavailable

# A transaction costs more than the facts in it: on a busy floor this puts a few dozen into each.
GATHER_SECONDS = 0.05
KEEP_SECONDS = 0.25
_KEPT_AT_ONCE = 1000
_log = logging.getLogger(__name__)
Observer = Callable[[Fact], None]


class FactStore(Protocol):
    """Where facts are kept."""

    async def write_facts(self, facts: Sequence[Fact]) -> int:
        """Store facts in order, in one transaction; how many of them cannot be stored at all.

        Raises StoreUnavailable, after which the same facts come first again; StaleEpoch when another controller rules.
        """
        ...


class LocalFacts(Protocol):
    """Where facts are kept on this machine while they wait. May block, and raise OSError."""

    def append(self, first: int, facts: Sequence[Fact]) -> None:
        """Add facts, numbered from `first` on, all or nothing."""
        ...

    def sync(self) -> None:
        """Let the disk have what was added, now or soon."""
        ...

    def clear(self) -> None:
        """All facts that were added are stored."""
        ...


class Journal:
    """Publishes facts to observers and to the database. `run` is the one writer, `keep` writes the local journal."""

    def __init__(
        self,
        store: FactStore,
        local: LocalFacts | None = None,
        *,
        batch: int = 500,
        capacity: int = 200_000,
    ) -> None:
        self._store = store
        self._batch = batch
        self._waiting: deque[Fact] = deque()
        self._capacity = capacity
        self._observers: list[tuple[str, Observer]] = []
        self._wake = asyncio.Event()
        self._stored = asyncio.Event()
        self._stored.set()
        # Facts are numbered from 0 on: of the first that waits, and of the first that the local journal does not have.
        self._first = 0
        self._local = local
        self._unkept_from = 0
        self._kept_any = False
        self._waited_from = 0
        self._keeping = asyncio.Lock()
        self.dropped = 0
        self.unkept = 0
        self.observer_errors = 0
        self.writable = True

    @property
    def depth(self) -> int:
        """How many facts wait for the database."""
        return len(self._waiting)

    def observe(self, name: str, observer: Observer) -> None:
        """Call `observer` with every fact from now on. A failing observer is logged; the rest go on."""
        self._observers.append((name, observer))

    def publish(self, *facts: Fact) -> None:
        """Tell every observer now and the database soon."""
        for fact in facts:
            # Kept before it is told: an observer may publish what follows from it.
            if len(self._waiting) < self._capacity:
                self._waiting.append(fact)
            else:
                self.dropped += 1
            self.tell(fact)
        if facts:
            self._stored.clear()
            self._wake.set()

    def tell(self, fact: Fact) -> None:
        """Tell only the observers: for a fact that a transaction of its own has stored already."""
        for name, observer in self._observers:
            try:
                observer(fact)
            except Exception:  # noqa: BLE001 - no observer may harm a call or another observer
                self.observer_errors += 1
                _log.exception("observer failed", extra={"observer": name, "fact": type(fact).__name__})

    async def flushed(self, seconds: float) -> bool:
        """Wait until all facts published so far are stored; False when that took longer than `seconds`."""
        try:
            async with asyncio.timeout(seconds):
                await self._stored.wait()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Store facts until cancelled, in batches: whatever gathered since the last batch was begun goes next."""
        pause = 0.0
        while True:
            await self._wake.wait()
            if pause:
                await asyncio.sleep(pause)
            batch = list(islice(self._waiting, self._batch))
            try:
                self.dropped += await self._store.write_facts(batch)
            except StoreUnavailable as error:
                pause = min(5.0, pause * 2 or 0.2)
                self.writable = False
                _log.warning("facts wait for the database", extra={"depth": self.depth, "reason": str(error)})
                continue
            pause, self.writable = 0.0, True
            for _ in batch:
                self._waiting.popleft()
            self._first += len(batch)
            if not self._waiting:
                self._wake.clear()
                self._stored.set()
            await asyncio.sleep(GATHER_SECONDS)

    async def keep(self) -> None:
        """Until cancelled, put into the local journal what the database has not taken in time, and empty it afterwards."""
        while True:
            await asyncio.sleep(KEEP_SECONDS)
            await self.keep_waiting(all_of_it=self._first < self._waited_from)
            self._waited_from = self._first + len(self._waiting)

    async def keep_waiting(self, *, all_of_it: bool = True) -> None:
        """Let the local journal have all that waits, or only forget what is stored.

        What it cannot take is counted in `unkept`, and tried again the next time.
        """
        if self._local is None:
            return
        async with self._keeping:
            try:
                if all_of_it:
                    await self._append_to(self._local)
                if self._kept_any and self._first >= self._unkept_from:
                    await asyncio.to_thread(self._local.clear)
                    self._kept_any = False
            except OSError as error:
                reason = {"depth": self.depth, "reason": error.strerror or str(error)}
                if not self.unkept:
                    _log.error("facts that wait are in memory only", extra=reason)
                self.unkept = self._first + len(self._waiting) - max(self._unkept_from, self._first)
            else:
                self.unkept = 0

    async def _append_to(self, local: LocalFacts) -> None:
        while facts := self._not_kept():
            first = max(self._unkept_from, self._first)
            await asyncio.to_thread(local.append, first, facts)
            self._unkept_from, self._kept_any = first + len(facts), True
        await asyncio.to_thread(local.sync)

    def _not_kept(self) -> list[Fact]:
        skip = max(0, self._unkept_from - self._first)
        return list(islice(self._waiting, skip, skip + _KEPT_AT_ONCE))
