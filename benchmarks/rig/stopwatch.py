"""Stopwatches: many intervals under one name, and what is told of them."""

from collections.abc import Sequence
from time import perf_counter


def quantile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all reach or stay below; nan for none."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, round(share * len(ordered) + 0.5) - 1))]


class Stopwatches:
    """Intervals by name and key. An interval begins once; what ends without having begun is nothing."""

    def __init__(self) -> None:
        self._running: dict[tuple[str, str], float] = {}
        self._seconds: dict[str, list[float]] = {}

    def begin(self, name: str, key: str) -> None:
        self._running.setdefault((name, key), perf_counter())

    def end(self, name: str, key: str) -> None:
        began = self._running.pop((name, key), None)
        if began is not None:
            self._seconds.setdefault(name, []).append(perf_counter() - began)

    def take(self) -> dict[str, dict[str, float]]:
        """Count, p50, p99 and longest of every name in milliseconds, and begin anew."""
        told = {
            name: {
                "count": len(values),
                "p50_ms": quantile(values, 0.5) * 1000,
                "p99_ms": quantile(values, 0.99) * 1000,
                "longest_ms": max(values) * 1000,
            }
            for name, values in self._seconds.items()
        }
        self._seconds.clear()
        return told
