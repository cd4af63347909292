"""What a campaign has taught us: how many answer, how soon, and how long talks and wrap-ups last.

Each distribution is a histogram that starts as a prior worth some observations and is pulled to what is observed. There is
no clock here: moments and ages are arguments.

Attempts count by cohort: an attempt is counted when it is as old as the longest ring time, whatever became of it and
whenever. Counting results as they come would count the quick failures first, rate the answers far too low, and
abandon a third of the first customers of a campaign.

Who was called off after r seconds might have answered later, with the chance q = p S(r) ÷ (p S(r) + (1−p) S°(r)) of `dialer.forecast`.
It counts as q of an answer and 1−q of none, at the same age as all others, and each part lasts as long as those who rang longer
than r: so the rest of a ring is neither taken for silence nor left out, which would lower or raise the answer rate by what is cut off.
"""

import heapq
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from math import erf, floor, log, sqrt
from operator import itemgetter

import numpy as np
from msgspec import Struct

from dialer.answering import AnswerModel
from dialer.campaign import Traits
from dialer.forecast import Forecast, make_forecast
from dialer.shortage import Floats

# Durations in seconds as (mean, coefficient of variation), until the campaign has its own.
_RING_PRIOR = (10.0, 0.5)
_TALK_PRIOR = (150.0, 0.9)
_WRAP_UP_PRIOR = (30.0, 0.6)
_EARLY_FAILURES = 0.1
_PRIOR_WEIGHT = 30.0
_ANSWER_PRIOR = 0.3
_ANSWER_PRIOR_WEIGHT = 20.0
_STEADY_MEMORY = 800.0
_LATEST_MEMORY = 50.0
_LATEST_CHOSEN = 5.0
_RESCUE_PRIOR = 0.25
_RESCUE_PRIOR_WEIGHT = 8.0
_RESCUE_MEMORY = 100.0
_REFRESH_EVERY = 10
_REFRESH_AFTER = timedelta(seconds=15)
_REFRESH_TABLE = 1.03
GRACE_SECONDS = 1.7


class Durations:
    """How long something lasts, in bins of `bin_seconds`; whatever is longer than the last bin counts in it."""

    def __init__(self, prior: Floats, bin_seconds: float) -> None:
        self.bin_seconds = bin_seconds
        self._counts = prior * _PRIOR_WEIGHT
        self._middles = (np.arange(len(prior)) + 0.5) * bin_seconds

    def add(self, seconds: float) -> None:
        """Take in one observation."""
        self._counts[min(floor(max(seconds, 0.0) / self.bin_seconds), len(self._counts) - 1)] += 1.0

    def add_longer(self, seconds: float, weight: float) -> None:
        """Take in a part of an observation of which it is known only that it lasts longer: as long as those that did."""
        longer = self._longer(seconds)
        total = float(longer.sum())
        if total > 0:
            self._counts[len(self._counts) - len(longer) :] += weight / total * longer
        else:
            self._counts[-1] += weight

    def lasting(self, seconds: float) -> float:
        """The chance to last longer."""
        return float(self._longer(seconds).sum() / self._counts.sum())

    def _longer(self, seconds: float) -> Floats:
        """The counts beyond, of the bin in which it is the part that is left."""
        begun = min(max(seconds, 0.0) / self.bin_seconds, float(len(self._counts)))
        longer = self._counts[int(begun) :].copy()
        if len(longer):
            longer[0] *= 1 - begun % 1
        return longer

    def survival(self) -> Floats:
        """The chance to last longer than each edge of the bins, from 1 at 0 seconds to 0 at the last edge."""
        alive = np.concatenate((self._counts[::-1].cumsum()[::-1], [0.0]))
        return np.asarray(alive / alive[0], dtype=np.float64)

    def mean(self) -> float:
        """The mean in seconds, every observation taken at the middle of its bin."""
        return float(self._counts @ self._middles / self._counts.sum())


def lognormal_bins(mean: float, variation: float, bin_seconds: float, bins: int) -> Floats:
    """The shares of a lognormal (mean, coefficient of variation) in bins from 0 on, cut off at the last and scaled to 1."""
    sigma = sqrt(log(1 + variation * variation))
    middle = log(mean) - sigma * sigma / 2
    below = [0.0]
    below += [
        0.5 * (1 + erf((log(edge * bin_seconds) - middle) / (sigma * sqrt(2)))) for edge in range(1, bins + 1)
    ]
    shares = np.diff(np.array(below))
    return np.asarray(shares / shares.sum(), dtype=np.float64)


