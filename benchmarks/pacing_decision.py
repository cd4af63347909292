"""What a pacing decision costs, and what it is worth.

Cost: the time of `decide` (the best of seven, for the machine does other things too) in random situations of a team at work, a third as many calls ringing as there are agents, with the forecast at hand, and the time to make a forecast
anew (after every tenth observation). Worth: days of eight hours in a small event simulation (answer probability 0.30, ring
time 10 s, talk 150 s, wrap-up 30 s, all lognormal) with the real decision, progressive and predictive in turn, several seeds.

    python -m benchmarks.pacing_decision [--agents 5 10 20 50] [--seeds 3]
"""

import argparse
import heapq
import random
import statistics
import time
import timeit
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import exp, log, sqrt

from dialer.campaign import DialMode, PacingSettings
from dialer.estimators import CampaignEstimates
from dialer.pacing import PacingSnapshot, decide

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
SHIFT_SECONDS = 8 * 3600.0
RING_SECONDS = 22
GRACE_SECONDS = 1.7
ANSWER_RATE = 0.30
PREDICTIVE = PacingSettings(target_ratio=0.0285, limit_ratio=0.03, max_over_dial=500)


def lognormal(rng: random.Random, mean: float, variation: float) -> float:
    sigma = sqrt(log(1 + variation * variation))
    return exp(rng.gauss(log(mean) - sigma * sigma / 2, sigma))


