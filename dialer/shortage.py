"""How likely it is that at most so many of some independent events happen (Poisson-binomial), for several cases at once.

Exact up to `EXACT_EVENTS` events, by the discrete Fourier transform of the distribution; above that the normal
approximation with continuity and skewness correction (Volkova 1996), whose error there is below half a per cent.
"""

from dataclasses import dataclass
from functools import cache
from math import erf, exp, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Rows = list[int]

EXACT_EVENTS = 24
_CERTAIN = 1e-9
_STEEP = 1e6  # a step, in place of one over a deviation of nothing
_ROOT_HALF = sqrt(0.5)
_SKEW_FACTOR = 4 / (3 * sqrt(pi))  # of twice the sum, by √2 deviations
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
    """Kinds of event, a row each: the chance in each case (columns).

    `moments`: the mean, the variance and the third central moment in each case, one after another. `first`: the table of the first case alone, None
    where that is this one.
    """

    chances: Floats
    moments: Floats
    first: "EventTable | None" = None


def event_table(chances: Floats) -> EventTable:
    """A table of these chances."""
    variances = chances * (1 - chances)
    first = event_table(chances[:, :1].copy()) if chances.shape[1] > 1 else None
    moments = np.stack((chances, variances, variances * (1 - 2 * chances)), axis=2)
    return EventTable(chances, moments.reshape(len(chances), -1), first)


@cache
def _ones(count: int) -> Floats:
    return np.ones(count)


class Events:
    """Independent events of the kinds `rows`, and as many more of the kind `fresh` as a question says."""

    def __init__(self, table: EventTable, rows: Rows, fresh: int) -> None:
        """A row beyond the last of the table is the last."""
        self._table = table
        self._rows = rows
        self._fresh = fresh
        self._count = len(rows)
        self._cases = int(table.chances.shape[1])
        self._moments: Floats | None = None
        self._shapes: dict[int, list[tuple[float, float, float]]] = {}
        self._spectra: list[NDArray[np.complex128]] = []
        self._fresh_spectrum: NDArray[np.complex128] | None = None
        self._summed: dict[int, Floats] = {}

    def at_most(self, happened: int, fresh: int) -> float:
        """The chance that no more than `happened` of all these happen with `fresh` more, averaged over the cases."""
        if happened < 0:
            return 0.0
        if happened >= self._count + fresh:
            return 1.0
        if self._count + fresh <= EXACT_EVENTS:
            below = float(_AT_MOST[happened] @ self._spectrum(fresh))
        else:
            below = self._normal(happened + 0.5, fresh)
        mean = below / self._cases
        return mean if 0.0 <= mean <= 1.0 else round(mean)

    def _spectrum(self, fresh: int) -> Floats:
        """Summed over the cases, as pairs of real and imaginary part."""
        if (known := self._summed.get(fresh)) is not None:
            return known
        if not self._spectra:
            chances = self._table.chances.take(self._rows, axis=0, mode="clip")
            self._spectra.append(np.multiply.reduce(1 + chances[:, :, None] * _TURNS))
        while len(self._spectra) <= fresh:
            self._spectra.append(self._spectra[-1] * self._of_fresh())
        summed: Floats = np.add.reduce(self._spectra[fresh]).view(np.float64)
        self._summed[fresh] = summed
        return summed

    def _of_fresh(self) -> NDArray[np.complex128]:
        """The transform of one more event's distribution in each case."""
        if self._fresh_spectrum is None:
            self._fresh_spectrum = 1 + self._table.chances[self._fresh][:, None] * _TURNS
        return self._fresh_spectrum

    def _normal(self, limit: float, fresh: int) -> float:
        """The normal approximation of staying below a limit, summed over the cases."""
        if (shapes := self._shapes.get(fresh)) is None:
            shapes = self._shapes[fresh] = self._make_shapes(fresh)
        twice = float(self._cases)
        for middle, per_spread, skew in shapes:
            x = (limit - middle) * per_spread
            square = x * x
            twice += erf(x) + skew * (0.5 - square) * exp(-square)
        return 0.5 * twice

    def _make_shapes(self, fresh: int) -> list[tuple[float, float, float]]:
        """Of each case mean, one over √2 deviations, and the factor of the skewness."""
        if self._moments is None:
            # A product with ones sums up six times as quickly as a sum.
            taken = self._table.moments.take(self._rows, axis=0, mode="clip")
            self._moments = np.dot(_ones(len(taken)), taken)
        moments = self._moments
        if fresh:
            moments = moments + fresh * self._table.moments[self._fresh]
        shapes = []
        sums = moments.tolist()
        for mean, variance, third in zip(sums[::3], sums[1::3], sums[2::3], strict=True):
            if variance < _CERTAIN:
                shapes.append((mean, _STEEP, 0.0))
                continue
            per_spread = _ROOT_HALF / sqrt(variance)
            shapes.append((mean, per_spread, third * per_spread * per_spread * per_spread * _SKEW_FACTOR))
        return shapes
