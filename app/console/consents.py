"""The consent ledger in the API."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from app.consents import Ledger, Who
from app.console.fields import Ask, Moment, Note, Number, Slug, Title
from app.console.routes import AnyRoute, Asked, Nothing, changing
from app.control import Control
from calls.ids import DealerId
from customers.consent import ConsentAction
from dialer.campaign import CampaignKind, LegalBasis

_MOST_PEOPLE = 2**63 - 1  # what the database can count to


class PersonMeant(Ask):
    """A customer of a dealer: by the id we gave, or by a number on one of the dealer's lists."""

    dealer: Slug
    person: Annotated[int, Field(ge=1, le=_MOST_PEOPLE)] | None = None
    number: Number | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> "PersonMeant":
        if (self.person is None) == (self.number is None):
            raise ValueError("give either `person` or `number`")
        return self


class NewEntry(PersonMeant):
    """What somebody said: `source` is how it came to us, `wording` the words, `at` when (now when left out)."""

    purpose: CampaignKind
    source: Title
    wording: Annotated[Note, Field(min_length=1)]
    at: Moment | None = None


class NewConsent(NewEntry):
    """A permission, or the proof of another ground."""

    basis: LegalBasis = LegalBasis.CONSENT


class NewObjection(Ask):
    """A number whose owner does not want to be called. `source` is how it came to us, such as `letter`; no name in it."""

    number: Number
    source: Title


class ObjectionAnswer(BaseModel):
    """Since when nobody calls there."""

    in_force_since: datetime


class EntryAnswer(BaseModel):
    """One entry of the ledger."""

    action: ConsentAction
    purpose: CampaignKind
    basis: LegalBasis
    at: datetime
    source: str
    wording: str
    recorded_at: datetime
    recorded_by: str


class LedgerAnswer(BaseModel):
    """A person's entries, oldest first. `in_force` has the kinds of calls to which the person agrees now."""

    person: int
    dealer: str
    name: str
    in_force: list[CampaignKind]
    entries: list[EntryAnswer]


async def record_consent(control: Control, asked: Asked[NewConsent, Nothing]) -> LedgerAnswer:
    """Record that somebody agreed to be called; whoever waited for it on a list can be called from now on."""
    return await _record(control, asked.body, ConsentAction.GIVEN, asked.who, asked.body.basis)


async def withdraw_consent(control: Control, asked: Asked[NewEntry, Nothing]) -> LedgerAnswer:
    """Record that somebody took a permission back; it is in force at once."""
    return await _record(control, asked.body, ConsentAction.WITHDRAWN, asked.who, LegalBasis.CONSENT)


async def show_consents(control: Control, asked: Asked[PersonMeant, Nothing]) -> LedgerAnswer:
    """What a person agreed to and took back; the number is in the body, so that no address holds it."""
    return _answer(await control.consents.show(_who(asked.body)))


async def record_objection(control: Control, asked: Asked[NewObjection, Nothing]) -> ObjectionAnswer:
    """Record an objection that came otherwise than in a call: in force at once, for ever, for all dealers."""
    since = await control.consents.object_to_calls(asked.body.number, asked.body.source, asked.who)
    return ObjectionAnswer(in_force_since=since)


async def _record(
    control: Control, body: NewEntry, action: ConsentAction, who: str, basis: LegalBasis
) -> LedgerAnswer:
    return _answer(
        await control.consents.record(
            _who(body), action, body.purpose, body.source, body.wording, body.at, who, basis
        )
    )


def _who(meant: PersonMeant) -> Who:
    return Who(DealerId(meant.dealer), meant.person, meant.number)


def _answer(ledger: Ledger) -> LedgerAnswer:
    return LedgerAnswer(
        person=ledger.person.person,
        dealer=ledger.person.dealer,
        name=ledger.person.name,
        in_force=list(ledger.in_force),
        entries=[
            EntryAnswer(
                action=entry.action,
                purpose=CampaignKind(entry.purpose),
                basis=LegalBasis(entry.basis),
                at=entry.at,
                source=entry.source,
                wording=entry.wording,
                recorded_at=entry.recorded_at,
                recorded_by=entry.recorded_by,
            )
            for entry in ledger.entries
        ],
    )


RECORD_CONSENT = changing("POST", "/consents", record_consent, NewConsent, LedgerAnswer, 201)
WITHDRAW_CONSENT = changing("POST", "/consents/withdraw", withdraw_consent, NewEntry, LedgerAnswer, 201)
SHOW_CONSENTS = changing("POST", "/consents/show", show_consents, PersonMeant, LedgerAnswer)
RECORD_OBJECTION = changing("POST", "/objections", record_objection, NewObjection, ObjectionAnswer, 201)

ROUTES: tuple[AnyRoute, ...] = (RECORD_CONSENT, WITHDRAW_CONSENT, SHOW_CONSENTS, RECORD_OBJECTION)
