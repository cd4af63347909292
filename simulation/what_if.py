"""What a planned campaign would bring: a supervisor's question before the day begins."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dialer.campaign import PREVIEW_MODES, DialMode
from simulation.campaign_day import CampaignDay
from simulation.campaign_record import DayRecord
from simulation.measures import Measure, measure
from simulation.policies import POLICIES, PRODUCT, settings_for
from simulation.scenario import Answering, Scenario


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked. The scenario has the team, the hours and a list with an end; `booked_ratio` of those reached book.

    In the preview modes it is as if agents looked at nobody before a call: one call for each free agent.
    """

    scenario: Scenario
    limit_ratio: float
    target_ratio: float | None
    booked_ratio: float
    mode: DialMode = DialMode.PREDICTIVE
    ratio: float = 1.5
    max_over_dial: int = 500
    call_off_late: bool = False

    @property
    def contacts(self) -> int:
        """How long the list is."""
        return self.scenario.contacts or 0


@dataclass(frozen=True, slots=True)
class Outlook:
    """Expected of the planned hours, from so many simulated `days`.

    `hours_needed` is for all attempts that the list allows with these agents; beyond the planned hours it goes on at their
    pace.
    """

    days: int
    reached: Measure
    booked: Measure
    abandon_rate: Measure
    occupancy: Measure
    list_dialled_ratio: Measure
    hours_needed: Measure


def live_planned_day(plan: Plan, seed: int) -> DayRecord:
    """The planned hours once."""
    mode = DialMode.PROGRESSIVE if plan.mode in PREVIEW_MODES else plan.mode
    settings = replace(
        settings_for(plan.limit_ratio, plan.target_ratio, call_off_late=plan.call_off_late),
        mode=mode,
        ratio=plan.ratio,
        max_over_dial=plan.max_over_dial,
        blended=plan.scenario.inbound is not None,
    )
    return CampaignDay(plan.scenario, POLICIES[PRODUCT](plan.scenario, settings), seed).run()


def outlook(days: Sequence[DayRecord], plan: Plan) -> Outlook:
    """From simulated days of the plan, of the seeds 0, 1, 2 …"""
    booked = [
        float(np.random.default_rng((seed, 5)).binomial(day.connected, plan.booked_ratio))
        for seed, day in enumerate(days)
    ]
    return Outlook(
        days=len(days),
        reached=measure([float(day.connected) for day in days]),
        booked=measure(booked),
        abandon_rate=measure([day.abandon_rate for day in days]),
        occupancy=measure([day.figures()["occupancy"] for day in days]),
        list_dialled_ratio=measure([day.begun / max(1, plan.contacts) for day in days]),
        hours_needed=measure([_hours_needed(day, plan) for day in days]),
    )


def attempts_expected(answering: Answering, attempts: int) -> float:
    """How many attempts a contact takes on average: each only if none before was answered."""
    if answering.beta is None:
        return sum((1 - answering.probability) ** before for before in range(attempts))
    yes, no = answering.beta
    chance, total = 1.0, 0.0
    for before in range(attempts):
        total += chance
        chance *= (no + before) / (yes + no + before)
    return total


def _hours_needed(day: DayRecord, plan: Plan) -> float:
    if (finished := day.finished_at) is not None:
        return finished / 3600.0
    wanted = plan.contacts * attempts_expected(plan.scenario.answering, plan.scenario.attempts)
    return max(wanted / max(1, day.dialled), 1.0) * plan.scenario.hours
