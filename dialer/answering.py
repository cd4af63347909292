"""How likely a contact is to answer, learned call by call: the chance p with which a campaign chooses whom to dial, and counts on.

    logit p = level + slope · h + hour + weekday + kind

- `level` is the campaign's own, remembered over 800 attempts. Is the surprise of the latest 50 too large to be chance, then the
  list has changed, and the level moves at once to what they say: beyond 4 standard errors when more answer, 4.5 when fewer do, for
  who takes a list for dead without reason dials far too much.
- h is what the earlier attempts say, any campaign's: with a of n answered, the log odds of (m r + a) ÷ (m + n) less those of
  r, the campaign's answer rate. m tells how alike contacts are. It is not known, so h is the mean over several m, each weighted by
  how well it has foretold so far: in a campaign of equals the earlier attempts come to count for nothing.
- hour (two hours at a time, where the contact lives), weekday and kind of number begin at nothing. They and the slope are remembered over
  20,000 attempts, so that they do not chase what the level follows: else all of them together would forget far too fast.

Every coefficient is moved by each outcome, by its uncertainty times (answered − p): the Kalman filter of a logistic regression with a
diagonal covariance. As the level always moves, the mean of p follows the mean of what is observed. How honest p is besides is
measured in `Calibration`, always with the p from before the outcome was known. Who was called off counts as the chance q with which
it would still have answered (`dialer.estimators`): q − p is what its silence so far tells of p, and it tells less than an outcome, by
q (1−q).

There is no clock here, and nothing is drawn by lot.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import exp, floor, log, sqrt

from calls.words import AttemptOutcome
from dialer.campaign import ContactHistory, Traits
from dialer.zones import zone_named

CANDIDATES = 40
"""Among so many contacts next on the list one is chosen."""

_ANSWERED = frozenset(
    {AttemptOutcome.CONNECTED, AttemptOutcome.ABANDONED, AttemptOutcome.HUNG_UP, AttemptOutcome.MACHINE}
)
_UNANSWERED = frozenset({AttemptOutcome.UNANSWERED, AttemptOutcome.BUSY, AttemptOutcome.FAILED})
_FIRST_RATE = 0.3
_FIRST_WEIGHT = 20.0
_MEMORY = 800.0
_LATEST_KEPT = 1 - 1 / 50
_MORE_ERRORS = 4.0
_FEWER_ERRORS = 4.5
_ALIKE = (1.0, 2.0, 4.0, 8.0, 16.0, 50.0, 1e6)
_MOST_KNOWN = 12
_SLOPE_PRECISION = 1 / 0.3**2
_EFFECT_PRECISION = 1 / 0.2**2
_STEADY = 1 - 1 / _MEMORY
_LASTING = 1 - 1 / 20_000
_HOURS = 2
_BINS = 10
_LEAST = 1e-4
_HEAVY = 1e6


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of attempts with a chance in one tenth: how many, the mean chance, and the share that answered."""

    attempts: float
    mean_chance: float
    answered_ratio: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How honest the chances of about the latest 800 attempts were.

    `brier`: mean square of (answered − chance), 0 is perfect; `brier_alike` what the answer rate alone would have had.
    `bins`: the tenths from 0 to 1.
    """

    brier: float
    brier_alike: float
    mean_chance: float
    answered_ratio: float
    bins: tuple[Reliability, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom to dial among those next on a list: likely ones for the first `certain` calls, unlikely ones for the others."""

    chance: Callable[[Traits], float]
    certain: int


def traits_of(history: ContactHistory, now: datetime) -> Traits:
    """What is known of a contact before it is dialled at `now`."""
    zone = zone_named(history.timezone)
    local = now if zone is None else now.astimezone(zone)
    outcomes = [attempt.outcome for attempt in history.past]
    return Traits(
        kind=history.number_kind,
        weekday=local.weekday(),
        hour=local.hour,
        answered=sum(outcome in _ANSWERED for outcome in outcomes),
        unanswered=sum(outcome in _UNANSWERED for outcome in outcomes),
    )


