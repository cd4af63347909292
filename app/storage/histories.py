"""The contacts next on a list with all that the rules need to know of them, read with two queries."""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    ScalarSelect,
    Select,
    String,
    Table,
    bindparam,
    exists,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import tables
from app.storage.among import among
from app.storage.consent_tables import consents, objections, refusals
from app.storage.conversation_tables import wrong_numbers
from app.storage.preview_table import previews
from calls.ids import CallId, CampaignId, ContactId
from calls.numbers import NumberKind, PhoneNumber
from calls.words import AttemptOutcome
from customers.consent import ConsentAction
from dialer.campaign import ContactHistory, LegalBasis, PastAttempt
from dialer.list_order import has_waited, ranks_beside, urgency


@dataclass(frozen=True, slots=True)
class Candidate:
    """A contact next on the list, with its history as it is in this transaction.

    `equals`: the same for those among whom the order may be chosen, None for who comes strictly in order.
    """

    contact_id: ContactId
    customer_id: int
    number_hash: str
    display_name: str
    language: str | None
    history: ContactHistory
    equals: tuple[bool, int] | None


async def next_candidates(
    connection: AsyncConnection,
    campaign_id: CampaignId,
    limit: int,
    dates_first: Sequence[date] = (),
    languages: Sequence[str] = (),
) -> list[Candidate]:
    """Return ready contacts of a running campaign in list order, locked, without those another transaction holds.

    A contact whose language was noted is left out, unless `languages` has it. Among those as urgent as the first of the list, the ones with a date in `dates_first` come first, in its order.
    """
    wanted = {"campaign": campaign_id, "languages": languages}
    rows = (await connection.execute(NEXT, {**wanted, "count": limit})).all()
    if not rows:
        return []
    preferred: set[int] = set()
    if dates_first and not has_waited(rows[0].list_rank):
        first = await _with_dates(connection, wanted, rows[0].list_rank, dates_first, limit)
        preferred = {row.contact_id for row in first}
        found = {row.contact_id: row for row in (*first, *rows)}
        rows = list(found.values())[:limit]
    # Whoever shows a contact to an agent locks it first: of those locked here it is certain now who is shown.
    shown = set((await connection.execute(_SHOWN, {"campaign": campaign_id})).scalars())
    rows = [row for row in rows if row.contact_id not in shown]
    people = {"numbers": [row.number_hash for row in rows], "customers": [row.customer_id for row in rows]}
    past = _Past(await connection.execute(_PAST, people))
    return [_candidate(row, past, preferred) for row in rows]


def _equals(row: Row[Any], preferred: Container[int]) -> tuple[bool, int] | None:
    urgent = urgency(row.list_rank)
    return None if urgent is None else (row.contact_id in preferred, urgent)


async def ready_candidate(connection: AsyncConnection, contact_id: ContactId) -> Candidate | None:
    """Return one contact of a running campaign, locked; None when it is not ready or another transaction holds it."""
    row = (await connection.execute(_READY, {"contact": contact_id})).one_or_none()
    if row is None:
        return None
    people = {"numbers": [row.number_hash], "customers": [row.customer_id]}
    return _candidate(row, _Past(await connection.execute(_PAST, people)))


async def history_of(
    connection: AsyncConnection, contact_id: ContactId, besides: CallId | None = None
) -> ContactHistory:
    """Return the history of one contact, whatever its state and its campaign's, without what was said in the call `besides`."""
    row = (await connection.execute(_ONE, {"contact": contact_id, "besides": besides})).one()
    people = {"numbers": [row.number_hash], "customers": [row.customer_id]}
    history = _candidate(row, _Past(await connection.execute(_PAST, people))).history
    closed = row.closed_reason is not None and (besides is None or row.closed_by != besides)
    return replace(history, closed=closed, closed_reason=row.closed_reason if closed else None)


async def _with_dates(
    connection: AsyncConnection, wanted: Mapping[str, Any], rank: int, dates: Sequence[date], limit: int
) -> list[Row[Any]]:
    """Ready contacts as urgent as one of this rank, with these dates."""
    rows: list[Row[Any]] = []
    for day in dates:
        if len(rows) >= limit:
            break
        lowest, highest = ranks_beside(rank, day)
        asked = {
            **wanted,
            "count": limit - len(rows),
            "lowest": lowest,
            "highest": highest,
        }
        rows += (await connection.execute(NEXT_WITH_DATE, asked)).all()
    return rows


class _Past:
    """Attempts found by number or by person."""

    def __init__(self, rows: Iterable[Row[Any]]) -> None:
        self._by_number: dict[str, set[PastAttempt]] = defaultdict(set)
        self._by_customer: dict[int, set[PastAttempt]] = defaultdict(set)
        for row in rows:
            outcome = AttemptOutcome(row.outcome) if row.outcome is not None else None
            if outcome is AttemptOutcome.MACHINE and row.abandoned_at is not None:
                outcome = AttemptOutcome.ABANDONED  # it was a person
            attempt = PastAttempt(CampaignId(row.campaign_id), row.committed_at, outcome, row.abandoned_at)
            self._by_number[row.number_hash].add(attempt)
            self._by_customer[row.customer_id].add(attempt)

    def of(self, number_hash: str, customer_id: int) -> tuple[PastAttempt, ...]:
        """The attempts to this number or person, each once, oldest first."""
        found = self._by_number[number_hash] | self._by_customer[customer_id]
        return tuple(sorted(found, key=lambda attempt: attempt.at))


