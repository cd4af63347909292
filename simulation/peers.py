"""How others pace, written anew from published formulas: what the product's pacing is measured against."""

from bisect import bisect_right, insort
from collections import deque
from collections.abc import Sequence
from enum import Enum
from statistics import fmean

from simulation.campaign_day import CampaignDay
from simulation.people_called import Person


class Peer:
    """Learns nothing and knows nothing of the future."""

    clairvoyant = False

    def calls_to_call_off(self, day: CampaignDay) -> Sequence[int]:  # noqa: ARG002 - every call rings out
        """Nobody."""
        return ()

    def called_off(self, call: int, dialled_at: float, ring_seconds: float) -> None:
        """Never."""

    def chance(self, day: CampaignDay, person: Person) -> float:  # noqa: ARG002 - all are alike
        """All are alike."""
        return 0.0

    def choose(self, day: CampaignDay, call: int, people: Sequence[Person], chances: Sequence[float]) -> int:  # noqa: ARG002 - no choice
        """In the order of the list."""
        return 0

    def attempt_resolved(self, call: int, dialled_at: float, ring_seconds: float, *, answered: bool) -> None:
        """Nothing to learn."""

    def overflowed(self, *, rescued: bool) -> None:
        """Nothing to learn."""

    def talk_ended(self, seconds: float) -> None:
        """Nothing to learn."""

    def caller_came(self, at: float) -> None:
        """Not looked at."""

    def wrap_up_ended(self, seconds: float) -> None:
        """Nothing to learn."""


class Boost(Peer):
    """Keeps `boost` calls ringing for each free agent. With 1 it is progressive: nobody is abandoned."""

    def __init__(self, boost: float) -> None:
        self._boost = boost

    def calls_to_place(self, day: CampaignDay) -> int:
        """Up to the boosted number."""
        return max(0, int(self._boost * len(day.free)) - len(day.ringing) - len(day.waiting))


class Alternating(Peer):
    """Boosts between two steps of `BOOSTS`: at 3.4 the fourth for 60 % of the time and the fifth for the rest, by turns.

    A boost does nothing until it is enough for a whole call more, so that between two boosts there is none to be had.
    """

    BOOSTS = (1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.5, 4.0)
    _TURN_SECONDS = 600.0

    def __init__(self, place: float) -> None:
        self._lower = min(int(place), len(self.BOOSTS) - 2)
        self._share = place - self._lower

    def calls_to_place(self, day: CampaignDay) -> int:
        """Up to the boost whose turn it is."""
        turn = day.now / self._TURN_SECONDS % 1.0
        boost = self.BOOSTS[self._lower + (turn < self._share)]
        return Boost(boost).calls_to_place(day)


class Brake(Enum):
    """What a day over its abandon limit does to the dial level.

    The published program counts the hours to 21:00 and divides them by ten; at most 1. Our days begin at 9:00.
    """

    HARD = "to one"
    AVERAGE = "halved"
    TAPERED = "times the share of the day that is left"