class Share:
    """The share of yes among the latest trials: it forgets, with a memory of so many trials."""

    def __init__(self, memory: float) -> None:
        self._keep = 1 - 1 / memory
        self.yes = _ANSWER_PRIOR * _ANSWER_PRIOR_WEIGHT
        self.all = _ANSWER_PRIOR_WEIGHT

    def add(self, yes: float, trials: int) -> None:
        """Take in trials made at the same moment; none of them is later than another."""
        kept = self._keep**trials
        self.yes = self.yes * kept + yes
        self.all = self.all * kept + trials

    @property
    def value(self) -> float:
        """Between 0 and 1."""
        return self.yes / self.all


class _Resolved(Struct, frozen=True):
    """An attempt that was answered, or ended unanswered, or was called off, after so many seconds."""

    ring_seconds: float
    answered: bool
    called_off: bool
    traits: Traits | None


class Answers:
    """Share of attempts answered, and ring times of the answered and of the others, by cohort.

    The share is remembered over 800 attempts, for a steady list. When the latest 50 surprise the model by more than chance does, the
    list has changed, and only they count. A share that moves because other contacts are chosen, likelier or less likely ones, is no
    surprise to the model. `counted` is the number of attempts counted so far.
    """

    def __init__(self, ring_seconds: int) -> None:
        # The end of a call that rang out is told a little late.
        self._longest = timedelta(seconds=ring_seconds + 1)
        self._young: list[tuple[datetime, int, _Resolved]] = []
        self._resolved = 0
        self._steady = Share(_STEADY_MEMORY)
        self._latest = Share(_LATEST_MEMORY)
        self.counted = 0
        self.model = AnswerModel()
        self.ring = Durations(lognormal_bins(*_RING_PRIOR, 1.0, ring_seconds), 1.0)
        silent = np.zeros(ring_seconds + 1)
        silent[2:5] = _EARLY_FAILURES / 3
        silent[ring_seconds] = 1 - _EARLY_FAILURES
        self.silent = Durations(silent, 1.0)

    def resolved(
        self,
        dialled_at: datetime,
        ring_seconds: float,
        *,
        answered: bool,
        traits: Traits | None = None,
        called_off: bool = False,
    ) -> None:
        """An attempt was answered, or ended unanswered, after `ring_seconds`. It counts when its cohort is of age."""
        self._resolved += 1
        each = _Resolved(ring_seconds, answered, called_off, traits)
        heapq.heappush(self._young, (dialled_at, self._resolved, each))

    def come_of_age(self, now: datetime) -> None:
        """Count the attempts that were dialled more than the longest ring time before `now`."""
        of_age = []
        while self._young and self._young[0][0] + self._longest <= now:
            of_age.append(heapq.heappop(self._young))
        for _, attempts in groupby(of_age, key=itemgetter(0)):
            cohort = [(each.traits, self._take_in(each)) for _, _, each in attempts]
            changed = self.model.learn(cohort, self.rate)
            yes, trials = sum(answered for _, answered in cohort), len(cohort)
            self.counted += trials
            self._steady.add(yes, trials)
            self._latest.add(yes, trials)
            if changed:
                self._steady.yes, self._steady.all = self._latest.yes, self._latest.all

    def _take_in(self, each: _Resolved) -> float:
        """Learn how long it rang; how much of an answer it is."""
        if not each.called_off:
            (self.ring if each.answered else self.silent).add(each.ring_seconds)
            return float(each.answered)
        chance = self.model.chance(each.traits)
        answering = chance * self.ring.lasting(each.ring_seconds)
        ringing = answering + (1 - chance) * self.silent.lasting(each.ring_seconds)
        share = answering / ringing if ringing > 0 else 0.0
        self.ring.add_longer(each.ring_seconds, share)
        self.silent.add_longer(each.ring_seconds, 1 - share)
        return share

    def clock_moved(self, by: timedelta) -> None:
        """The clock was set to another time: the young attempts keep their age."""
        self._young = [(at + by, number, each) for at, number, each in self._young]

    @property
    def rate(self) -> float:
        """Answered ÷ dialled."""
        return self._steady.value


