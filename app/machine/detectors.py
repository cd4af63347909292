"""The two who may listen to a customer (`dialer.ports.MachineDetector`): Asterisk's own AMD, and our ear."""

import logging
from collections.abc import Callable

from app.ari.operations import Ari
from app.ari.outcome import Done, Gone, Outcome
from calls.ids import LegId, call_uuid, leg_mark

_log = logging.getLogger(__name__)


class AppAmd:
    """Asterisk's application AMD; what it makes of the customer comes back into Stasis with the leg (`app.ari.translate`)."""

    def __init__(self, ari: Ari) -> None:
        self._ari = ari

    async def listen(self, listener: LegId) -> bool:
        """Send the leg to AMD; False when it is gone."""
        return await _sent(self._ari, listener, "machine-app-amd", "s")


class Features:
    """Our own detector, which Asterisk gives the sound at the `ear`'s host:port (`app.machine.ear`)."""

    def __init__(self, ari: Ari, ear: Callable[[], str]) -> None:
        self._ari = ari
        self._ear = ear

    async def listen(self, listener: LegId) -> bool:
        """Let Asterisk connect the leg to the ear; False when it is gone."""
        mark = leg_mark(listener)
        assert mark is not None
        told = await self._ari.channels.set_channel_var(
            channel_id=listener, variable="DL_EAR", value=self._ear()
        )
        extension = str(call_uuid(mark.call_id))
        return _done(told) and await _sent(self._ari, listener, "machine-features", extension)


async def _sent(ari: Ari, listener: LegId, context: str, extension: str) -> bool:
    return _done(
        await ari.channels.continue_in_dialplan(
            channel_id=listener, context=context, extension=extension, priority=1
        )
    )


def _done(outcome: Outcome[None]) -> bool:
    if not isinstance(outcome, Done | Gone):
        _log.warning("nobody listens for a machine", extra={"outcome": repr(outcome)})
    return isinstance(outcome, Done)