def choose(chances: Sequence[float], certain: int, wanted: int) -> list[int]:
    """Places of the contacts to dial: the likeliest for `certain` agents, then the least likely, up to `wanted` in all.

    Of equals the first goes first.
    """
    left, places, chosen = list(chances), list(range(len(chances))), list[int]()
    while left and len(chosen) < wanted:
        place = left.index(max(left) if len(chosen) < certain else min(left))
        chosen.append(places.pop(place))
        del left[place]
    return chosen


class _Coefficient:
    """A number that is moved towards what is observed, how surely it is known, and how much of that stays at each outcome."""

    __slots__ = ("keep", "precision", "value")

    def __init__(self, value: float, precision: float, keep: float) -> None:
        self.value = value
        self.precision = precision
        self.keep = keep

    def learn(self, surprise: float, spread: float, size: float = 1.0) -> None:
        self.precision = self.precision * self.keep + spread * size * size
        self.value += surprise * size / self.precision


class AnswerModel:
    """What one campaign has learned about who answers."""

    def __init__(self) -> None:
        spread = _FIRST_RATE * (1 - _FIRST_RATE)
        self._level = _Coefficient(_logit(_FIRST_RATE), _FIRST_WEIGHT * spread, _STEADY)
        self._slope = _Coefficient(1.0, _SLOPE_PRECISION, _LASTING)
        self._effects: dict[tuple[str, str | int], _Coefficient] = defaultdict(
            lambda: _Coefficient(0.0, _EFFECT_PRECISION, _LASTING)
        )
        self._fit = [0.0] * len(_ALIKE)
        self._rate = _FIRST_RATE
        self._known: dict[tuple[int, int], float] = {}
        self._chances: dict[Traits, float] = {}
        self._latest_surprise = self._latest_spread = self._latest_noise = 0.0
        self._bins = [[0.0, 0.0, 0.0] for _ in range(_BINS)]
        self._squares = self._squares_alike = 0.0
        self._weight = 1.0

    def chance(self, traits: Traits | None) -> float:
        """Between 0 and 1; for a contact of whom nothing is known the campaign's level."""
        if traits is None:
            return _share(self._level.value)
        # A transaction in a thread asks too: what it works out while the model learns goes into a table that is thrown away.
        chances = self._chances
        if (known := chances.get(traits)) is None:
            known = chances[traits] = self._chance_of(traits)
        return known

    def _chance_of(self, traits: Traits) -> float:
        score = self._level.value + self._slope.value * self._history(traits)
        for key in _effects_of(traits):
            if (effect := self._effects.get(key)) is not None:
                score += effect.value
        return _share(score)

    def learn(self, cohort: Sequence[tuple[Traits | None, float]], rate: float) -> bool:
        """Take in whether these answered (1, 0, or a chance in between), all dialled at the same moment and none later than another.

        True when they show that the list has changed. `rate` is the campaign's answer rate before them. Cohorts come in the order of dialling.
        """
        keep = _LATEST_KEPT ** len(cohort)
        self._latest_surprise *= keep
        self._latest_spread *= keep
        self._latest_noise *= keep * keep
        chances = [self.chance(traits) for traits, _ in cohort]
        for (traits, answered), chance in zip(cohort, chances, strict=True):
            self._note(chance, rate, answered)
            told = max(chance * (1 - chance) - answered * (1 - answered), _LEAST)
            self._learn_one(traits, answered - chance, told, answered)
        changed = self._has_changed()
        if changed:
            self._level.value += self._latest_surprise / self._latest_spread
            self._level.precision = min(self._level.precision, self._latest_spread)
            self._latest_surprise = 0.0
        self._rate = rate
        self._known = {}
        self._chances = {}
        return changed

    def _learn_one(self, traits: Traits | None, surprise: float, spread: float, answered: float) -> None:
        self._latest_surprise += surprise
        self._latest_spread += spread
        self._latest_noise += spread
        if traits is not None:
            self._learn_history(traits, answered)
            if (history := self._history(traits)) != 0.0:
                self._slope.learn(surprise, spread, history)
            for key in _effects_of(traits):
                self._effects[key].learn(surprise, spread)
        self._level.learn(surprise, spread)

    @property
    def calibration(self) -> Calibration | None:
        """None before the first attempt has come of age."""
        attempts = sum(count for count, _, _ in self._bins)
        if not attempts:
            return None
        return Calibration(
            self._squares / attempts,
            self._squares_alike / attempts,
            sum(chances for _, chances, _ in self._bins) / attempts,
            sum(yes for _, _, yes in self._bins) / attempts,
            tuple(
                Reliability(count / self._weight, chances / count, yes / count)
                if count
                else Reliability(0.0, 0.0, 0.0)
                for count, chances, yes in self._bins
            ),
        )

    def _history(self, traits: Traits) -> float:
        """The log odds that the earlier attempts add."""
        answered, unanswered = _counted(traits)
        if not answered + unanswered:
            return 0.0
        odds = self._known
        if (known := odds.get((answered, unanswered))) is None:
            best = max(self._fit)
            weights = [exp(fit - best) for fit in self._fit]
            shares = [_posterior(m, self._rate, answered, unanswered) for m in _ALIKE]
            mean = sum(weight * share for weight, share in zip(weights, shares, strict=True)) / sum(weights)
            known = odds[answered, unanswered] = _logit(mean) - _logit(self._rate)
        return known

    def _learn_history(self, traits: Traits, answered: float) -> None:
        before, silent = _counted(traits)
        if not before + silent:
            return
        for place, alike in enumerate(_ALIKE):
            share = _posterior(alike, self._rate, before, silent)
            told = answered * log(share) + (1 - answered) * log(1 - share)
            self._fit[place] = self._fit[place] * _STEADY + told

    def _has_changed(self) -> bool:
        errors = self._latest_surprise / sqrt(self._latest_noise)
        return errors > _MORE_ERRORS or errors < -_FEWER_ERRORS

    def _note(self, chance: float, rate: float, answered: float) -> None:
        # Each outcome weighs a little more than the one before, which is to forget the earlier ones.
        self._weight /= _STEADY
        found = self._bins[min(floor(chance * _BINS), _BINS - 1)]
        found[0] += self._weight
        found[1] += self._weight * chance
        found[2] += self._weight * answered
        self._squares += self._weight * (answered * (1 - chance) ** 2 + (1 - answered) * chance**2)
        self._squares_alike += self._weight * (answered * (1 - rate) ** 2 + (1 - answered) * rate**2)
        if self._weight > _HEAVY:
            self._bins = [[value / _HEAVY for value in each] for each in self._bins]
            self._squares /= _HEAVY
            self._squares_alike /= _HEAVY
            self._weight /= _HEAVY


def _counted(traits: Traits) -> tuple[int, int]:
    """A very long history counts as the latest dozen would: people change."""
    known = traits.answered + traits.unanswered
    if known <= _MOST_KNOWN:
        return traits.answered, traits.unanswered
    answered = round(traits.answered * _MOST_KNOWN / known)
    return answered, _MOST_KNOWN - answered


def _posterior(alike: float, rate: float, answered: int, unanswered: int) -> float:
    return (alike * rate + answered) / (alike + answered + unanswered)


def _effects_of(traits: Traits) -> tuple[tuple[str, str | int], ...]:
    return (("hour", traits.hour // _HOURS), ("weekday", traits.weekday), ("kind", traits.kind))


def _logit(share: float) -> float:
    share = min(max(share, _LEAST), 1 - _LEAST)
    return log(share / (1 - share))


def _share(log_odds: float) -> float:
    return 1 / (1 + exp(-min(max(log_odds, -9.0), 9.0)))
