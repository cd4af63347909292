"""What the trunk still bears, over all campaigns (`dialer.ports.TrunkRoom`). A restart refills nothing.

While Asterisk is out of reach it bears nothing: an attempt that cannot be dialled would cost its contact a turn.
"""

from collections import deque
from datetime import datetime, timedelta

from calls.facts import AsteriskLost, AsteriskReached, AttemptCommitted, AttemptEnded, Fact
from dialer import caps
from dialer.caps import Bucket, TrunkCaps

_DAY = timedelta(hours=24)


class TrunkGate:
    """Counts what is in the air and what was dialled. `in_flight` and `dialled_today` begin at what the database says.

    What was dialled before `now` counts as dialled at `now`: its own times are not known here.
    """

    def __init__(self, limits: TrunkCaps, now: datetime, in_flight: int, dialled_today: int) -> None:
        self._caps = limits
        self._bucket = Bucket(now)
        self.in_flight = in_flight
        self._reachable = False
        self._dialled = deque([now] * dialled_today)

    def on_fact(self, fact: Fact) -> None:
        """Count attempts as they begin and end, and follow the way to Asterisk."""
        match fact:
            case AttemptCommitted(at=at):
                self.in_flight += 1
                self._dialled.append(at)
            case AttemptEnded():
                self.in_flight = max(0, self.in_flight - 1)
            case AsteriskLost():
                self._reachable = False
            case AsteriskReached():
                self._reachable = True
            case _:
                pass

    def room(self, now: datetime) -> int:
        """How many attempts may start now."""
        if not self._reachable:
            return 0
        while self._dialled and now - self._dialled[0] >= _DAY:
            self._dialled.popleft()
        return caps.room(
            self._bucket, self._caps, in_flight=self.in_flight, dialled_today=len(self._dialled), now=now
        )

    def take(self, wanted: int, now: datetime) -> int:
        """Use up room for at most `wanted` attempts; how many it was."""
        taken = min(wanted, self.room(now))
        self._bucket = caps.take(self._bucket, self._caps, taken, now)
        return taken
