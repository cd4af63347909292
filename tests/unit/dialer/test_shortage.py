import random

import numpy as np
import pytest

from dialer.shortage import EXACT_EVENTS, Events, event_table


def by_counting(chances: list[float]) -> list[float]:
    """The chances of at most 0, 1, 2, … events, by adding one event after another to the distribution."""
    shares = np.ones(1)
    for chance in chances:
        shares = np.append(shares * (1 - chance), 0) + np.append(0, shares * chance)
    return [float(below) for below in shares.cumsum()]


def events_of(chances: list[float], fresh: float) -> Events:
    table = event_table(np.array([*chances, fresh])[:, None])
    return Events(table, list(range(len(chances))), len(chances))


@pytest.mark.parametrize("events", [0, 1, 5, 20, EXACT_EVENTS - 2])
def test_few_events_are_counted_exactly(events: int) -> None:
    rng = random.Random(events)
    chances = [rng.random() for _ in range(events)]
    asked = events_of(chances, 0.7)

    for happened, expected in enumerate(by_counting([*chances, 0.7, 0.7])):
        assert abs(asked.at_most(happened, 2) - expected) < 1e-9


@pytest.mark.parametrize("events", [30, 60, 120])
def test_many_events_are_counted_to_half_a_per_cent(events: int) -> None:
    rng = random.Random(events)
    chances = [rng.uniform(0.02, 0.3) if n % 2 else rng.uniform(0.6, 0.98) for n in range(events)]
    asked = events_of(chances, 0.8)

    for happened, expected in enumerate(by_counting([*chances, 0.8])):
        assert abs(asked.at_most(happened, 1) - expected) < 0.005


def test_less_than_nothing_and_more_than_all_are_no_matter_of_chance() -> None:
    asked = events_of([0.5, 0.5], 0.5)

    assert (asked.at_most(-1, 1), asked.at_most(3, 1)) == (0.0, 1.0)


def test_many_certain_events_are_no_matter_of_chance() -> None:
    asked = events_of([1.0] * 20 + [0.0] * 20, 1.0)

    assert (asked.at_most(20, 1), asked.at_most(21, 1)) == (0.0, 1.0)


def test_several_cases_are_averaged() -> None:
    table = event_table(np.array([[0.2, 0.6], [0.5, 0.5]]))

    assert Events(table, [0], 1).at_most(0, 0) == pytest.approx((0.8 + 0.4) / 2)
