"""What a campaign's own attempts taught, in the place of a scenario's figures."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum, sqrt

from simulation.scenario import Duration, Inbound, Scenario

# About as busy are agents who share their time between the campaign and callers.
_BUSY = 0.85
# As many observations the scenario's own figure is worth.
_PRIOR_WEIGHT = 30.0


@dataclass(frozen=True, slots=True)
class Learned:
    """Of a campaign's latest attempts: `ended`, `answered` by anything, seconds of each kind, and what was said of them.

    `judged`: conversations with a disposition, `booked` among them. `contacts` is how many may still be dialled. `called_off`: how
    long each rang who was called off, and might have answered later. `caller_talk_seconds`: of the callers whom the campaign's agents
    took over their open lines in the time of these attempts.
    """

    contacts: int
    ended: int
    answered: int
    ring_seconds: Sequence[float]
    talk_seconds: Sequence[float]
    wrap_up_seconds: Sequence[float]
    judged: int
    booked: int
    called_off: Sequence[float] = ()
    caller_talk_seconds: Sequence[float] = ()


def learned_scenario(scenario: Scenario, learned: Learned) -> Scenario:
    """The scenario with the campaign's list and figures: the fewer observations, the nearer to the scenario's own."""
    answering, ringing = scenario.answering, scenario.ringing
    known = [each for each in learned.ring_seconds if each < ringing.longest_seconds]
    return replace(
        scenario,
        contacts=learned.contacts,
        answering=replace(
            answering, probability=_share(_answers(learned), learned.ended, answering.probability), beta=None
        ),
        ringing=replace(ringing, answered=_duration(ringing.answered, known)),
        talk=_duration(scenario.talk, learned.talk_seconds),
        wrap_up=_duration(scenario.wrap_up, learned.wrap_up_seconds),
    )


def with_callers(scenario: Scenario, usual: Inbound, learned: Learned) -> Scenario:
    """The scenario with the callers whom its agents take: so many for each of the campaign's conversations as there were, or as `usual`
    brings where little was seen.
    """
    talk = _duration(usual.talk, learned.caller_talk_seconds)
    own = scenario.talk.mean + scenario.wrap_up.mean
    callers = talk.mean + scenario.wrap_up.mean
    worked = 3600.0 * _BUSY
    usually = max(0.1, (worked - usual.calls_per_agent_hour * callers) / own)
    seen = len(learned.caller_talk_seconds) + usual.calls_per_agent_hour / usually * _PRIOR_WEIGHT
    for_each = seen / (len(learned.talk_seconds) + _PRIOR_WEIGHT)
    per_hour = for_each * worked / (own + for_each * callers)
    return replace(scenario, inbound=replace(usual, calls_per_agent_hour=per_hour, talk=talk))


def learned_booking(booked_ratio: float, learned: Learned) -> float:
    """The share of those reached who book."""
    return _share(learned.booked, learned.judged, booked_ratio)


def _answers(learned: Learned) -> float:
    """Those there were, and of each who was called off the part that rang as long and answered later."""
    silent = learned.ended - learned.answered - len(learned.called_off)
    answers = float(learned.answered)
    for rung in learned.called_off:
        later = sum(seconds > rung for seconds in learned.ring_seconds)
        answers += later / max(1, later + silent)
    return answers


def _share(yes: float, trials: int, prior: float) -> float:
    return (yes + prior * _PRIOR_WEIGHT) / (trials + _PRIOR_WEIGHT)


def _duration(prior: Duration, seconds: Sequence[float]) -> Duration:
    """Mean and variation of what was observed and of the prior together."""
    weight = len(seconds) + _PRIOR_WEIGHT
    mean = (fsum(seconds) + prior.mean * _PRIOR_WEIGHT) / weight
    prior_square = prior.mean**2 * (1 + prior.variation**2)
    square = (fsum(each * each for each in seconds) + prior_square * _PRIOR_WEIGHT) / weight
    return Duration(mean, max(sqrt(max(square - mean * mean, 0.0)) / mean, 0.05))
