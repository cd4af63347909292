"""Recognising a caller who returns a campaign's call."""

from collections.abc import Callable, Container

from app.dealers import Dealer
from app.shown_numbers import ANSWERABLE
from app.storage.contact_list import load_hash_key
from app.storage.database import Database
from app.storage.returned_calls import returned_call
from calls.facts import CallArrived
from customers.person import number_hash
from dialer.kinds import answering_department
from ivr.flow import LOOK_UP_SECONDS
from ivr.recognition import Recognised


class ReturnedCalls:
    """Asks the database, for no longer than a caller is kept without an answer."""

    def __init__(self, database: Database, shown: Callable[[], Container[str]]) -> None:
        """`shown` are the numbers that campaigns show now: nobody returns a call to any other."""
        self._database = database
        self._shown = shown
        self._hash_key: bytes | None = None

    async def look_up(self, dealer: Dealer, arrived: CallArrived) -> Recognised | None:
        """Return the contact who calls back, and the department that serves the campaign at this dealer.

        None when the caller is not known, or hides the number. Raises StoreUnavailable.
        """
        shown_number = dealer.number_in_full(arrived.ddi)
        if arrived.cli is None or shown_number is None or shown_number not in self._shown():
            return None
        since = arrived.at - ANSWERABLE
        hashed = number_hash(await self._key(), arrived.cli)
        found = await returned_call(self._database, hashed, shown_number, since, LOOK_UP_SECONDS)
        if found is None:
            return None
        department = answering_department(found.kind, found.department)
        # The settings may have lost a queue since the campaign was set up.
        if department not in dealer.queues:
            department = dealer.entry.menu.default
        return Recognised(found.campaign_id, found.contact_id, department)

    async def _key(self) -> bytes:
        # It is never changed: one reading of it less before each caller is greeted.
        if self._hash_key is None:
            self._hash_key = await load_hash_key(self._database, LOOK_UP_SECONDS)
        return self._hash_key
