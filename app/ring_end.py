"""How a ring is ended over the manager interface: only while we would hear of an answer."""

from collections.abc import Callable
from typing import Protocol

from calls.ids import LegId
from dialer.campaign import NETWORK_SECONDS


class Events(Protocol):
    """The events socket (`app.ari.connection.AriConnection`)."""

    @property
    def live(self) -> bool:
        """Whether events reach us."""
        ...

    async def until_live(self, within: float) -> None:
        """Wait until they do, for up to `within` seconds."""
        ...


class Manager(Protocol):
    """The manager interface (`app.ami.link.AmiLink`)."""

    async def stop_ringing(self, leg_id: LegId, wanted: Callable[[], bool]) -> bool:
        """End a leg in a moment unless it is answered first, if `wanted` when it comes to that."""
        ...


async def stop_ringing(events: Events, manager: Manager, leg_id: LegId, wanted: Callable[[], bool]) -> bool:
    """End a leg in a moment unless it is answered first; False when that was not taken in, or not `wanted` any more.

    An answer has to be heard of at once, as it lifts the limit. While no events reach us that is waited for, as long as Asterisk
    itself would let the phone ring on.
    """
    await events.until_live(NETWORK_SECONDS)
    return await manager.stop_ringing(leg_id, lambda: events.live and wanted())
