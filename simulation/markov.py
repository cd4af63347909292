"""The exact optimum of pacing where everything is exponential, as a Markov decision process.

Of N agents b are busy, each free again at the rate μ; r calls ring, each ends at the rate γ, answered with probability p. An
answer that finds nobody free is abandoned. At every event, and about once a second, more calls may be dialled. Sought is the highest mean share of busy
agents with at most a given share of the answers abandoned.

With a price λ on each answer beyond the limit this is an average-reward problem without a constraint, solved by policy
iteration: λ is halved in until the limit is met between two policies, and the optimum is their mixture. See Puterman, Markov
Decision Processes (1994), chapters 8.6 and 8.9.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dialer.shortage import Floats

_HALVINGS = 40
_TINY = 1e-9
_TICKS_PER_SECOND = 1.0
Levels = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Floor:
    """The model; times in seconds. `most_ringing` only bounds the states: it has to be beyond what pays."""

    agents: int
    answer_probability: float = 0.3
    ring_seconds: float = 15.0
    handle_seconds: float = 180.0

    @property
    def most_ringing(self) -> int:
        """More than the agents who come free while a call rings, three times over."""
        return 12 + int(
            3 * self.agents * (0.25 + self.ring_seconds / self.handle_seconds) / self.answer_probability
        )


@dataclass(frozen=True, slots=True)
class Optimum:
    """The best there is: mean share of busy agents, and the abandon rate at which it is reached."""

    occupancy: float
    abandon_rate: float


@dataclass(frozen=True, slots=True)
class _Rates:
    """Of one policy: mean share of busy agents; answers and abandons a second."""

    occupancy: float
    answers: float
    abandons: float

    def excess(self, limit: float) -> float:
        return self.abandons - limit * self.answers


def optimum(floor: Floor, limit: float) -> Optimum:
    """The highest occupancy with at most `limit` of the answers abandoned."""
    low, high = 0.0, 2.0 * floor.handle_seconds / floor.agents / max(limit, 1e-3)
    # To begin with one call for each free agent.
    free = floor.agents - np.arange(floor.agents + 1)
    policy = np.maximum(free[:, None], np.arange(floor.most_ringing + 1))
    keen = strict = _Rates(0.0, 1.0, 0.0)
    for _ in range(_HALVINGS):
        price = (low + high) / 2
        policy = _best_policy(floor, price, limit, policy)
        found = _rates(floor, policy)
        if found.excess(limit) > 0:
            low, keen = price, found
        else:
            high, strict = price, found
    over, under = keen.excess(limit), -strict.excess(limit)
    share = under / (over + under) if over > 0 else 0.0
    answers = share * keen.answers + (1 - share) * strict.answers
    abandons = share * keen.abandons + (1 - share) * strict.abandons
    return Optimum(share * keen.occupancy + (1 - share) * strict.occupancy, abandons / answers)


def _transitions(floor: Floor, policy: Levels) -> tuple[Floats, Floats, Floats, Floats]:
    """The generator over states after dialling, and in each: busy share, answers a second, abandons a second.

    `policy[b, r]` is how many ring after dialling where r rang. The state (b, r) has the number b · (R + 1) + r.
    """
    agents, rings = floor.agents, floor.most_ringing
    serving, ringing = 1 / floor.handle_seconds, 1 / floor.ring_seconds
    busy, calls = (grid.ravel() for grid in np.mgrid[: agents + 1, : rings + 1])
    states = np.arange(len(busy))
    generator = np.zeros((len(busy), len(busy)))

    def flow(where: NDArray[np.bool_], to_busy: Levels, to_calls: Levels, rate: Floats) -> None:
        after = policy[to_busy[where], to_calls[where]]
        np.add.at(generator, (states[where], to_busy[where] * (rings + 1) + after), rate[where])

    answered = calls * ringing * floor.answer_probability
    flow(busy >= 0, busy, calls, np.full(len(busy), _TICKS_PER_SECOND))
    flow(busy > 0, busy - 1, calls, busy * serving)
    flow(calls > 0, busy, calls - 1, calls * ringing * (1 - floor.answer_probability))
    flow((calls > 0) & (busy < agents), busy + 1, calls - 1, answered)
    flow((calls > 0) & (busy == agents), busy, calls - 1, answered)
    # A tick that changes nothing goes out and in, and cancels itself.
    generator[states, states] -= generator.sum(axis=1)
    return generator, busy / agents, answered, np.where(busy == agents, answered, 0.0)


def _best_policy(floor: Floor, price: float, limit: float, policy: Levels) -> Levels:
    """Policy iteration from a first guess."""
    while True:
        generator, busy, answers, abandons = _transitions(floor, policy)
        reward = busy - price * (abandons - limit * answers)
        # reward − gain + generator · value = 0, with the value of the empty floor set to 0 and the gain in its place.
        system = generator.copy()
        system[:, 0] = -1.0
        value = np.asarray(np.linalg.solve(system, -reward), dtype=np.float64)
        value[0] = 0.0
        better = _improved(policy, value.reshape(policy.shape))
        if np.array_equal(better, policy):
            return policy
        policy = better


def _improved(policy: Levels, value: Floats) -> Levels:
    """For each state the best number to ring, changed only where that is truly better."""
    best = policy.copy()
    for busy, row in enumerate(value):
        for calls in range(len(row)):
            choice = calls + int(np.argmax(row[calls:]))
            if row[choice] > row[policy[busy, calls]] + _TINY:
                best[busy, calls] = choice
    return best


def _rates(floor: Floor, policy: Levels) -> _Rates:
    """In the long run, from the stationary distribution."""
    generator, busy, answers, abandons = _transitions(floor, policy)
    system = generator.T.copy()
    system[0] = 1.0
    wanted = np.zeros(len(system))
    wanted[0] = 1.0
    share = np.linalg.solve(system, wanted)
    return _Rates(float(share @ busy), float(share @ answers), float(share @ abandons))
