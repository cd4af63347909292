"""Random but repeatable situations for the pacing."""

import random
from datetime import UTC, datetime
from functools import lru_cache

from dialer.estimators import CampaignEstimates
from dialer.forecast import Forecast
from dialer.pacing import PacingSnapshot

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)


@lru_cache(maxsize=1)
def experienced() -> Forecast:
    """The priors, taken for well founded."""
    estimates = CampaignEstimates(22)
    estimates.answers.counted = 1000
    return estimates.forecast(NOW)


def a_situation(rng: random.Random) -> PacingSnapshot:
    busy = rng.randrange(1, 40)
    ringing = rng.randrange(20)
    connected = rng.randrange(3000)
    return PacingSnapshot(
        free=rng.randrange(6),
        talking=tuple(rng.uniform(0, 600) for _ in range(busy)),
        wrapping_up=tuple(rng.uniform(0, 60) for _ in range(rng.randrange(8))),
        ringing=tuple(rng.uniform(0, 25) for _ in range(ringing)),
        chances=tuple(rng.uniform(0, 1) for _ in range(ringing)),
        waiting=rng.randrange(3),
        connected=connected,
        abandoned=rng.randrange(1 + connected // 20),
        room=rng.randrange(1, 60),
        window_open=True,
        list_empty=False,
        forecast=experienced(),
        next_chance=rng.uniform(0.05, 0.6),
    )


def situations(count: int) -> list[PacingSnapshot]:
    rng = random.Random(20260304)
    return [a_situation(rng) for _ in range(count)]