class SpeculativeChance:
    """How likely those answer who are dialled without an agent for certain.

    About the mean of the latest; the last of them alone when it is likelier, for then the list may have come to others.
    """

    def __init__(self) -> None:
        self._mean: float | None = None
        self._last = 0.0

    def add(self, chance: float) -> None:
        """One more was dialled."""
        self._mean = chance if self._mean is None else self._mean + (chance - self._mean) / _LATEST_CHOSEN
        self._last = chance

    def value(self, answer_rate: float) -> float:
        """Before the first the campaign's answer rate."""
        return answer_rate if self._mean is None else max(self._mean, self._last)


class RescueShare:
    """How often a customer who finds no agent free is taken by one in wrap-up; at first one in four."""

    def __init__(self) -> None:
        self._keep = 1 - 1 / _RESCUE_MEMORY
        self._rescued = _RESCUE_PRIOR * _RESCUE_PRIOR_WEIGHT
        self._all = _RESCUE_PRIOR_WEIGHT

    def add(self, *, rescued: bool) -> None:
        """One more found nobody free."""
        self._rescued = self._rescued * self._keep + rescued
        self._all = self._all * self._keep + 1

    @property
    def value(self) -> float:
        """Between 0 and 1."""
        return self._rescued / self._all


class CampaignEstimates:
    """All that one campaign has taught; the runner feeds it from the facts it publishes."""

    def __init__(self, ring_seconds: int, grace_seconds: float = GRACE_SECONDS) -> None:
        self.answers = Answers(ring_seconds)
        self.talk = Durations(lognormal_bins(*_TALK_PRIOR, 5.0, 240), 5.0)
        self.wrap_up = Durations(lognormal_bins(*_WRAP_UP_PRIOR, 1.0, 150), 1.0)
        self._grace_seconds = grace_seconds
        self._observed = 0
        self._forecast: Forecast | None = None
        self._forecast_of = 0
        self._forecast_at = datetime.min.replace(tzinfo=UTC)
        self._table: Forecast | None = None
        self._table_of = 0
        self.seconds_per_answer = self.talk.mean() + self.wrap_up.mean()

    def attempt_resolved(
        self,
        dialled_at: datetime,
        ring_seconds: float,
        *,
        answered: bool,
        traits: Traits | None = None,
        called_off: bool = False,
    ) -> None:
        """An attempt was picked up, or ended without, or was called off."""
        self.answers.resolved(
            dialled_at, ring_seconds, answered=answered, traits=traits, called_off=called_off
        )
        self._observed += 1

    def talk_ended(self, seconds: float) -> None:
        """A conversation ended."""
        self.talk.add(seconds)
        self._observed += 1

    def wrap_up_ended(self, seconds: float) -> None:
        """An agent finished the after-call work."""
        self.wrap_up.add(seconds)
        self._observed += 1

    def clock_moved(self, by: timedelta) -> None:
        """The clock was set to another time: what was learnt stays, and the next forecast is made anew."""
        self.answers.clock_moved(by)
        self._forecast = None

    def forecast(self, now: datetime) -> Forecast:
        """The tables a pacing decision reads; made anew after ten observations or more, but not twice in 15 seconds."""
        if self._forecast is None or (
            self._observed >= self._forecast_of + _REFRESH_EVERY
            and abs(now - self._forecast_at) >= _REFRESH_AFTER
        ):
            self.answers.come_of_age(now)
            self._forecast_of = self._observed
            self._forecast_at = now
            self._forecast = replace(
                self._made_table(), answer_rate=self.answers.rate, counted=self.answers.counted
            )
        return self._forecast

    def _made_table(self) -> Forecast:
        """It costs much and changes little: made anew when the observations are some per cent more."""
        if self._table is None or self._observed >= self._table_of * _REFRESH_TABLE:
            self._table_of = self._observed
            self.seconds_per_answer = self.talk.mean() + self.wrap_up.mean()
            self._table = make_forecast(
                ring=self.answers.ring.survival(),
                silent=self.answers.silent.survival(),
                talk=self.talk.survival(),
                wrap_up=self.wrap_up.survival(),
                talk_bin_seconds=self.talk.bin_seconds,
                grace_seconds=self._grace_seconds,
                answer_rate=self.answers.rate,
                counted=self.answers.counted,
            )
        return self._table
