"""What a simulated day is like: people, agents and times. A file in `scenarios/` says only what differs from the defaults.

The defaults are the reference scenario `r1`: 30 % answer, after 10 s on average; talks of 150 s, wrap-ups of 30 s.
"""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError

from calls.words import Department

SCENARIOS = Path(__file__).parent / "scenarios"
LONGEST_HOURS = 80.0
# Beyond what any day has, and within what the tables of a simulated day bear.
LONGEST_SECONDS, LONGEST_GRACE_SECONDS, LONGEST_RING_SECONDS, MOST_AGENTS = 86_400.0, 60.0, 600, 10_000
Seconds = Annotated[float, Field(gt=0, le=LONGEST_SECONDS, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Level = Annotated[int, Field(ge=1, le=10)]
_STRICT = ConfigDict(extra="forbid")


class ScenarioError(Exception):
    """There is no such scenario, or its file is wrong. The text says what to do."""


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something lasts: mean in seconds, and coefficient of variation (of no meaning to an exponential law).

    `pareto` has a heavy tail (Lomax); its variation is above 1.
    """

    __pydantic_config__: ClassVar = _STRICT
    mean: Seconds
    variation: Positive = 1.0
    law: Literal["lognormal", "exponential", "pareto"] = "lognormal"


@dataclass(frozen=True, slots=True)
class RateFrom:
    """From so many hours on the answer probability of every contact is multiplied by `factor`."""

    __pydantic_config__: ClassVar = _STRICT
    hour: NotNegative
    factor: Positive


@dataclass(frozen=True, slots=True)
class Answering:
    """Who answers: every contact with `probability`, or each with its own from a Beta distribution; never above 1.

    `earlier_attempts`: how many earlier attempts are on record for a contact, on average (Poisson); each was answered with the
    contact's own probability, and this record is all that a policy may know of it.
    """

    __pydantic_config__: ClassVar = _STRICT
    probability: Annotated[float, Field(gt=0, le=1)] = 0.3
    beta: tuple[Positive, Positive] | None = None
    earlier_attempts: NotNegative = 0.0
    changes: tuple[RateFrom, ...] = ()


@dataclass(frozen=True, slots=True)
class Ringing:
    """How long a call rings. Of those that nobody answers a share fails early, between 2 and 5 s; the others ring out.

    `silent` says instead how long every unanswered call rings.
    """

    __pydantic_config__: ClassVar = _STRICT
    answered: Duration = Duration(10.0, 0.5)
    longest_seconds: Annotated[int, Field(ge=6, le=LONGEST_RING_SECONDS)] = 22
    early_failures: Share = 0.1
    silent: Duration | None = None


@dataclass(frozen=True, slots=True)
class Break:
    """At an hour of the day each agent of a share pauses for so many minutes, within `spread_minutes` of each other."""

    __pydantic_config__: ClassVar = _STRICT
    hour: NotNegative
    minutes: Positive
    share: Share = 1.0
    spread_minutes: NotNegative = 0.0


@dataclass(frozen=True, slots=True)
class Inbound:
    """Callers who share the campaign's agents: so many an hour for each agent, each as patient as he is."""

    __pydantic_config__: ClassVar = _STRICT
    calls_per_agent_hour: Positive
    patience: Duration = Duration(120.0, law="exponential")
    talk: Duration = Duration(180.0, 0.9)
    answer_within_seconds: NotNegative = 20.0


@dataclass(frozen=True, slots=True)
class Team:
    """So many agents with the same skills, each with its level, 1 to 10."""

    __pydantic_config__: ClassVar = _STRICT
    agents: Annotated[int, Field(ge=1, le=MOST_AGENTS)]
    skills: dict[str, Level]


@dataclass(frozen=True, slots=True)
class RelaxedNeed:
    """After so many seconds of waiting the level is enough; 0 asks for the skill no more."""

    __pydantic_config__: ClassVar = _STRICT
    after_seconds: Positive
    skill: str
    level: Annotated[int, Field(ge=0, le=10)]


@dataclass(frozen=True, slots=True)
class CallerQueue:
    """Callers for one department: what they need, how many come, and how soon they are to be answered.

    `relaxed_needs` are in the order of their time; a higher `priority` is served first.
    """

    __pydantic_config__: ClassVar = _STRICT
    department: Department
    calls_per_hour: Positive
    needs: dict[str, Level]
    relaxed_needs: tuple[RelaxedNeed, ...] = ()
    priority: int = 0
    talk: Duration = Duration(180.0, 0.9)
    patience: Duration = Duration(120.0, law="exponential")
    answer_within_seconds: NotNegative = 20.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One kind of campaign day. `contacts` None is a list without end.

    Who does not answer is dialled again, up to `attempts` times, after `rest_hours` of the day and after all who were not
    dialled yet.

    Of the agents `rescuers` have offered to come out of wrap-up for a campaign's customer who finds nobody free. One of them is asked,
    who is longest in wrap-up, and takes that customer with the probability `rescue`.

    `warm_up_minutes` are left out of how busy agents are: a scenario has them where it means a team at work, not a day with
    its morning. The law's figures are of the whole day.
    """

    __pydantic_config__: ClassVar = _STRICT
    title: str
    agents: Annotated[int, Field(ge=1, le=MOST_AGENTS)] = 10
    hours: Annotated[float, Field(gt=0, le=LONGEST_HOURS)] = 8.0
    warm_up_minutes: NotNegative = 0.0
    grace_seconds: Annotated[float, Field(ge=0, le=LONGEST_GRACE_SECONDS, allow_inf_nan=False)] = 2.0
    contacts: Annotated[int, Field(ge=1, le=10_000_000)] | None = None
    rescuers: Share = 1.0
    rescue: Share = 0.0
    attempts: Annotated[int, Field(ge=1, le=100)] = 1
    rest_hours: Positive = 8.0
    answering: Answering = Answering()
    ringing: Ringing = Ringing()
    talk: Duration = Duration(150.0, 0.9)
    wrap_up: Duration = Duration(30.0, 0.6)
    breaks: tuple[Break, ...] = ()
    inbound: Inbound | None = None
    teams: tuple[Team, ...] = ()
    queues: tuple[CallerQueue, ...] = ()

    @property
    def seconds(self) -> float:
        """How long the day lasts."""
        return self.hours * 3600.0


def names() -> list[str]:
    """The scenarios that are there."""
    return sorted(path.stem for path in SCENARIOS.glob("*.toml"))


def load(name: str) -> Scenario:
    """The scenario of that name, or in that file. Raises ScenarioError."""
    path = SCENARIOS / f"{name}.toml"
    if name.endswith(".toml"):
        path = Path(name)
    elif name not in names():
        raise ScenarioError(f"there is no scenario {name!r}; there are: {', '.join(names())}")
    try:
        found = TypeAdapter(Scenario).validate_python(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ScenarioError(f"{path}: {error}") from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()]
        raise ScenarioError(f"{path}: " + "; ".join(faults)) from error
    if faults := _contradictions(found):
        raise ScenarioError(f"{path}: " + "; ".join(faults))
    return replace(found, agents=sum(team.agents for team in found.teams)) if found.teams else found


def _contradictions(scenario: Scenario) -> list[str]:
    """What is wrong with values that are each right alone."""
    faults = []
    if bool(scenario.teams) != bool(scenario.queues):
        faults.append("teams serve queues; give both, or neither for a campaign")
    ringing, changes = scenario.ringing, scenario.answering.changes
    if ringing.answered.mean >= ringing.longest_seconds:
        faults.append(
            "ringing.answered.mean: give less than ringing.longest_seconds, or hardly anybody answers"
        )
    if [each.hour for each in changes] != sorted(each.hour for each in changes):
        faults.append("answering.changes: give them in the order of their hours")
    durations: dict[str, Duration | None] = {
        "talk": scenario.talk,
        "wrap_up": scenario.wrap_up,
        "ringing.answered": ringing.answered,
        "ringing.silent": ringing.silent,
    }
    if (inbound := scenario.inbound) is not None:
        durations |= {"inbound.talk": inbound.talk, "inbound.patience": inbound.patience}
    for place, queue in enumerate(scenario.queues):
        durations |= {f"queues.{place}.talk": queue.talk, f"queues.{place}.patience": queue.patience}
    for name, duration in durations.items():
        if duration is not None and duration.law == "pareto" and duration.variation <= 1:
            faults.append(f"{name}.variation: give a pareto law more than 1")
    return faults
