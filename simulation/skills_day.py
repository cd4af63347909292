"""A day of inbound calls for agents with different skills: the real floor chooses who gets whom."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

from calls.ids import AgentId, DealerId
from routing.agent import AgentProfile
from routing.queue import QueuePlan
from routing.skills import Relaxation, SkillRequirement
from simulation.laboratory import DayDone
from simulation.measures import Measure, measure
from simulation.queue_day import CallerKind, QueueDay, QueueRecord
from simulation.scenario import CallerQueue, Scenario

_DEALER = DealerId("simulated")


@dataclass(frozen=True, slots=True)
class SkillsSeries:
    """Figures over the days: of each queue by its department, and of all agents together."""

    queues: dict[str, dict[str, Measure]]
    occupancy: Measure


def run_skills_series(scenario: Scenario, seeds: int, done: DayDone = lambda: None) -> SkillsSeries:
    """Let the teams of a scenario serve its queues so many days, seeds 0, 1, 2 …; `done` hears of each."""
    days: list[list[QueueRecord]] = []
    occupancies = []
    warm_up = scenario.warm_up_minutes * 60.0
    for seed in range(seeds):
        day = QueueDay(_agents(scenario), [_kind(scenario, queue) for queue in scenario.queues], seed)
        days.append(day.run(scenario.seconds, warm_up))
        occupancies.append(day.handled_seconds / (scenario.agents * (scenario.seconds - warm_up)))
        done()
    return SkillsSeries(
        {
            queue.department.value: _figures([records[place] for records in days], queue)
            for place, queue in enumerate(scenario.queues)
        },
        measure(occupancies),
    )


def _agents(scenario: Scenario) -> list[AgentProfile]:
    skills = [team.skills for team in scenario.teams for _ in range(team.agents)]
    return [AgentProfile(AgentId(f"agent{number:04d}"), "", "", each) for number, each in enumerate(skills)]


def _kind(scenario: Scenario, queue: CallerQueue) -> CallerKind:
    plan = QueuePlan(
        dealer=_DEALER,
        department=queue.department,
        requirements=tuple(SkillRequirement(skill, level) for skill, level in queue.needs.items()),
        relaxations=tuple(
            Relaxation(each.after_seconds, each.skill, each.level) for each in queue.relaxed_needs
        ),
        priority=queue.priority,
        ring_seconds=20,
        wrap_up_seconds=scenario.wrap_up.mean,
        still_waiting_prompt="",
        still_waiting_seconds=60.0,
        short_abandon_seconds=0.0,
    )
    return CallerKind(plan, queue.calls_per_hour, queue.talk, queue.patience, scenario.wrap_up)


def _figures(days: Sequence[QueueRecord], queue: CallerQueue) -> dict[str, Measure]:
    within = queue.answer_within_seconds
    figures = [
        {
            "calls": float(len(day.waited) + day.left),
            "service_level": sum(wait <= within for wait in day.waited) / max(1, len(day.waited) + day.left),
            "asa_seconds": fmean(day.waited) if day.waited else 0.0,
            "lost_share": day.left / max(1, len(day.waited) + day.left),
            "relaxed_share": day.relaxed / max(1, len(day.waited)),
        }
        for day in days
    ]
    return {name: measure([each[name] for each in figures]) for name in figures[0]}
