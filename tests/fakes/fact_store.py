"""A database for facts that can be away."""

import asyncio
from collections.abc import Sequence

from calls.facts import Fact
from dialer.errors import StoreUnavailable


class FactStore:
    """Keeps facts in memory (`app.journal.FactStore`). `away`: refuses; `slow`: seconds that a write takes."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.attempts: list[list[Fact]] = []
        self.away = False
        self.slow = 0.0

    async def write_facts(self, facts: Sequence[Fact]) -> int:
        self.attempts.append(list(facts))
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.away:
            raise StoreUnavailable("the test took it away")
        self.facts += facts
        return 0
