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
_CERTAIN = 1e-9
_ROOT_HALF = sqrt(0.5)
_SKEW_FACTOR = 1 / (6 * sqrt(2 * pi))
_POINTS = EXACT_EVENTS + 1
_ANGLES = 2j * pi * np.arange(_POINTS // 2 + 1) / _POINTS  # the other half is the mirror image
_TURNS = np.exp(-_ANGLES) - 1
# Row n turns a spectrum, as pairs of real and imaginary part, into the chance of at most n events; all points but the first
# stand for two.
_AT_MOST = np.ascontiguousarray(
    np.conj(
        np.exp(_ANGLES * np.arange(_POINTS)[:, None]).cumsum(axis=0)
        * np.where(np.arange(len(_ANGLES)) == 0, 1, 2)
        / _POINTS
    )
).view(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class EventTable:
    """Kinds of event, a row each: the chance in each case (columns), and mean, variance and third central moment of it."""

    chances: Floats
    moments: Floats

    def followed_by(self, other: "EventTable") -> "EventTable":
        """The rows of both."""
        return EventTable(
            np.concatenate((self.chances, other.chances)), np.concatenate((self.moments, other.moments))
        )


def event_table(chances: Floats) -> EventTable:
    """Work out the moments once, for the many questions that follow."""
    variances = chances * (1 - chances)
    moments = np.stack((chances, variances, variances * (1 - 2 * chances)), axis=2)
    return EventTable(chances, moments.reshape(len(chances), -1))


class Events:
    """Independent events of the kinds `rows`, and as many more of the kind `fresh` as a question says."""

    def __init__(self, table: EventTable, rows: Rows, fresh: int) -> None:
        """A row beyond the last of the table is the last."""
        self._count = len(rows)
        self._fresh_chances = table.chances[fresh]
        self._fresh_moments = table.moments[fresh]
        self._moments = np.add.reduce(table.moments.take(rows, axis=0, mode="clip"))
        self._exact: list[_Exact] = []
        if self._count <= EXACT_EVENTS:
            chances = table.chances.take(rows, axis=0, mode="clip")
            self._exact.append(_Exact(np.multiply.reduce(1 + chances[:, :, None] * _TURNS)))

    def at_most(self, happened: int, fresh: int) -> float:
        """The chance that no more than `happened` of all these happen with `fresh` more, averaged over the cases."""
        if happened < 0:
            return 0.0
        if happened >= self._count + fresh:
            return 1.0
        if self._count + fresh > EXACT_EVENTS:
            moments = self._moments + fresh * self._fresh_moments if fresh else self._moments
            return _normal_below(happened + 0.5, moments.tolist()) / len(self._fresh_chances)
        while len(self._exact) <= fresh:
            self._exact.append(_Exact(self._exact[-1].spectrum * (1 + self._fresh_chances[:, None] * _TURNS)))
        return self._exact[fresh].at_most(happened)


class _Exact:
    """The distribution of a number of events by its transform, a row for each case."""

    def __init__(self, spectrum: NDArray[np.complex128]) -> None:
        self.spectrum = spectrum
        self._below: list[float] = []

    def at_most(self, happened: int) -> float:
        if not self._below:
            below = _AT_MOST @ np.add.reduce(self.spectrum).view(np.float64)
            self._below = (below / len(self.spectrum)).clip(0.0, 1.0).tolist()
        return self._below[happened]


def _normal_below(limit: float, moments: list[float]) -> float:
    """Summed over the cases, each with mean, variance and third central moment."""
    below = 0.0
    for case in range(0, len(moments), 3):
        variance = moments[case + 1]
        if variance < _CERTAIN:
            below += moments[case] < limit
            continue
        deviation = sqrt(variance)
        x = (limit - moments[case]) / deviation
        skew = moments[case + 2] / (variance * deviation)
        chance = 0.5 + 0.5 * erf(x * _ROOT_HALF) + skew * (1 - x * x) * exp(-0.5 * x * x) * _SKEW_FACTOR
        below += min(1.0, max(0.0, chance))
    return below
