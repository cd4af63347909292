"""What the trunk still bears, over all campaigns. A restart refills nothing.

`DealerRoom` is a dealer's part of it (`dialer.ports.TrunkRoom`): when several dealers want more than there is, each has its share.
While Asterisk or the trunk is out of reach it bears nothing: an attempt that cannot be dialled would cost its contact a turn. Nor before
it is known who objected while nobody listened. A trunk that refuses whatever it is sent is tried now and then (`dialer.breaker`).
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from calls.facts import (
    AsteriskLost,
    AsteriskReached,
    AttemptAnswered,
    AttemptCommitted,
    AttemptEnded,
    Fact,
)
from calls.ids import DealerId
from dialer import breaker, caps
from dialer.breaker import Breaker, TrunkState
from dialer.caps import Bucket, TrunkCaps
from dialer.fairness import fair_room

_DAY = timedelta(hours=24)
# A campaign looks once a second; whoever still lacks room says so again.
_LACKS_FOR = timedelta(seconds=3)
_log = logging.getLogger(__name__)


class TrunkGate:
    """Counts what is in the air and what was dialled. Both begin at what the database says.

    `in_flight` is by dealer, `dialled` how many were dialled at which moments of the last day; a moment after `now` is taken for `now`.
    `heard`: whether every objection is stored that Asterisk alone heard; `in_reach`: whether the trunk answers, as far as is known.
    """

    def __init__(
        self,
        limits: TrunkCaps,
        now: datetime,
        in_flight: Mapping[DealerId, int],
        dialled: Mapping[datetime, int],
        heard: Callable[[], bool],
        in_reach: Callable[[], bool],
    ) -> None:
        self._caps = limits
        self._heard = heard
        self._in_reach = in_reach
        self._breaker = Breaker()
        self._bucket = Bucket(now)
        self.in_flight = sum(in_flight.values())
        self._reachable = False
        self._dialled = deque(min(at, now) for at in sorted(dialled) for _ in range(dialled[at]))
        self._of_dealer: Counter[DealerId] = Counter(in_flight)
        self._lacking: dict[DealerId, datetime] = {}

    def on_fact(self, fact: Fact) -> None:
        """Count attempts as they begin and end, and follow the way to Asterisk."""
        match fact:
            case AttemptCommitted(at=at, dealer=dealer):
                self.in_flight += 1
                self._of_dealer[dealer] += 1
                self._dialled.append(at)
                self._break(breaker.tried(self._breaker, at))
            case AttemptAnswered():
                self.rang()
            case AttemptEnded(dealer=dealer):
                self.in_flight = max(0, self.in_flight - 1)
                self._of_dealer[dealer] = max(0, self._of_dealer[dealer] - 1)
                self._break(
                    breaker.after_end(self._breaker, fact.outcome, fact.cause, fact.ring_seconds, fact.at)
                )
            case AsteriskLost():
                self._reachable = False
            case AsteriskReached():
                self._reachable = True
            case _:
                pass

    def rang(self) -> None:
        """A phone rings that was dialled through the trunk: it takes calls."""
        self._break(breaker.taken())

    def _break(self, after: Breaker) -> None:
        before, self._breaker = self._breaker, after
        if after.is_open and not before.is_open:
            _log.error("the trunk refuses calls; one is tried now and then", extra={"refused": after.refused})
        if before.is_open and not after.is_open:
            _log.warning("the trunk takes calls again", extra={"refused": before.refused})

    @property
    def refuses(self) -> bool:
        """Whether the trunk refuses whatever it is sent."""
        return self._breaker.is_open

    def state(self) -> TrunkState:
        """Whether attempts can go out, as far as is known."""
        if not self._in_reach():
            return TrunkState.UNREACHABLE
        return TrunkState.REFUSES if self.refuses else TrunkState.WELL

    def clock_moved(self, by: timedelta) -> None:
        """The wall clock was set to another time: move along all moments kept here, so that no cap is refilled."""
        self._bucket = replace(self._bucket, at=self._bucket.at + by)
        self._breaker = breaker.moved(self._breaker, by)
        self._dialled = deque(at + by for at in self._dialled)
        self._lacking = {dealer: at + by for dealer, at in self._lacking.items()}

    def room(self, now: datetime) -> int:
        """How many attempts may start now."""
        if not self._reachable or not self._in_reach() or not self._heard():
            return 0
        while self._dialled and now - self._dialled[0] >= _DAY:
            self._dialled.popleft()
        room = caps.room(
            self._bucket, self._caps, in_flight=self.in_flight, dialled_today=len(self._dialled), now=now
        )
        return breaker.within(self._breaker, room, now)

    def take(self, wanted: int, now: datetime) -> int:
        """Use up room for at most `wanted` attempts; how many it was."""
        taken = min(wanted, self.room(now))
        self._bucket = caps.take(self._bucket, self._caps, taken, now)
        if taken:
            self._breaker = breaker.about_to_try(self._breaker, now)
        return taken

    def room_of(self, dealer: DealerId, now: datetime) -> int:
        """How many of these attempts may be this dealer's, while others lack room too."""
        lacking = {each for each, since in self._lacking.items() if now - since < _LACKS_FOR}
        return fair_room(self.room(now), self._of_dealer, dealer, lacking)

    def lack(self, dealer: DealerId, now: datetime) -> None:
        """Note that a dealer would start more."""
        self._lacking[dealer] = now


class DealerRoom:
    """The trunk as one dealer's campaigns see it."""

    def __init__(self, gate: TrunkGate, dealer: DealerId) -> None:
        self._gate = gate
        self._dealer = dealer

    def room(self, now: datetime) -> int:
        """How many attempts may start now."""
        return self._gate.room_of(self._dealer, now)

    def take(self, wanted: int, now: datetime) -> int:
        """Use up room for at most `wanted` attempts; how many it was."""
        return self._gate.take(min(wanted, self.room(now)), now)

    def lack(self, now: datetime) -> None:
        """Note that more would be started if there were room."""
        self._gate.lack(self._dealer, now)

    def state(self) -> TrunkState:
        """Whether attempts can go out, as far as is known."""
        return self._gate.state()
