"""What a campaign's own attempts taught, in the place of a scenario's figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum, sqrt

from simulation.scenario import Duration, Scenario

# As many observations the scenario's own figure is worth.
_PRIOR_WEIGHT = 30.0


@dataclass(frozen=True, slots=True)
class Learned:
    """Of a campaign's latest attempts: `ended`, `answered` by anything, seconds of each kind, and what was said of them.

    `judged`: conversations with a disposition, `booked` among them. `contacts` is how many may still be dialled.
    """

    contacts: int
    ended: int
    answered: int
    ring_seconds: Sequence[float]
    talk_seconds: Sequence[float]
    wrap_up_seconds: Sequence[float]
    judged: int
    booked: int


def learned_scenario(scenario: Scenario, learned: Learned) -> Scenario:
    """The scenario with the campaign's list and figures: the fewer observations, the nearer to the scenario's own."""
    answering, ringing = scenario.answering, scenario.ringing
    known = [each for each in learned.ring_seconds if each < ringing.longest_seconds]
    return replace(
        scenario,
        contacts=learned.contacts,
        answering=replace(
            answering, probability=_share(learned.answered, learned.ended, answering.probability), beta=None
        ),
        ringing=replace(ringing, answered=_duration(ringing.answered, known)),
        talk=_duration(scenario.talk, learned.talk_seconds),
        wrap_up=_duration(scenario.wrap_up, learned.wrap_up_seconds),
    )


def learned_booking(booked_ratio: float, learned: Learned) -> float:
    """The share of those reached who book."""
    return _share(learned.booked, learned.judged, booked_ratio)


def _share(yes: int, trials: int, prior: float) -> float:
    return (yes + prior * _PRIOR_WEIGHT) / (trials + _PRIOR_WEIGHT)


def _duration(prior: Duration, seconds: Sequence[float]) -> Duration:
    """Mean and variation of what was observed and of the prior together."""
    weight = len(seconds) + _PRIOR_WEIGHT
    mean = (fsum(seconds) + prior.mean * _PRIOR_WEIGHT) / weight
    prior_square = prior.mean**2 * (1 + prior.variation**2)
    square = (fsum(each * each for each in seconds) + prior_square * _PRIOR_WEIGHT) / weight
    return Duration(mean, max(sqrt(max(square - mean * mean, 0.0)) / mean, 0.05))
