"""The observer that turns the stream of facts into Prometheus metrics.

Everything about calls and attempts is counted from facts alone; gauges come from snapshots that the caller gives. After a
restart `restore` goes first, so that /metrics and the database agree to the call. Observing costs a few microseconds.
"""

from collections.abc import Iterator, Mapping

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from calls.facts import (
    AgentStateChanged,
    AgentWishChanged,
    AnswererJudged,
    AsteriskLost,
    AsteriskReached,
    AttemptAbandoned,
    AttemptAnswered,
    AttemptCalledOff,
    AttemptCommitted,
    AttemptConnected,
    AttemptEnded,
    CallArrived,
    CallConnected,
    CallEnded,
    CallerRecognised,
    CallOffered,
    CallQueued,
    CallServedAlone,
    CampaignStarted,
    CampaignStopped,
    ClockBelieved,
    ClockJumped,
    ContactRefused,
    ControllerStarted,
    DifferenceFound,
    DispositionRecorded,
    Fact,
    ForecastMade,
    InformationMessagePlayed,
    MachineMistaken,
    MenuChosen,
    OfferUnanswered,
    PacingChanged,
    PacingDecided,
    PreviewEnded,
    PreviewShown,
    VoicemailLeft,
)
from calls.ids import DealerId
from metrics.campaigns import CampaignMetrics
from metrics.families import Families
from metrics.floor import FloorMetrics
from metrics.inbound import InboundMetrics
from metrics.technical import TechnicalMetrics
from metrics.totals import Totals


class Metrics:
    """All metrics of one controller, in a registry of their own.

    `target_seconds` names every dealer of the settings with its service-level target. Snapshots and measurements that
    are no facts are given to `floor`, `campaigns` and `technical`.
    """

    def __init__(self, target_seconds: Mapping[DealerId, float]) -> None:
        families = Families()
        self._registry = families.registry
        self._inbound = InboundMetrics(families, target_seconds)
        self.floor = FloorMetrics(families, target_seconds)
        self.campaigns = CampaignMetrics(families)
        self.technical = TechnicalMetrics(families)

    def restore(self, totals: Totals) -> None:
        """Begin at the counts of the database. Call it once, before the first fact and the first scrape."""
        self._inbound.restore(totals.calls)
        self.campaigns.restore(totals.attempts)

    def observe(self, fact: Fact) -> None:
        """Count one fact."""
        match fact:
            case (
                CallArrived()
                | CallerRecognised()
                | MenuChosen()
                | CallQueued()
                | CallOffered()
                | OfferUnanswered()
                | CallConnected()
                | VoicemailLeft()
                | CallEnded()
                | CallServedAlone()
            ):
                self._inbound.observe(fact)
            case AgentStateChanged() | AgentWishChanged() | DispositionRecorded():
                self.floor.observe(fact)
            case (
                AttemptCommitted()
                | AttemptCalledOff()
                | AttemptAnswered()
                | AttemptConnected()
                | AttemptAbandoned()
                | InformationMessagePlayed()
                | AnswererJudged()
                | MachineMistaken()
                | AttemptEnded()
                | CampaignStarted()
                | CampaignStopped()
                | PacingChanged()
                | PacingDecided()
                | ForecastMade()
                | PreviewShown()
                | PreviewEnded()
                | ContactRefused()
            ):
                self.campaigns.observe(fact)
            case (
                ControllerStarted()
                | AsteriskLost()
                | AsteriskReached()
                | DifferenceFound()
                | ClockJumped()
                | ClockBelieved()
            ):
                self.technical.observe(fact)

    def text(self) -> tuple[bytes, str]:
        """Everything in Prometheus' text format, and its content type.

        Takes some 20 microseconds a series. It may run in another thread while facts are observed, so that a large
        installation's scrape does not hold up the event loop.
        """
        return generate_latest(_Published(self._registry)), CONTENT_TYPE_PLAIN_0_0_4


class _Published:
    """A registry without the birth time that the library adds to every counter and histogram: nobody asks for it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            metric.samples = [each for each in metric.samples if not each.name.endswith("_created")]
            yield metric
