"""The workshop's places as people tell and see them."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

import msgspec

from app.clock import Clock
from app.control_errors import OutOfBounds, UnknownDealer
from app.storage.audit import AuditEntry
from app.storage.workshop_capacity import SqlWorkshopCapacity
from calls.ids import DealerId
from dialer.due import day_at_home
from dialer.workshop import WorkshopDay

DAYS_SHOWN = 28
_FURTHEST = timedelta(days=2 * 366)


class Workshop:
    """The places of the dealers. Every method raises UnknownDealer, and StoreUnavailable when the database is away."""

    def __init__(self, store: SqlWorkshopCapacity, clock: Clock, dealers: Collection[DealerId]) -> None:
        self._store = store
        self._clock = clock
        self._dealers = dealers

    async def places(self, dealer: DealerId) -> Sequence[WorkshopDay]:
        """The known days of the coming four weeks, today's first."""
        self._check(dealer)
        return await self._store.places(dealer, self._today(), DAYS_SHOWN)

    async def set_places(
        self, dealer: DealerId, days: Sequence[WorkshopDay], who: str
    ) -> Sequence[WorkshopDay]:
        """Store the places of some days; campaigns follow within half a minute. Raises OutOfBounds when a day comes twice,
        is over, or is more than two years ahead.
        """
        self._check(dealer)
        seen = [day.day for day in days]
        if len(set(seen)) < len(seen):
            raise OutOfBounds({"days": "has a day twice: give each day once"})
        today = self._today()
        for day in seen:
            if day < today:
                raise OutOfBounds({"days": f"has {day}, which is over: give today ({today}) or a later day"})
            if day > today + _FURTHEST:
                raise OutOfBounds({"days": f"has {day}, more than two years ahead: look at the year"})
        after = msgspec.json.encode(days).decode()
        entry = AuditEntry(self._clock.now(), who, "workshop_capacity", dealer, "null", after)
        await self._store.set_places(dealer, days, entry)
        return await self.places(dealer)

    def _today(self) -> date:
        return day_at_home(self._clock.now())

    def _check(self, dealer: DealerId) -> None:
        if dealer not in self._dealers:
            raise UnknownDealer(dealer, self._dealers)
