"""How others pace, written anew from published formulas: what the product's pacing is measured against."""

from simulation.campaign_day import CampaignDay


class Peer:
    """Learns nothing and knows nothing of the future, unless a subclass says so."""

    clairvoyant = False

    def attempt_resolved(self, dialled_at: float, ring_seconds: float, *, answered: bool) -> None:
        """Nothing to learn."""

    def talk_ended(self, seconds: float) -> None:
        """Nothing to learn."""

    def wrap_up_ended(self, seconds: float) -> None:
        """Nothing to learn."""


class Boost(Peer):
    """Keeps `boost` calls ringing for each free agent. With 1 it is progressive: nobody is abandoned."""

    def __init__(self, boost: float) -> None:
        self._boost = boost

    def calls_to_place(self, day: CampaignDay) -> int:
        """Up to the boosted number."""
        return max(0, int(self._boost * len(day.free)) - len(day.ringing) - len(day.waiting))