class CriticalLoad(Peer):
    """Dial levels steered by the mean of ready agents, with a brake: the ViciDial family.

    Every second the ready agents and waiting calls are looked at, every 15 s the level is set, every 2.5 s is dialled up to
    the level × agents (ready and in call; `available_only`: the ready alone, and a line for each call). The calls that its
    brakes count are all that were dialled; the drop rate of the day is counted of the answers, as the law does.
    """

    _SECOND, _ADAPT, _DIAL = 1.0, 15.0, 2.5
    _LEAST, _MOST = 1.0, 3.0
    _HOURS_AT_FIRST, _HOURS_TAPERED = 12.0, 10.0

    def __init__(self, brake: Brake, limit_ratio: float, *, available_only: bool = False) -> None:
        self._brake = brake
        self._limit = limit_ratio
        self._available_only = available_only
        self._level = 1.0
        self._surplus: list[float] = []
        self._logged_in: list[int] = []
        self._sample_at = self._dial_at = 0.0
        self._adapt_at = self._ADAPT
        self._calls_before: deque[tuple[float, int, int]] = deque()

    def calls_to_place(self, day: CampaignDay) -> int:
        """Nothing between the moments of dialling."""
        if day.now >= self._sample_at:
            self._sample_at = _next_beat(day.now, self._SECOND)
            self._surplus.append(len(day.free) - len(day.waiting))
            self._logged_in.append(day.agents)
        if day.now >= self._adapt_at:
            self._adapt_at = _next_beat(day.now, self._ADAPT)
            self._adapt(day)
        if day.now < self._dial_at:
            return 0
        self._dial_at = _next_beat(day.now, self._DIAL)
        in_call = len(day.talking)
        lines = len(day.ringing) + len(day.waiting) + in_call
        ready = len(day.free)
        if self._available_only:
            goal = round(self._level * ready) + in_call
        else:
            goal = round(self._level * (ready + in_call))
        return max(0, goal - lines)

    def _adapt(self, day: CampaignDay) -> None:
        if sum(self._logged_in):
            self._level *= 1 + sum(self._surplus) / sum(self._logged_in)
        self._level = min(max(self._level, self._LEAST), self._MOST)
        self._surplus.clear()
        self._logged_in.clear()
        dialled, abandoned = day.record.dialled, len(day.record.abandoned_at)
        calls, drops = self._last_minute(day.now, dialled, abandoned)
        if calls > 20 and drops > calls / 2:
            self._level /= 2
        if dialled > 50 and abandoned > self._limit * (day.record.connected + abandoned):
            match self._brake:
                case Brake.HARD:
                    self._level = 1.0
                case Brake.AVERAGE:
                    self._level /= 2
                case Brake.TAPERED:
                    hours_left = self._HOURS_AT_FIRST - day.now / 3600.0
                    self._level *= min(1.0, hours_left / self._HOURS_TAPERED)
        self._level = max(self._level, self._LEAST)

    def _last_minute(self, now: float, dialled: int, abandoned: int) -> tuple[int, int]:
        past = self._calls_before
        past.append((now, dialled, abandoned))
        while past[0][0] < now - 60.0:
            past.popleft()
        return dialled - past[0][1], abandoned - past[0][2]


def _next_beat(now: float, seconds: float) -> float:
    """The next multiple after now: a late beat does not put off those after it."""
    return (now // seconds + 1) * seconds


class FinishProbability(Peer):
    """Adds the busy agents who will be free by the mean answer time with a chance of at least `chance`: Issabel's way.

    The number of calls is divided by the answer rate of the last half hour, 0.2 at least. How long talks last is
    taken from all that ended today; wrap-up is not looked at.
    """

    _WINDOW_SECONDS, _LOWEST_RATE, _FEWEST = 1800.0, 0.2, 10

    def __init__(self, chance: float) -> None:
        self._chance = chance
        self._resolved: deque[tuple[float, bool]] = deque()
        self._rings: deque[float] = deque([10.0], maxlen=200)
        self._handled: list[float] = []

    def calls_to_place(self, day: CampaignDay) -> int:
        """Free now or soon, less what is coming."""
        ahead = fmean(self._rings)
        soon = sum(
            self._done_within(day.now - since, ahead) >= self._chance for since in day.talking.values()
        )
        wanted = len(day.free) + soon - len(day.waiting) - len(day.ringing)
        if wanted <= 0:
            return 0
        while self._resolved and self._resolved[0][0] < day.now - self._WINDOW_SECONDS:
            self._resolved.popleft()
        if len(self._resolved) < self._FEWEST:
            return wanted
        rate = sum(answered for _, answered in self._resolved) / len(self._resolved)
        return int(wanted / max(rate, self._LOWEST_RATE))

    def attempt_resolved(self, call: int, dialled_at: float, ring_seconds: float, *, answered: bool) -> None:  # noqa: ARG002 - all are alike
        """Learn the answer rate and the time to answer."""
        self._resolved.append((dialled_at + ring_seconds, answered))
        if answered:
            self._rings.append(ring_seconds)

    def talk_ended(self, seconds: float) -> None:
        """Learn how long agents are busy."""
        insort(self._handled, seconds)

    def _done_within(self, elapsed: float, ahead: float) -> float:
        lasting = len(self._handled) - bisect_right(self._handled, elapsed)
        longer = len(self._handled) - bisect_right(self._handled, elapsed + ahead)
        return 1 - longer / lasting if lasting else 0.0
