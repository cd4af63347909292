"""What happened on a simulated campaign day, and the figures made of it."""

from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

import numpy as np

from simulation.scenario import Scenario

WINDOW_SECONDS = 1800.0
_FEWEST_ANSWERS = 20


@dataclass(frozen=True, slots=True)
class Conversation:
    """A talk and the work after it, of an agent by number. `connected`: with a customer of the campaign, not a caller."""

    began: float
    talk_seconds: float
    wrap_up_seconds: float
    connected: bool
    agent: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """An agent away from work for so long; it may outlast the day."""

    began: float
    seconds: float


@dataclass(slots=True)
class DayRecord:
    """All of one day; times in seconds since its beginning. `dialled` counts attempts, `begun` the contacts that had one, `called_off`
    the attempts that were rung no longer because an answer would have met nobody.

    Occupancy, talk share and connects are of the time between the warm-up and the end of the day, or of the list where that
    comes first; abandons, as the law looks at them, are of the whole day.
    """

    scenario: Scenario
    conversations: list[Conversation] = field(default_factory=list)
    abandoned_at: list[float] = field(default_factory=list)
    callers_waited: list[float] = field(default_factory=list)
    callers_lost: int = 0
    dialled: int = 0
    begun: int = 0
    called_off: int = 0
    list_ended_at: float | None = None
    connected: int = 0
    rescued: int = 0
    pauses: list[Pause] = field(default_factory=list)
    decision_seconds: list[float] = field(default_factory=list)

    @property
    def connected_at(self) -> list[float]:
        """When customers of the campaign got an agent."""
        return [each.began for each in self.conversations if each.connected]

    @property
    def abandon_rate(self) -> float:
        """Abandoned ÷ answered, over the whole day, the warm-up too: that is what the law looks at."""
        return len(self.abandoned_at) / max(1, self.connected + len(self.abandoned_at))

    @property
    def finished_at(self) -> float | None:
        """When the list was dealt with and the last of its conversations over, even after the day; None if it was not."""
        if self.list_ended_at is None:
            return None
        ends = (
            each.began + each.talk_seconds + each.wrap_up_seconds
            for each in self.conversations
            if each.connected
        )
        return max(self.list_ended_at, *ends, 0.0)

    def figures(self) -> dict[str, float]:
        """The figures of the day by name; shares between 0 and 1."""
        begin, end = self._span()
        worked = self._worked_seconds(begin, end)
        talk = sum(_overlap(each.began, each.talk_seconds, begin, end) for each in self.conversations)
        connects = sum(begin <= moment < end for moment in self.connected_at)
        found = {
            "occupancy": self.occupancy(begin, end),
            "talk_share": _ratio(talk, worked),
            "connects_per_agent_hour": 3600.0 * _ratio(connects, worked),
            "abandon_rate": self.abandon_rate,
            "abandon_p95_30min": self.abandon_p95(),
            "abandon_worst_30min": max((rate for _, rate in self.abandon_windows()), default=0.0),
            "dialled_per_connect": _ratio(self.dialled, self.connected),
            "called_off_share": _ratio(self.called_off, self.dialled),
            # The median: whatever else the machine does takes some of the decisions very long.
            "decision_microseconds": 1e6 * median(self.decision_seconds),
        }
        found |= self._around_change()
        if self.scenario.inbound is not None:
            came = len(self.callers_waited) + self.callers_lost
            within = self.scenario.inbound.answer_within_seconds
            found["inbound_service_level"] = sum(wait <= within for wait in self.callers_waited) / max(
                1, came
            )
        return found

    def occupancy(self, begin: float, end: float) -> float:
        """Talk and wrap-up over the time logged in and not paused, between two moments."""
        return _ratio(self._handled_seconds(begin, end), self._worked_seconds(begin, end))

    def _around_change(self) -> dict[str, float]:
        """How busy agents are around the last change of the answer rate: in the hour before it, and after it for 10 minutes, for
        another 10 minutes, and from an hour later on, when all has settled.
        """
        changes, end = self.scenario.answering.changes, self.scenario.seconds
        at = changes[-1].hour * 3600.0 if changes else end
        if not 3600.0 <= at < end - 3600.0:
            return {}
        return {
            "occupancy_before_change": self.occupancy(at - 3600.0, at),
            "occupancy_0_10_min_after": self.occupancy(at, at + 600.0),
            "occupancy_10_20_min_after": self.occupancy(at + 600.0, at + 1200.0),
            "occupancy_settled_after": self.occupancy(at + 3600.0, end),
        }

    def cut(self) -> dict[str, float]:
        """What the warm-up leaves out of occupancy, talk share and connects."""
        begin, _ = self._span()
        return {
            "minutes": begin / 60.0,
            "connected": float(_between(self.connected_at, 0.0, begin)),
            "agent_hours": self._worked_seconds(0.0, begin) / 3600.0,
            "handled_hours": self._handled_seconds(0.0, begin) / 3600.0,
        }

    def abandon_windows(self) -> list[tuple[float, float]]:
        """The end and the abandon rate of every half hour, five minutes apart, with at least 20 answers in it."""
        connected, abandoned = self.connected_at, self.abandoned_at
        windows = []
        for until in np.arange(WINDOW_SECONDS, self.scenario.seconds + 1.0, 300.0):
            lost = _between(abandoned, until - WINDOW_SECONDS, until)
            answers = lost + _between(connected, until - WINDOW_SECONDS, until)
            if answers >= _FEWEST_ANSWERS:
                windows.append((float(until), lost / answers))
        return windows

    def abandon_p95(self) -> float:
        """The half-hourly abandon rate that 95 % of the windows stay under."""
        rates = [rate for _, rate in self.abandon_windows()]
        return float(np.quantile(rates, 0.95)) if rates else 0.0

    def busy_share(self, slots: int) -> list[float]:
        """The occupancy in each of so many equal parts of the day, pauses counted as idle."""
        edges = np.linspace(0.0, self.scenario.seconds, slots + 1)
        began = np.array([each.began for each in self.conversations])
        ended = began + [each.talk_seconds + each.wrap_up_seconds for each in self.conversations]
        parts = [
            np.clip(np.minimum(ended, until) - np.maximum(began, since), 0.0, None).sum()
            for since, until in pairwise(edges)
        ]
        return [float(part) / (self.scenario.agents * (edges[1] - edges[0])) for part in parts]

    def _span(self) -> tuple[float, float]:
        """From the warm-up to the end of the day, or to the last moment at which there was somebody to dial."""
        end = self.scenario.seconds if self.list_ended_at is None else self.list_ended_at
        return min(self.scenario.warm_up_minutes * 60.0, end), end

    def _handled_seconds(self, begin: float, end: float) -> float:
        return sum(
            _overlap(each.began, each.talk_seconds + each.wrap_up_seconds, begin, end)
            for each in self.conversations
        )

    def _worked_seconds(self, begin: float, end: float) -> float:
        return self.scenario.agents * (end - begin) - self._paused_seconds(begin, end)

    def _paused_seconds(self, begin: float, end: float) -> float:
        return sum(_overlap(each.began, each.seconds, begin, end) for each in self.pauses)


def _ratio(part: float, whole: float) -> float:
    """0 where nobody worked."""
    return part / whole if whole > 0 else 0.0


def _overlap(began: float, seconds: float, begin: float, end: float) -> float:
    return max(0.0, min(began + seconds, end) - max(began, begin))


def _between(moments: list[float], since: float, until: float) -> int:
    return bisect_left(moments, until) - bisect_left(moments, since)