def _candidate(row: Row[Any], past: _Past, preferred: Container[int] = ()) -> Candidate:
    return Candidate(
        contact_id=ContactId(row.contact_id),
        customer_id=row.customer_id,
        number_hash=row.number_hash,
        display_name=row.display_name,
        language=row.language,
        history=ContactHistory(
            contact_id=ContactId(row.contact_id),
            number=PhoneNumber(row.number),
            number_kind=NumberKind(row.number_kind),
            timezone=row.timezone,
            consent_at=row.consent_at,
            objected_at=row.objected_at,
            refused_at=row.refused_at,
            not_before=row.not_before,
            closed=False,
            past=past.of(row.number_hash, row.customer_id),
            resume_at=row.resume_at,
            wrong_number=row.wrong_number,
        ),
        equals=_equals(row, preferred),
    )


def _earliest_objection() -> ScalarSelect[datetime | None]:
    return (
        select(func.min(objections.c.at))
        .where(_same_person(objections))
        .correlate(tables.contacts)
        .scalar_subquery()
    )


def _latest_refusal(*which: ColumnElement[bool]) -> ScalarSelect[datetime | None]:
    """The last refusal to any campaign of the same dealer, of those that meet the conditions."""
    return (
        select(func.max(refusals.c.at))
        .where(refusals.c.dealer == tables.campaigns.c.dealer, _same_person(refusals), *which)
        .correlate(tables.contacts, tables.campaigns)
        .scalar_subquery()
    )


def latest_consent() -> ScalarSelect[datetime | None]:
    """The last consent of this person to this kind of call that was not withdrawn since, as `customers.consent` says: by the
    person, or by anybody whom the dealer knows with this number, since one person may be written in two ways.
    """
    withdrawals, beside = consents.alias(), tables.contacts.alias()
    # Queries of their own, and no joins: a database that has not counted its rows yet would read all of the ledger for a join.
    dealer = select(tables.customers.c.dealer).where(
        tables.customers.c.customer_id == withdrawals.c.customer_id
    )
    withdrawn_at = (
        select(func.max(withdrawals.c.at))
        .where(
            withdrawals.c.customer_id == beside.c.customer_id,
            withdrawals.c.purpose == tables.campaigns.c.kind,
            withdrawals.c.action == ConsentAction.WITHDRAWN,
            dealer.scalar_subquery() == tables.campaigns.c.dealer,
        )
        .correlate(beside, tables.campaigns)
        .scalar_subquery()
    )
    withdrawn_since = exists().where(
        # The contact itself is one of them.
        beside.c.number_hash == tables.contacts.c.number_hash,
        withdrawn_at >= consents.c.at,
    )
    return (
        select(func.max(consents.c.at))
        .where(
            consents.c.customer_id == tables.contacts.c.customer_id,
            consents.c.purpose == tables.campaigns.c.kind,
            consents.c.action == ConsentAction.GIVEN,
            consents.c.basis == LegalBasis.CONSENT,
            ~withdrawn_since.correlate(consents, tables.contacts, tables.campaigns),
        )
        .correlate(tables.contacts, tables.campaigns)
        .scalar_subquery()
    )


def _is_wrong_number(*which: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether the number was said not to be this person's, in words that meet the conditions."""
    return exists().where(
        wrong_numbers.c.customer_id == tables.contacts.c.customer_id,
        wrong_numbers.c.number_hash == tables.contacts.c.number_hash,
        *which,
    )


def _same_person(table: Table) -> ColumnElement[bool]:
    contacts = tables.contacts
    return or_(table.c.number_hash == contacts.c.number_hash, table.c.customer_id == contacts.c.customer_id)


def _known(refused_at: ScalarSelect[datetime | None], wrong_number: ColumnElement[bool]) -> Select[Any]:
    return select(
        tables.contacts,
        latest_consent().label("consent_at"),
        _earliest_objection().label("objected_at"),
        refused_at.label("refused_at"),
        wrong_number.label("wrong_number"),
    ).join(tables.campaigns)


_BESIDES: BindParameter[str | None] = bindparam("besides", type_=String)
_ONE = _known(
    _latest_refusal(refusals.c.call_id.is_distinct_from(_BESIDES)),
    _is_wrong_number(wrong_numbers.c.call_id.is_distinct_from(_BESIDES)),
).where(tables.contacts.c.contact_id == bindparam("contact"))
_MAY_BE_CALLED = _known(_latest_refusal(), _is_wrong_number()).where(
    tables.CONTACT_READY, tables.CONTACT_READY, tables.campaigns.c.state == literal_column("'running'")
)
_READY = _MAY_BE_CALLED.where(tables.contacts.c.contact_id == bindparam("contact")).with_for_update(
    skip_locked=True, of=tables.contacts
)
NEXT = (
    _MAY_BE_CALLED.where(
        tables.contacts.c.campaign_id == bindparam("campaign"),
        or_(tables.contacts.c.language.is_(None), among(tables.contacts.c.language, "languages")),
        ~exists().where(previews.c.contact_id == tables.contacts.c.contact_id),
    )
    .order_by(tables.contacts.c.list_rank, tables.contacts.c.contact_id)
    .limit(bindparam("count"))
    .with_for_update(skip_locked=True, of=tables.contacts)
)
NEXT_WITH_DATE = NEXT.where(tables.contacts.c.list_rank.between(bindparam("lowest"), bindparam("highest")))
_SHOWN = select(previews.c.contact_id).where(previews.c.campaign_id == bindparam("campaign"))
_PAST = select(
    tables.attempts.c.number_hash,
    tables.attempts.c.customer_id,
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
