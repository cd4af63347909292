"""How likely it is that at most so many of some independent events happen (Poisson-binomial), for several cases at once.

Exact up to `EXACT_EVENTS` events, by the discrete Fourier transform of the distribution; above that the normal
approximation with continuity and skewness correction (Volkova 1996), whose error there is below half a per cent.
"""

from dataclasses import dataclass
from math import erf, exp, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

EXACT_EVENTS = 24
_POINTS = 32
_ANGLES = 2j * pi * np.arange(_POINTS // 2 + 1) / _POINTS
_TURNS = np.exp(-_ANGLES) - 1
# Row n turns a spectrum into the chance of at most n events; all but the first and last point stand for two.
_AT_MOST = (
    np.exp(_ANGLES * np.arange(_POINTS)[:, None]).cumsum(axis=0)
    * np.where((np.arange(len(_ANGLES)) % (_POINTS // 2)) == 0, 1, 2)
    / _POINTS
)


@dataclass(frozen=True, slots=True, eq=False)
class EventTable:
    """Kinds of event, a row each: the chance in each case (columns), and mean, variance and third central moment of it."""

    chances: Floats
    moments: Floats


def event_table(chances: Floats) -> EventTable:
    """Work out the moments once, for the many questions that follow."""
    variances = chances * (1 - chances)
    return EventTable(chances, np.stack((chances, variances, variances * (1 - 2 * chances)), axis=2))


class Events:
    """Independent events of the kinds `rows`, and as many more of the kind `fresh` as a question says."""

    def __init__(self, table: EventTable, rows: Rows, fresh: int) -> None:
        self._count = len(rows)
        self._cases = int(table.chances.shape[1])
        self._moments: list[list[float]] = table.moments[rows].sum(axis=0).tolist()
        self._fresh_moments: list[list[float]] = table.moments[fresh].tolist()
        self._spectrum = self._fresh_spectrum = np.ones(0)
        if self._count <= EXACT_EVENTS:
            self._spectrum = np.multiply.reduce(1 + table.chances[rows][:, :, None] * _TURNS)
            self._fresh_spectrum = 1 + table.chances[fresh][:, None] * _TURNS

    def at_most(self, happened: int, fresh: int) -> float:
        """The chance that no more than `happened` of all these happen with `fresh` more, averaged over the cases."""
        if happened < 0:
            return 0.0
        if happened >= self._count + fresh:
            return 1.0
        if self._count + fresh <= EXACT_EVENTS:
            spectrum = self._spectrum * self._fresh_spectrum**fresh if fresh else self._spectrum
            chance = float((spectrum.sum(axis=0) @ _AT_MOST[happened]).real) / self._cases
            return min(1.0, max(0.0, chance))
        below = 0.0
        for (mean, variance, third), (more, wider, skewer) in zip(
            self._moments, self._fresh_moments, strict=True
        ):
            below += _normal_below(
                happened + 0.5, mean + fresh * more, variance + fresh * wider, third + fresh * skewer
            )
        return below / self._cases


def _normal_below(limit: float, mean: float, variance: float, third: float) -> float:
    if variance < 1e-9:
        return 1.0 if mean < limit else 0.0
    x = (limit - mean) / sqrt(variance)
    skew = third / (variance * sqrt(variance))
    below = 0.5 * (1 + erf(x / sqrt(2))) + skew * (1 - x * x) * exp(-x * x / 2) / (6 * sqrt(2 * pi))
    return min(1.0, max(0.0, below))
