"""The consent ledger as people use it: recording what somebody agreed to, what they took back, and showing it."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.clock import Clock
from app.control_errors import AmbiguousPerson, OutOfBounds, UnknownDealer
from app.storage.audit import AuditEntry, record_change
from app.storage.consents import (
    Person,
    campaigns_without_consent,
    entries_of,
    objected_since,
    people_at,
    person_with_id,
    record_entry,
    withdrawals_beside,
)
from app.storage.database import Database
from app.storage.objections import record_objection_by_hand
from calls.ids import CampaignId, DealerId
from customers.consent import ConsentAction, ConsentEntry, consent_in_force
from dialer.campaign import CampaignKind, LegalBasis


@dataclass(frozen=True, slots=True)
class Who:
    """A person meant: by our own number for them, or by a phone number (E.164) of a dealer's lists."""

    dealer: DealerId
    person: int | None = None
    e164: str | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A person's entries, oldest first, and the kinds of calls to which they agree now.

    A number of theirs counts only where nobody else with it has withdrawn since. After an objection nobody calls them, whatever
    they agreed to; without one the campaigns in `otherwise` may call them on another ground than their consent.
    """

    person: Person
    entries: Sequence[ConsentEntry]
    in_force: Sequence[CampaignKind]
    objected_since: datetime | None
    otherwise: Sequence[tuple[CampaignId, LegalBasis]]


class Consents:
    """The ledger. Every method raises UnknownDealer, AmbiguousPerson, and StoreUnavailable when the database is away."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        dealers: Collection[DealerId],
        objected: Callable[[], Awaitable[None]],
    ) -> None:
        """`objected` calls off what rings at whoever has just objected, or taken a consent back."""
        self._objected = objected
        self._database = database
        self._clock = clock
        self._dealers = dealers

    async def record(
        self,
        who: Who,
        action: ConsentAction,
        purpose: CampaignKind,
        source: str,
        wording: str,
        at: datetime | None,
        recorded_by: str,
        basis: LegalBasis = LegalBasis.CONSENT,
    ) -> Ledger:
        """Add an entry, in force when this returns; without `at` it was said now. Raises OutOfBounds for the future.

        A phone that rings on a consent that is taken back is hung up on.
        """
        now = self._clock.now()
        if at is not None and at > now:
            raise OutOfBounds({"at": "is in the future: give the moment at which it was said"})
        person = await self._person(who)
        entry = ConsentEntry(
            person.person, purpose, action, basis, at or now, source, wording, now, recorded_by
        )
        await record_entry(self._database, entry)
        if action is ConsentAction.WITHDRAWN:
            await self._objected()
        after = msgspec.json.encode({"purpose": purpose, "basis": basis, "at": entry.at}).decode()
        subject = f"person {person.person}"
        await record_change(
            self._database, AuditEntry(now, recorded_by, f"consent_{action}", subject, "null", after)
        )
        return await self._ledger(person)

    async def object_to_calls(self, e164: str, source: str, recorded_by: str) -> datetime:
        """Nobody at this number is called again, by any dealer, once this returns; a phone that rings is hung up on.

        Returns since when.
        """
        now = self._clock.now()
        after = msgspec.json.encode({"source": source}).decode()
        entry = AuditEntry(now, recorded_by, "objection_recorded", "number", "null", after)
        await record_objection_by_hand(self._database, e164, now, entry)
        await self._objected()
        return now

    async def show(self, who: Who) -> Ledger:
        """What a person agreed to and took back."""
        return await self._ledger(await self._person(who))

    async def _ledger(self, person: Person) -> Ledger:
        entries, now = await entries_of(self._database, person.person), self._clock.now()
        beside = await withdrawals_beside(self._database, person) or [[]]
        in_force = [
            kind
            for kind in CampaignKind
            if any(
                consent_in_force([*entries, *others], kind, LegalBasis.CONSENT, now) is not None
                for others in beside
            )
        ]
        objected_at = await objected_since(self._database, person)
        otherwise = () if objected_at is not None else await campaigns_without_consent(self._database, person)
        return Ledger(person, entries, in_force, objected_at, otherwise)

    async def _person(self, who: Who) -> Person:
        if who.dealer not in self._dealers:
            raise UnknownDealer(who.dealer, self._dealers)
        if who.person is not None:
            found = await person_with_id(self._database, who.person)
            people: Sequence[Person] = [found] if found is not None and found.dealer == who.dealer else []
        else:
            people = await people_at(self._database, who.dealer, who.e164 or "")
        if len(people) != 1:
            raise AmbiguousPerson({person.person: person.name for person in people})
        return people[0]
