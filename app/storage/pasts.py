"""What there was with people before: attempts to their numbers and to them, and the calls in which they rang a dealer."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, literal_column, or_, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import tables
from app.storage.among import among
from calls.ids import CampaignId
from calls.words import AttemptOutcome
from dialer.campaign import PastAttempt, PastInbound


class Past:
    """Attempts found by number or by person, calls from them, and calls that were agreed with them."""

    def __init__(
        self,
        attempts: Iterable[Row[Any]],
        calls: Iterable[Row[Any]],
        agreed: Sequence[Row[Any]],
        person_of: Mapping[int, int],
    ) -> None:
        self._agreed = agreed
        self._by_number: dict[str, set[PastAttempt]] = defaultdict(set)
        self._by_customer: dict[int, set[PastAttempt]] = defaultdict(set)
        self._from_number: dict[tuple[str, str], set[PastInbound]] = defaultdict(set)
        self._from_customer: dict[int, set[PastInbound]] = defaultdict(set)
        for row in attempts:
            outcome = AttemptOutcome(row.outcome) if row.outcome is not None else None
            if outcome is AttemptOutcome.MACHINE and row.abandoned_at is not None:
                outcome = AttemptOutcome.ABANDONED  # it was a person
            attempt = PastAttempt(CampaignId(row.campaign_id), row.committed_at, outcome, row.abandoned_at)
            self._by_number[row.number_hash].add(attempt)
            self._by_customer[row.customer_id].add(attempt)
        for row in calls:
            returns = None if row.campaign_id is None else CampaignId(row.campaign_id)
            inbound = PastInbound(returns, row.arrived_at, row.ended_at is not None)
            self._from_number[row.dealer, row.cli].add(inbound)
            if row.contact_id in person_of:
                self._from_customer[person_of[row.contact_id]].add(inbound)

    def of(self, number_hash: str, customer_id: int) -> tuple[PastAttempt, ...]:
        """The attempts to this number or person, each once, oldest first."""
        found = self._by_number[number_hash] | self._by_customer[customer_id]
        return tuple(sorted(found, key=lambda attempt: attempt.at))

    def inbound(self, dealer: str, number: str, customer_id: int) -> tuple[PastInbound, ...]:
        """The calls to this dealer from this number or person, each once, oldest first."""
        found = self._from_number[dealer, number] | self._from_customer[customer_id]
        return tuple(sorted(found, key=lambda call: call.at))

    def agreed(self, contact_id: int, number_hash: str, customer_id: int) -> tuple[datetime, ...]:
        """The moments of the calls agreed with this number or person as other contacts than this one."""
        theirs = {
            row.not_before
            for row in self._agreed
            if row.contact_id != contact_id
            and (row.number_hash == number_hash or row.customer_id == customer_id)
        }
        return tuple(sorted(theirs))


async def past_of(connection: AsyncConnection, rows: Sequence[Row[Any]]) -> Past:
    """The past of these contacts, their numbers and their people."""
    people = {"numbers": [row.number_hash for row in rows], "customers": [row.customer_id for row in rows]}
    attempts = (await connection.execute(ATTEMPTS, people)).all()
    # Who was rung can return the call: the person's other contacts are found among the attempts.
    person_of = {row.contact_id: row.customer_id for row in (*rows, *attempts)}
    callers = {"numbers": [row.number for row in rows], "contacts": list(person_of)}
    calls = (await connection.execute(INBOUND, callers)).all()
    return Past(attempts, calls, (await connection.execute(AGREED, people)).all(), person_of)


ATTEMPTS: Select[Any] = select(
    tables.attempts.c.number_hash,
    tables.attempts.c.customer_id,
    tables.attempts.c.contact_id,
    tables.attempts.c.campaign_id,
    tables.attempts.c.committed_at,
    tables.attempts.c.outcome,
    tables.attempts.c.abandoned_at,
).where(
    or_(
        among(tables.attempts.c.number_hash, "numbers"),
        among(tables.attempts.c.customer_id, "customers"),
    )
)
_CALLS = select(
    *(
        tables.calls.c[name]
        for name in ("dealer", "cli", "contact_id", "campaign_id", "arrived_at", "ended_at")
    )
).where(or_(tables.CALL_OPEN, tables.calls.c.connected_at.is_not(None)))
INBOUND = union_all(
    _CALLS.where(among(tables.calls.c.cli, "numbers")),
    _CALLS.where(tables.CALL_RETURNED, among(tables.calls.c.contact_id, "contacts")),
)
_AGREED = select(
    *(tables.contacts.c[name] for name in ("contact_id", "number_hash", "customer_id", "not_before"))
).where(
    tables.CONTACT_AGREED,
    tables.contacts.c.state != literal_column("'closed'"),
    tables.contacts.c.not_before.is_not(None),
)
AGREED = union_all(
    _AGREED.where(among(tables.contacts.c.number_hash, "numbers")),
    _AGREED.where(among(tables.contacts.c.customer_id, "customers")),
)
