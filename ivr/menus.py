"""A menu as data: which key leads to which department, what is played, and how patient we are."""

from collections.abc import Mapping
from dataclasses import dataclass

from calls.words import Department


@dataclass(frozen=True, slots=True)
class Menu:
    """A question with numbered choices.

    `timeout_seconds` runs from the end of the prompt; a wrong key or silence is a miss. After `max_misses` misses the
    caller goes to `default`.
    """

    choices: Mapping[str, Department]
    default: Department
    prompt: str
    miss_prompt: str
    max_misses: int
    timeout_seconds: float
