"""What a pacing decision costs, in processor time.

The real `decide`, the forecast at hand, in random situations of a team at work with a third as many calls ringing as there
are agents; of each situation the best of seven, for the machine does other things too. And the making of a forecast: all
of its table as observations grow by 3 %. What the
decisions are worth is measured with `dealerlijn simulate`; see pacing.md.

    python -m benchmarks.pacing_decision
"""

import random
import statistics
import time
import timeit
from datetime import UTC, datetime, timedelta

from dialer.campaign import PacingSettings
from dialer.estimators import CampaignEstimates
from dialer.pacing import PacingSnapshot, decide

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
RING_SECONDS = 22
MADE_ANEW = 200
PREDICTIVE = PacingSettings(target_ratio=0.0285, limit_ratio=0.03, max_over_dial=500)


def busy_team(
    rng: random.Random, agents: int, estimates: CampaignEstimates, *, rescue: bool
) -> PacingSnapshot:
    free = rng.randrange(1 + agents // 20)
    wrapping_up = agents // 6
    ringing = agents // 3 + rng.randrange(3)
    answered = 40 * agents
    return PacingSnapshot(
        free=free,
        talking=tuple(rng.uniform(0, 300) for _ in range(agents - free - wrapping_up)),
        wrapping_up=tuple(rng.uniform(0, 40) for _ in range(wrapping_up)),
        ringing=tuple(rng.uniform(0, 22) for _ in range(ringing)),
        chances=tuple(rng.betavariate(0.9, 2.1) for _ in range(ringing)),
        waiting=0,
        connected=answered - answered // 50,
        abandoned=answered // 50,
        room=1000,
        window_open=True,
        list_empty=False,
        forecast=estimates.forecast(START),
        next_chance=0.1,
        rescuers=agents - free if rescue else 0,
        rescue_chance=0.5,
    )


def seconds_to_decide(situation: PacingSnapshot) -> float:
    return min(
        timeit.repeat(lambda: decide(situation, PREDICTIVE), number=1, repeat=7, timer=time.thread_time)
    )


def measure_cost(agents: int, *, rescue: bool = False) -> tuple[float, float]:
    rng = random.Random(agents)
    estimates = CampaignEstimates(RING_SECONDS)
    estimates.answers.counted = 1000
    taken = sorted(
        seconds_to_decide(busy_team(rng, agents, estimates, rescue=rescue)) * 1e6 for _ in range(300)
    )
    return statistics.median(taken), taken[int(len(taken) * 0.99)]


def measure_forecast() -> tuple[float, float]:
    """Of the forecasts that are made anew: mean and most, in microseconds."""
    estimates = CampaignEstimates(RING_SECONDS)
    now = START
    last = estimates.forecast(now)
    taken: list[float] = []
    while len(taken) < MADE_ANEW:
        for _ in range(20):
            estimates.talk_ended(100.0)
            estimates.attempt_resolved(now, 10.0, answered=True)
        now += timedelta(seconds=20)
        before = time.thread_time()
        made = estimates.forecast(now)
        spent = time.thread_time() - before
        if made is not last:
            taken.append(spent * 1e6)
        last = made
    return statistics.mean(taken), max(taken)


def main() -> None:
    for agents in (5, 10, 20, 50, 200, 500):
        middle, slow = measure_cost(agents)
        print(f"decide       N={agents:<4} median {middle:6.1f} µs  p99 {slow:6.1f} µs")
    middle, slow = measure_cost(50, rescue=True)
    print(f"with help from wrap-up  N=50   median {middle:6.1f} µs  p99 {slow:6.1f} µs")
    print("forecast made anew: {:.0f} µs in the mean, {:.0f} µs at most".format(*measure_forecast()))


if __name__ == "__main__":
    main()
