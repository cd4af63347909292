"""A listener of the manager link that remembers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from app.ami.facts import ContactChanged, TrunkChanged
from app.ami.link import AmiLink

LIMIT = 5.0


@dataclass(slots=True)
class Recorder:
    """Everything told, in order."""

    contacts: list[ContactChanged] = field(default_factory=list)
    trunks: list[TrunkChanged] = field(default_factory=list)
    boots: int = 0
    downs: list[str] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def on_contacts(self, contacts: Sequence[ContactChanged]) -> None:
        self.contacts += contacts
        self.changed.set()

    def on_contact(self, changed: ContactChanged) -> None:
        self.contacts.append(changed)
        self.changed.set()

    def on_trunk(self, changed: TrunkChanged) -> None:
        self.trunks.append(changed)
        self.changed.set()

    def on_fully_booted(self) -> None:
        self.boots += 1
        self.changed.set()

    def on_down(self, reason: str) -> None:
        self.downs.append(reason)
        self.changed.set()

    async def until(self, condition: Callable[[], bool], limit: float = LIMIT) -> None:
        """Return when `condition` holds; it is looked at whenever something was told."""
        try:
            async with asyncio.timeout(limit):
                while not condition():
                    self.changed.clear()
                    await self.changed.wait()
        except TimeoutError:
            raise AssertionError(f"not within {limit} s; told {self}") from None


@asynccontextmanager
async def running(link: AmiLink) -> AsyncIterator[None]:
    """Keep the link up inside."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(link.run())
        yield
        task.cancel()
