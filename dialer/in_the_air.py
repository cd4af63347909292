"""A campaign's attempts that ring: since when, what was known of those whom they call, and whether they need an agent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from calls.facts import AttemptAnswered, AttemptEnded
from calls.ids import CallId
from dialer.breaker import reached_nobody
from dialer.campaign import Traits


@dataclass(frozen=True, slots=True)
class Ringing:
    """An attempt that nobody has answered yet; `chance` that somebody will, as it was when dialled.

    `kept`: an agent is kept for it, so that it needs no other; what becomes of it teaches all the same. `called_off`: we mean to ring
    it no longer, and until it ends somebody may still answer.
    """

    dialled_at: datetime
    traits: Traits | None
    chance: float
    kept: bool = False
    called_off: bool = False


class InTheAir:
    """The attempts of one campaign that ring."""

    def __init__(self) -> None:
        self._ringing: dict[CallId, Ringing] = {}

    def add(self, call_id: CallId, ringing: Ringing) -> None:
        """One more rings."""
        self._ringing[call_id] = ringing

    def take(self, call_id: CallId) -> Ringing | None:
        """It rings no more; None when it did not ring."""
        return self._ringing.pop(call_id, None)

    def resolved(self, fact: AttemptAnswered | AttemptEnded) -> Ringing | None:
        """It rings no more; None when it did not ring, or the trunk refused it, which teaches nothing of who answers."""
        ringing = self.take(fact.call_id)
        refused = isinstance(fact, AttemptEnded) and reached_nobody(
            fact.outcome, fact.cause, fact.ring_seconds
        )
        return None if refused else ringing

    def call_off(self, call_id: CallId) -> None:
        """It is rung no longer."""
        if (ringing := self._ringing.get(call_id)) is not None:
            self._ringing[call_id] = replace(ringing, called_off=True)

    def need_agents(self) -> Sequence[tuple[CallId, Ringing]]:
        """Those for which no agent is kept."""
        return [(call_id, each) for call_id, each in self._ringing.items() if not each.kept]

    def clock_moved(self, by: timedelta) -> None:
        """The clock was set to another time: each rings as long as it does."""
        self._ringing = {
            call_id: replace(each, dialled_at=each.dialled_at + by) for call_id, each in self._ringing.items()
        }
