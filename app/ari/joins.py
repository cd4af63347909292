"""When legs came into a bridge, by Asterisk's own time.

Asterisk's answer to the request to join says that a leg was sent in. Who hangs up at that moment may be sent in all the
same, and comes in after the hang-up: such a leg hears nobody, and its join is none.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from calls.ids import BridgeId, LegId
from calls.legs import AnswererHeard, HoldChanged, LegArrived, LegEnded, LegFact, LegJoined, LegLeft

# The news comes within milliseconds of the answer. A leg in its first second after the answer has a lease that outlasts this.
NEWS_SECONDS = 0.5
_REMEMBERED = 1000


class Joins:
    """Hears what happens to legs, before their calls do, and tells those who wait for a join."""

    def __init__(self, news_seconds: float = NEWS_SECONDS) -> None:
        self._news_seconds = news_seconds
        self._last: dict[LegId, LegJoined | LegEnded | LegLeft] = {}
        self._news: dict[LegId, asyncio.Event] = {}

    def on_fact(self, fact: LegFact | LegJoined | AnswererHeard | HoldChanged) -> None:
        """Take in a fact of a leg. Of one that comes, or comes back, nothing is known any more."""
        if isinstance(fact, LegArrived):
            self._last.pop(fact.leg_id, None)
        if not isinstance(fact, LegJoined | LegEnded | LegLeft):
            return
        before = self._last.pop(fact.leg_id, None)
        if isinstance(fact, LegJoined) or not isinstance(before, LegJoined):
            # Who came in and left since had come in.
            before = fact
        self._last[fact.leg_id] = before
        if len(self._last) > _REMEMBERED:
            del self._last[next(iter(self._last))]
        if (news := self._news.get(fact.leg_id)) is not None:
            news.set()

    async def moment(
        self, bridge_id: BridgeId, legs: Sequence[LegId], now: Callable[[], datetime]
    ) -> datetime | None:
        """When the last of the legs was in the bridge, after Asterisk sent them in; None when one of them had hung up before.

        That leg's end is told to its call. Where Asterisk tells nothing, it is now.
        """
        told = [fact for leg_id in legs if (fact := await self._told(bridge_id, leg_id)) is not None]
        joined = [fact.at for fact in told if isinstance(fact, LegJoined) and not fact.hung_up]
        if len(joined) < len(told):
            return None
        return max(joined) if len(joined) == len(legs) else now()

    async def _told(self, bridge_id: BridgeId, leg_id: LegId) -> LegJoined | LegEnded | LegLeft | None:
        news = self._news[leg_id] = asyncio.Event()
        try:
            async with asyncio.timeout(self._news_seconds):
                while not _is_of(fact := self._last.get(leg_id), bridge_id):
                    await news.wait()
                    news.clear()
            return fact
        except TimeoutError:
            return None
        finally:
            del self._news[leg_id]


def _is_of(fact: LegJoined | LegEnded | LegLeft | None, bridge_id: BridgeId) -> bool:
    return fact is not None and (not isinstance(fact, LegJoined) or fact.bridge_id == bridge_id)
