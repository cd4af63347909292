"""Makes the collectors of one registry, and keeps the children of each at hand: a look-up costs a dictionary's."""

from collections.abc import Sequence
from typing import Generic, TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase

Collector = TypeVar("Collector", bound=MetricWrapperBase)
NAMESPACE = "dealerlijn"
OTHER = "other"


class Children(dict[tuple[str, ...], Collector], Generic[Collector]):
    """The children of one collector by their label values; a missing one is made when asked for.

    Where a label holds a free word, `limit` bounds the number of children: later words count as `other`.
    """

    def __init__(self, collector: Collector, limit: int | None) -> None:
        super().__init__()
        self._collector = collector
        self._limit = limit

    def __missing__(self, labels: tuple[str, ...]) -> Collector:
        if self._limit is not None and len(self) >= self._limit:
            return self._collector.labels(*labels[:-1], OTHER)
        child = self[labels] = self._collector.labels(*labels)
        return child

    def begin(self, *labels: str) -> None:
        """Publish the child from now on, at zero if nothing has happened to it."""
        self[labels]


class Families:
    """A registry of its own and the ways to add to it. Names get the prefix `dealerlijn_`."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()

    def counter(self, name: str, text: str, *labels: str, limit: int | None = None) -> Children[Counter]:
        """Add a counter; `name` without `_total`."""
        return Children(Counter(name, text, labels, NAMESPACE, registry=self.registry), limit)

    def gauge(self, name: str, text: str, *labels: str) -> Children[Gauge]:
        """Add a gauge."""
        return Children(Gauge(name, text, labels, NAMESPACE, registry=self.registry), None)

    def histogram(self, name: str, text: str, *labels: str, buckets: Sequence[float]) -> Children[Histogram]:
        """Add a histogram; `buckets` are upper bounds, ascending."""
        return Children(
            Histogram(name, text, labels, NAMESPACE, registry=self.registry, buckets=buckets), None
        )

    def plain_counter(self, name: str, text: str) -> Counter:
        """Add a counter without labels; `name` without `_total`."""
        return Counter(name, text, (), NAMESPACE, registry=self.registry)

    def plain_gauge(self, name: str, text: str) -> Gauge:
        """Add a gauge without labels."""
        return Gauge(name, text, (), NAMESPACE, registry=self.registry)

    def plain_histogram(self, name: str, text: str, *, buckets: Sequence[float]) -> Histogram:
        """Add a histogram without labels; `buckets` are upper bounds, ascending."""
        return Histogram(name, text, (), NAMESPACE, registry=self.registry, buckets=buckets)
