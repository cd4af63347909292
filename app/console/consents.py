"""The consent ledger in the API."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field, model_validator

from app.console.fields import Ask, Moment, Note, Number, Slug, Title
from app.console.routes import changing
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


class OtherGround(BaseModel):
    """A campaign that calls on another ground than consent."""

    campaign: str
    basis: LegalBasis


class LedgerAnswer(BaseModel):
    """A person's entries, oldest first. `in_force` has the kinds of calls to which the person agrees now.

    `objected_since`: since then nobody calls them, whatever they agreed to. `otherwise`: who may call them whatever they take back.
    """

    person: int
    dealer: str
    name: str
    in_force: list[CampaignKind]
    objected_since: datetime | None
    otherwise: list[OtherGround]
    entries: list[EntryAnswer]


RECORD_CONSENT = changing("POST", "/consents", NewConsent, LedgerAnswer, 201)
WITHDRAW_CONSENT = changing("POST", "/consents/withdraw", NewEntry, LedgerAnswer, 201)
SHOW_CONSENTS = changing("POST", "/consents/show", PersonMeant, LedgerAnswer)
RECORD_OBJECTION = changing("POST", "/objections", NewObjection, ObjectionAnswer, 201)