def busy_team(rng: random.Random, agents: int, estimates: CampaignEstimates) -> PacingSnapshot:
    free = rng.randrange(1 + agents // 20)
    wrapping_up = agents // 6
    answered = 40 * agents
    return PacingSnapshot(
        free=free,
        talking=tuple(rng.uniform(0, 300) for _ in range(agents - free - wrapping_up)),
        wrapping_up=tuple(rng.uniform(0, 40) for _ in range(wrapping_up)),
        ringing=tuple(rng.uniform(0, 22) for _ in range(agents // 3 + rng.randrange(3))),
        waiting=0,
        connected=answered - answered // 50,
        abandoned=answered // 50,
        room=1000,
        window_open=True,
        list_empty=False,
        forecast=estimates.forecast(START),
    )


def seconds_to_decide(situation: PacingSnapshot) -> float:
    return min(timeit.repeat(lambda: decide(situation, PREDICTIVE), number=1, repeat=7))


def measure_cost(agents: int) -> tuple[float, float]:
    rng = random.Random(agents)
    estimates = CampaignEstimates(RING_SECONDS)
    estimates.answers.counted = 1000
    taken = sorted(seconds_to_decide(busy_team(rng, agents, estimates)) * 1e6 for _ in range(500))
    return statistics.median(taken), taken[int(len(taken) * 0.99)]


def measure_forecast() -> float:
    estimates = CampaignEstimates(RING_SECONDS)
    before = time.perf_counter()
    for _ in range(100):
        for _ in range(10):
            estimates.talk_ended(100.0)
        estimates.forecast(START)
    return (time.perf_counter() - before) * 1e4


@dataclass
class Day:
    """One simulated day; `busy` maps an agent to (wrapping up, since)."""

    agents: int
    settings: PacingSettings
    rng: random.Random
    now: float = 0.0
    order: int = 0
    events: list[tuple[float, int, str, int]] = field(default_factory=list)
    ringing: dict[int, float] = field(default_factory=dict)
    waiting: dict[int, float] = field(default_factory=dict)
    busy: dict[int, tuple[bool, float]] = field(default_factory=dict)
    free: list[int] = field(default_factory=list)
    connected: int = 0
    abandoned: int = 0
    busy_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.free = list(range(self.agents))
        self.estimates = CampaignEstimates(RING_SECONDS)

    def at(self, seconds: float, what: str, whom: int) -> None:
        self.order += 1
        heapq.heappush(self.events, (self.now + seconds, self.order, what, whom))

    def run(self) -> "Day":
        self.at(0, "tick", 0)
        while self.events and self.events[0][0] < SHIFT_SECONDS:
            self.now, _, what, whom = heapq.heappop(self.events)
            self.happen(what, whom)
            self.pace()
        return self

    def clock(self, seconds: float) -> datetime:
        return START + timedelta(seconds=seconds)

    def happen(self, what: str, whom: int) -> None:
        if what == "tick":
            self.at(1, "tick", 0)
        elif what in ("answer", "silent"):
            dialled = self.ringing.pop(whom)
            self.estimates.attempt_resolved(
                self.clock(dialled), self.now - dialled, answered=what == "answer"
            )
            if what == "answer":
                self.waiting[whom] = self.now
                self.at(GRACE_SECONDS, "grace", whom)
        elif what == "grace" and whom in self.waiting:
            del self.waiting[whom]
            self.abandoned += 1
        elif what == "talk ends":
            self.estimates.talk_ended(self.now - self.busy[whom][1])
            self.busy[whom] = (True, self.now)
            self.at(self.work(30, 0.6), "wrap-up ends", whom)
        elif what == "wrap-up ends":
            self.estimates.wrap_up_ended(self.now - self.busy.pop(whom)[1])
            self.free.append(whom)
        while self.waiting and self.free:
            del self.waiting[next(iter(self.waiting))]
            agent = self.free.pop(0)
            self.connected += 1
            self.busy[agent] = (False, self.now)
            self.at(self.work(150, 0.9), "talk ends", agent)

    def work(self, mean: float, variation: float) -> float:
        seconds = lognormal(self.rng, mean, variation)
        self.busy_seconds += min(seconds, SHIFT_SECONDS - self.now)
        return seconds

    def pace(self) -> None:
        snapshot = PacingSnapshot(
            free=len(self.free),
            talking=tuple(self.now - since for wrapping_up, since in self.busy.values() if not wrapping_up),
            wrapping_up=tuple(self.now - since for wrapping_up, since in self.busy.values() if wrapping_up),
            ringing=tuple(self.now - dialled for dialled in self.ringing.values()),
            waiting=len(self.waiting),
            connected=self.connected,
            abandoned=self.abandoned,
            room=1000,
            window_open=True,
            list_empty=False,
            forecast=self.estimates.forecast(self.clock(self.now)),
        )
        for _ in range(decide(snapshot, self.settings).calls_to_place):
            self.dial()

    def dial(self) -> None:
        self.order += 1
        call = self.order
        self.ringing[call] = self.now
        ring = lognormal(self.rng, 10, 0.5)
        if self.rng.random() < ANSWER_RATE:
            while ring >= RING_SECONDS:
                ring = lognormal(self.rng, 10, 0.5)
            self.at(ring, "answer", call)
        else:
            early = self.rng.random() < 0.1
            self.at(self.rng.uniform(2, 5) if early else RING_SECONDS, "silent", call)


def report_day(agents: int, settings: PacingSettings, seeds: int) -> None:
    before = time.perf_counter()
    days = [Day(agents, settings, random.Random(seed)).run() for seed in range(seeds)]
    seconds = (time.perf_counter() - before) / seeds
    occupancy = [100 * day.busy_seconds / (agents * SHIFT_SECONDS) for day in days]
    abandoned = [100 * day.abandoned / (day.connected + day.abandoned) for day in days]
    print(
        f"{settings.mode:11}  N={agents:<4} occupancy {statistics.mean(occupancy):5.1f} % "
        f"(± {statistics.pstdev(occupancy):.1f})  abandoned {statistics.mean(abandoned):.2f} % (worst {max(abandoned):.2f})  "
        f"{seconds:.1f} s a day"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--agents", type=int, nargs="+", default=[5, 10, 20, 50])
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    for agents in (5, 10, 20, 50, 200, 500):
        middle, slow = measure_cost(agents)
        print(f"decide       N={agents:<4} median {middle:6.1f} µs  p99 {slow:6.1f} µs")
    print(f"forecast made anew {measure_forecast():.0f} µs, once in ten observations")
    for agents in arguments.agents:
        report_day(agents, replace(PREDICTIVE, mode=DialMode.PROGRESSIVE), arguments.seeds)
        report_day(agents, PREDICTIVE, arguments.seeds)


if __name__ == "__main__":
    main()
