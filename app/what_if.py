"""What a campaign would bring, asked of the running program: from the campaign's own list and figures, in a process apart.

Simulating is hard work in plain Python: in this process it would hold up every call, in a thread just as much.
"""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

import simulation
from app.control_errors import SimulationBusy, SimulationFailed
from app.plans import Question, plan_of
from app.storage.database import Database
from app.storage.learned import read_learned
from dialer.campaign import Campaign
from simulation.learned import Learned
from simulation.what_if import Outlook, Plan
from simulation.what_if_child import OUTLOOKS, PLANS

BEGIN_SECONDS = 8.0
LIMIT_SECONDS = 60.0
_ROOT = Path(simulation.__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Prospect:
    """What would come of it, what was assumed, and of how many observations."""

    plan: Plan
    learned: Learned
    outlook: Outlook


class WhatIf:
    """Answers one question at a time."""

    def __init__(
        self,
        database: Database,
        *,
        begin_seconds: float = BEGIN_SECONDS,
        limit_seconds: float = LIMIT_SECONDS,
    ) -> None:
        """No further day is begun after `begin_seconds`; an answer takes at most `limit_seconds`."""
        self._database = database
        self._begin_seconds = begin_seconds
        self._limit_seconds = limit_seconds
        self._one = asyncio.Lock()

    async def ask(self, campaign: Campaign, question: Question) -> Prospect:
        """Simulate it. Raises OutOfBounds, SimulationBusy, SimulationFailed, StoreUnavailable."""
        if self._one.locked():
            raise SimulationBusy
        async with self._one:
            learned = await read_learned(self._database, campaign.campaign_id)
            plan = plan_of(campaign, learned, question)
            return Prospect(plan, learned, await self._simulate(plan, question.days))

    async def _simulate(self, plan: Plan, days: int) -> Outlook:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "simulation.what_if_child",
            str(days),
            str(self._begin_seconds),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=_ROOT,
        )
        try:
            async with asyncio.timeout(self._limit_seconds):
                told, _ = await child.communicate(PLANS.dump_json(plan))
        except TimeoutError as error:
            raise SimulationFailed(
                "simulating a single day takes too long", "ask for fewer agents or fewer hours"
            ) from error
        finally:
            with suppress(ProcessLookupError):  # it has ended
                child.kill()
            await child.wait()
        try:
            return OUTLOOKS.validate_json(told)
        except ValidationError as error:
            raise SimulationFailed(
                "the simulation ended without an answer", "see in the program's log what it said"
            ) from error
