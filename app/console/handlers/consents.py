"""What serves the routes of `app.console.consents`."""

from app.consents import Ledger, Who
from app.console.consents import (
    RECORD_CONSENT,
    RECORD_OBJECTION,
    SHOW_CONSENTS,
    WITHDRAW_CONSENT,
    EntryAnswer,
    LedgerAnswer,
    NewConsent,
    NewEntry,
    NewObjection,
    ObjectionAnswer,
    OtherGround,
    PersonMeant,
)
from app.console.operations import AnyOperation, Asked, Operation
from app.console.routes import Nothing
from app.control import Control
from calls.ids import DealerId
from customers.consent import ConsentAction
from dialer.campaign import CampaignKind, LegalBasis


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
        objected_since=ledger.objected_since,
        otherwise=[OtherGround(campaign=campaign, basis=basis) for campaign, basis in ledger.otherwise],
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


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(RECORD_CONSENT, record_consent),
    Operation(WITHDRAW_CONSENT, withdraw_consent),
    Operation(SHOW_CONSENTS, show_consents),
    Operation(RECORD_OBJECTION, record_objection),
)
