"""When a prompt has begun: Asterisk says so before it has opened the file, and a moment later that it failed."""

import asyncio
import logging
from collections.abc import Callable
from time import monotonic

from app.seldom import Seldom
from calls.ids import LegId
from calls.legs import PromptFinished, PromptStarted

HELD_SECONDS = 0.2
_log = logging.getLogger(__name__)


class Beginnings:
    """Holds back that a prompt began until it plays; `failed` hears of each that does not, which goes to the log too."""

    def __init__(self, deliver: Callable[[PromptStarted], None], failed: Callable[[], None]) -> None:
        self._deliver = deliver
        self._failed = failed
        self._held: dict[LegId, tuple[PromptStarted, asyncio.TimerHandle]] = {}
        self._warned = Seldom()

    def hold(self, began: PromptStarted) -> None:
        """Tell of it in a moment, or before whatever its leg tells next."""
        self.release(began.leg_id)
        timer = asyncio.get_running_loop().call_later(HELD_SECONDS, self.release, began.leg_id)
        self._held[began.leg_id] = began, timer

    def release(self, leg_id: LegId) -> None:
        """Tell now that a prompt began on this leg, if one did."""
        if (began := self._taken(leg_id)) is not None:
            self._deliver(began)

    def never_was(self, over: PromptFinished, media: str) -> bool:
        """Whether this prompt failed before it played; then nobody hears that it began."""
        held = self._held.get(over.leg_id)
        if not over.failed or held is None or held[0].playback_id != over.playback_id:
            return False
        self._taken(over.leg_id)
        self._failed()
        if self._warned.is_due(media, monotonic()):
            _log.error(
                "asterisk cannot play a sound; `dealerlijn check-config` says which and why",
                extra={"sound": media},
            )
        return True

    def _taken(self, leg_id: LegId) -> PromptStarted | None:
        began, timer = self._held.pop(leg_id, (None, None))
        if timer is not None:
            timer.cancel()
        return began
