"""A figure over several seeds: its mean, how far the days differ, and how far the mean may be off."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from simulation.campaign_record import DayRecord

# Student's t for 95 % on both sides, by degrees of freedom; 1.96 + 2.4 ÷ degrees from there on.
_STUDENT = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)


@dataclass(frozen=True, slots=True)
class Measure:
    """`spread` is the standard deviation between days, `margin` half the 95 % confidence interval of `mean`."""

    mean: float
    spread: float
    margin: float
    least: float
    most: float


def measure(values: Sequence[float]) -> Measure:
    """Of one value or more."""
    spread = stdev(values) if len(values) > 1 else 0.0
    freedom = len(values) - 1
    student = _STUDENT[freedom - 1] if 0 < freedom <= len(_STUDENT) else 1.96 + 2.4 / max(1, freedom)
    return Measure(fmean(values), spread, student * spread / sqrt(len(values)), min(values), max(values))


def series_figures(days: Sequence[DayRecord], limit_ratio: float) -> dict[str, Measure]:
    """Every figure of `DayRecord.figures` over the days, and the share of days over the abandon limit."""
    figures = [day.figures() for day in days]
    found = {name: measure([each[name] for each in figures]) for name in figures[0]}
    found["days_over_limit"] = measure([float(day.abandon_rate > limit_ratio) for day in days])
    return found
