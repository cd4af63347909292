"""Skills, what a queue asks of them, and how it asks less while a customer waits."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SkillRequirement:
    """The least level, 1 to 10, that a call needs."""

    skill: str
    level: int


@dataclass(frozen=True, slots=True)
class Relaxation:
    """After `after_seconds` of waiting the requirement on `skill` is `level`; 0 drops it."""

    after_seconds: float
    skill: str
    level: int


def steps_passed(relaxations: tuple[Relaxation, ...], waited_seconds: float) -> int:
    """How many of the relaxations, which are in the order of their time, are in force."""
    passed = 0
    for relaxation in relaxations:
        if waited_seconds < relaxation.after_seconds:
            break
        passed += 1
    return passed


def relaxed(
    requirements: tuple[SkillRequirement, ...], relaxations: tuple[Relaxation, ...]
) -> tuple[SkillRequirement, ...]:
    """The requirements that are left after these relaxations; one never asks more than before."""
    levels = {requirement.skill: requirement.level for requirement in requirements}
    for relaxation in relaxations:
        if relaxation.skill in levels:
            levels[relaxation.skill] = min(levels[relaxation.skill], relaxation.level)
    return tuple(SkillRequirement(skill, level) for skill, level in levels.items() if level > 0)


def meets(skills: Mapping[str, int], requirements: tuple[SkillRequirement, ...]) -> bool:
    """Whether somebody with these skills meets every requirement."""
    return all(skills.get(requirement.skill, 0) >= requirement.level for requirement in requirements)
