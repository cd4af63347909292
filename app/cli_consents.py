"""`dealerlijn consent …` and `dealerlijn objection …`: asked of the running program."""

from datetime import datetime
from typing import Annotated

import typer

from app.cli_ask import ask, show
from app.cli_frame import AsJson, at_home, new_commands, show_table, typed
from app.console import consents
from app.console.consents import LedgerAnswer, NewConsent, NewEntry, NewObjection, PersonMeant
from dialer.campaign import CampaignKind, LegalBasis

consent_commands = new_commands()
objection_commands = new_commands()

Dealer = Annotated[str, typer.Option(help="Whose customer it is.")]
Number = Annotated[str | None, typer.Option(help="A number of the person, on one of the dealer's lists.")]
Person = Annotated[int | None, typer.Option(help="The person's id, where a number is several people's.")]
Purpose = Annotated[CampaignKind, typer.Option(help="The kind of calls it is about.")]
Source = Annotated[str, typer.Option(help="How it came to us, such as 'website'.")]
Wording = Annotated[str, typer.Option(help="The words.")]
At = Annotated[
    datetime | None,
    typer.Option(help="When it was said, by the clock in the Netherlands; now when not given."),
]


@consent_commands.command()
def record(
    dealer: Dealer,
    purpose: Purpose,
    source: Source,
    wording: Wording,
    number: Number = None,
    person: Person = None,
    at: At = None,
    basis: Annotated[LegalBasis, typer.Option(help="The ground it proves.")] = LegalBasis.CONSENT,
    as_json: AsJson = False,
) -> None:
    """Record that somebody agreed to be called."""
    body = NewConsent(
        dealer=dealer,
        person=person,
        number=number,
        purpose=purpose,
        source=source,
        wording=wording,
        at=typed(at),
        basis=basis,
    )
    _tell(ask(consents.RECORD_CONSENT, body), as_json)


@consent_commands.command()
def withdraw(
    dealer: Dealer,
    purpose: Purpose,
    source: Source,
    wording: Wording,
    number: Number = None,
    person: Person = None,
    at: At = None,
    as_json: AsJson = False,
) -> None:
    """Record that somebody took a permission back; in force at once."""
    body = NewEntry(
        dealer=dealer,
        person=person,
        number=number,
        purpose=purpose,
        source=source,
        wording=wording,
        at=typed(at),
    )
    _tell(ask(consents.WITHDRAW_CONSENT, body), as_json)


@consent_commands.command("show")
def show_ledger(
    dealer: Dealer, number: Number = None, person: Person = None, as_json: AsJson = False
) -> None:
    """Show what a person agreed to and took back."""
    meant = PersonMeant(dealer=dealer, person=person, number=number)
    _tell(ask(consents.SHOW_CONSENTS, meant), as_json)


@objection_commands.command("record")
def record_objection(
    number: Annotated[str, typer.Argument(help="The number, such as 0612345678.")],
    source: Annotated[str, typer.Option(help="How it came to us, such as 'letter'.")],
    as_json: AsJson = False,
) -> None:
    """Record an objection (verzet) that came otherwise than in a call: for ever, for all dealers."""
    body = NewObjection(number=number, source=source)
    answer = ask(consents.RECORD_OBJECTION, body)
    if as_json:
        show(answer)
        return
    typer.echo(f"from {at_home(answer.in_force_since):%d-%m-%Y %H:%M} on nobody is called there")


def _tell(ledger: LedgerAnswer, as_json: bool) -> None:
    if as_json:
        show(ledger)
        return
    agreed = ", ".join(ledger.in_force)
    if (since := ledger.objected_since) is not None:
        typer.echo(
            f"{ledger.name} ({ledger.person}) has objected, on {at_home(since):%d-%m-%Y %H:%M}: nobody calls, "
            f"whatever was agreed to ({agreed or 'nothing'})"
        )
    else:
        typer.echo(f"{ledger.name} ({ledger.person}) agrees to: {agreed or 'no calls'}")
    if ledger.otherwise:
        others = ", ".join(f"{each.campaign} ({each.basis})" for each in ledger.otherwise)
        typer.echo(
            f"on another ground than consent may call: {others}; "
            "`dealerlijn objection record NUMBER` ends that, for ever and for all dealers"
        )
    show_table(
        ("said", "", "purpose", "ground", "source", "words", "recorded by"),
        [
            (
                f"{at_home(entry.at):%Y-%m-%d %H:%M}",
                entry.action,
                entry.purpose,
                entry.basis,
                entry.source,
                entry.wording,
                entry.recorded_by,
            )
            for entry in ledger.entries
        ],
        "nothing is on record",
    )
