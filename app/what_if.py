"""What a campaign would bring, asked of the running program: from the campaign's own list and figures, in a process apart.

Simulating is hard work in plain Python: in this process it would hold up every call, in a thread just as much.
"""

import asyncio
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import ValidationError

import simulation
from app.control_errors import OutOfBounds, SimulationBusy, SimulationFailed
from app.storage.database import Database
from app.storage.learned import read_learned
from dialer.campaign import Campaign
from simulation.learned import Learned, learned_booking, learned_scenario, with_callers
from simulation.scenario import load
from simulation.what_if import Outlook, Plan
from simulation.what_if_child import OUTLOOKS, PLANS

BEGIN_SECONDS = 8.0
LIMIT_SECONDS = 60.0
_SCENARIO, _WITH_CALLERS = "r1", "blended"
BOOKED_RATIO = 0.12
_ROOT = Path(simulation.__file__).parents[1]


@dataclass(frozen=True, slots=True)
class Question:
    """What a supervisor plans. What is None is the campaign's own: its list, pacing and number of attempts, its bookings."""

    agents: int
    hours: float
    days: int
    contacts: int | None = None
    attempts: int | None = None
    rest_hours: float = 8.0
    target_ratio: float | None = None
    limit_ratio: float | None = None
    booked_ratio: float | None = None


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


def plan_of(campaign: Campaign, learned: Learned, question: Question) -> Plan:
    """The plan that is meant. Raises OutOfBounds when nothing is left of the list or the target is above the limit."""
    contacts = learned.contacts if question.contacts is None else question.contacts
    if contacts == 0:
        raise OutOfBounds({"contacts": "are all closed: give a number, or import a list first"})
    base = load(_SCENARIO)
    base = replace(
        base,
        title=campaign.campaign_id,
        agents=question.agents,
        hours=question.hours,
        warm_up_minutes=0.0,
        attempts=question.attempts or campaign.max_attempts or 1,
        rest_hours=question.rest_hours,
        ringing=replace(base.ringing, longest_seconds=campaign.ring_seconds),
        wrap_up=replace(base.wrap_up, mean=max(1.0, float(campaign.wrap_up_seconds))),
    )
    scenario = replace(learned_scenario(base, learned), contacts=contacts)
    pacing = campaign.pacing
    if pacing.blended and (usual := load(_WITH_CALLERS).inbound) is not None:
        scenario = with_callers(scenario, usual, learned)
    limit = pacing.limit_ratio if question.limit_ratio is None else question.limit_ratio
    target = min(pacing.target_ratio, limit) if question.target_ratio is None else question.target_ratio
    if target > limit:
        raise OutOfBounds({"target_ratio": f"is above the limit of {limit:g}: lower it"})
    booked = question.booked_ratio
    if booked is None:
        booked = learned_booking(BOOKED_RATIO, learned)
    return Plan(
        scenario,
        limit,
        target,
        booked,
        pacing.mode,
        pacing.ratio,
        pacing.max_over_dial,
        pacing.call_off_late,
    )
