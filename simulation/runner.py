"""Lets made-up callers ring, one after another, until told to stop."""

import asyncio
import random
from collections.abc import Callable

from simulation.people import Caller, CallerMix, callers


class CallerTraffic:
    """A stream of callers. `ring` makes one of them call, under a name of its own."""

    def __init__(self, rng: random.Random, mix: CallerMix, ring: Callable[[str, Caller], None]) -> None:
        self._people = callers(rng, mix)
        self._ring = ring
        self.rung = 0

    async def run(self) -> None:
        """Let them call until cancelled."""
        for caller in self._people:
            await asyncio.sleep(caller.gap_seconds)
            self.rung += 1
            self._ring(f"caller{self.rung:05d}", caller)
