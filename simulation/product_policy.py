"""The product's pacing as a policy of the laboratory: the real `decide`, fed by the real estimators."""

from datetime import UTC, datetime, timedelta

from dialer.campaign import PacingSettings
from dialer.estimators import CampaignEstimates
from dialer.forecast import Forecast
from dialer.pacing import PacingSnapshot, decide
from simulation.campaign_day import CampaignDay
from simulation.scenario import Scenario

_MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


class ProductPolicy:
    """What the running dialler would do."""

    clairvoyant = False

    def __init__(self, scenario: Scenario, settings: PacingSettings) -> None:
        self._settings = settings
        self._estimates = CampaignEstimates(scenario.ringing.longest_seconds, scenario.grace_seconds)

    def calls_to_place(self, day: CampaignDay) -> int:
        """As many as `decide` says."""
        return decide(self.snapshot(day), self._settings).calls_to_place

    def snapshot(self, day: CampaignDay) -> PacingSnapshot:
        """The day as the running dialler would see it."""
        now, record = day.now, day.record
        return PacingSnapshot(
            free=len(day.free),
            talking=tuple([now - since for since in day.talking.values()]),
            wrapping_up=tuple([now - since for since in day.wrapping_up.values()]),
            ringing=tuple([now - since for since in day.ringing.values()]),
            waiting=len(day.waiting) + len(day.callers),
            connected=record.connected,
            abandoned=len(record.abandoned_at),
            room=1000,
            window_open=True,
            list_empty=record.list_ended_at is not None,
            forecast=self.forecast(day),
        )

    def forecast(self, day: CampaignDay) -> Forecast:
        """What the estimators have learned."""
        return self._estimates.forecast(_moment(day.now))

    def attempt_resolved(self, dialled_at: float, ring_seconds: float, *, answered: bool) -> None:
        """Learn."""
        self._estimates.attempt_resolved(_moment(dialled_at), ring_seconds, answered=answered)

    def talk_ended(self, seconds: float) -> None:
        """Learn."""
        self._estimates.talk_ended(seconds)

    def wrap_up_ended(self, seconds: float) -> None:
        """Learn."""
        self._estimates.wrap_up_ended(seconds)


def _moment(seconds: float) -> datetime:
    return _MIDNIGHT + timedelta(seconds=seconds)
