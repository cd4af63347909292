"""The people a campaign dials, one after another, and those who call in. The same seed brings the same people."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import log, sqrt

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from dialer.shortage import Floats
from simulation.scenario import Duration, Scenario

_BATCH = 2048
Ints = NDArray[np.int64]


class Person(Struct, frozen=True):
    """What happens when this person is dialled: answers if `reluctance` is below the answer probability of the hour.

    `answered_before` and `unanswered_before` are on record, `tried` counts the attempts of this day; everything else shows only once
    the person is dialled.
    """

    reluctance: float
    probability: float
    answer_seconds: float
    silent_seconds: float
    talk_seconds: float
    wrap_up_seconds: float
    answered_before: int = 0
    unanswered_before: int = 0
    tried: int = 0


@dataclass(frozen=True, slots=True)
class InboundCaller:
    """Somebody who calls at a moment of the day, in seconds, and hangs up after `patience_seconds` without an agent."""

    comes_at: float
    patience_seconds: float
    talk_seconds: float
    wrap_up_seconds: float


def sampler(duration: Duration, rng: np.random.Generator) -> Callable[[int], Floats]:
    """Draws so many lengths at a time."""
    mean, variation = duration.mean, duration.variation
    match duration.law:
        case "lognormal":
            sigma = sqrt(log(1 + variation * variation))
            return lambda count: rng.lognormal(log(mean) - sigma * sigma / 2, sigma, count)
        case "exponential":
            return lambda count: rng.exponential(mean, count)
        case "pareto":
            # Lomax with shape a has mean s/(a−1) and squared variation a/(a−2).
            shape = 2 * variation**2 / (variation**2 - 1)
            return lambda count: mean * (shape - 1) * rng.pareto(shape, count)


def people(scenario: Scenario, rng: np.random.Generator) -> Iterator[Person]:
    """The list, in order, as long as it is."""
    ringing, answering = scenario.ringing, scenario.answering
    answer = sampler(ringing.answered, rng)
    talk, wrap_up = sampler(scenario.talk, rng), sampler(scenario.wrap_up, rng)
    left = scenario.contacts
    while left is None or left > 0:
        size = _BATCH if left is None else min(_BATCH, left)
        own = (
            np.full(_BATCH, answering.probability)
            if answering.beta is None
            else rng.beta(*answering.beta, _BATCH)
        )
        columns = (
            rng.random(_BATCH),
            own,
            _within(answer, ringing.longest_seconds),
            _silences(scenario, rng),
            talk(_BATCH),
            wrap_up(_BATCH),
            *_records(own, answering.earlier_attempts, rng),
        )
        yield from map(Person, *(column[:size].tolist() for column in columns))
        left = None if left is None else left - size


def inbound_callers(scenario: Scenario, rng: np.random.Generator) -> Iterator[InboundCaller]:
    """Callers without end, as a Poisson process; nobody where the scenario has no inbound calls."""
    inbound = scenario.inbound
    if inbound is None:
        return
    gap = 3600.0 / (inbound.calls_per_agent_hour * scenario.agents)
    draws = [sampler(each, rng) for each in (inbound.patience, inbound.talk, scenario.wrap_up)]
    comes_at = 0.0
    while True:
        gaps = rng.exponential(gap, _BATCH).tolist()
        for after, patience, talk, wrap_up in zip(
            gaps, *(draw(_BATCH).tolist() for draw in draws), strict=True
        ):
            comes_at += after
            yield InboundCaller(comes_at, patience, talk, wrap_up)


def _within(draw: Callable[[int], Floats], longest: float) -> Floats:
    """Ring times of people who answer: those above the limit are drawn again."""
    drawn = draw(_BATCH)
    while (late := drawn >= longest).any():
        drawn[late] = draw(int(late.sum()))
    return drawn


def _records(own: Floats, mean: float, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """How often each answered before, and how often not."""
    if not mean:
        return np.zeros(_BATCH, dtype=np.int64), np.zeros(_BATCH, dtype=np.int64)
    attempts = rng.poisson(mean, _BATCH)
    answered = rng.binomial(attempts, own)
    return answered, attempts - answered


def _silences(scenario: Scenario, rng: np.random.Generator) -> Floats:
    ringing = scenario.ringing
    if ringing.silent is not None:
        return sampler(ringing.silent, rng)(_BATCH)
    early = rng.random(_BATCH) < ringing.early_failures
    return np.where(early, rng.uniform(2.0, 5.0, _BATCH), float(ringing.longest_seconds))
