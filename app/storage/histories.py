"""The contacts next on a list with all that the rules need to know of them: what was tried, and what calls they made."""

from collections.abc import Container, Mapping, Sequence
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
from app.storage.pasts import Past, past_of
from app.storage.preview_table import previews
from calls.ids import CallId, CampaignId, ContactId
from calls.numbers import NumberKind, PhoneNumber
from customers.consent import ConsentAction
from dialer.campaign import ContactHistory, LegalBasis
from dialer.list_order import has_waited, is_agreed, ranks_beside, urgency


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
    past = await past_of(connection, rows)
    return [_candidate(row, past, preferred) for row in rows]


def _equals(row: Row[Any], preferred: Container[int]) -> tuple[bool, int] | None:
    urgent = urgency(row.list_rank)
    return None if urgent is None else (row.contact_id in preferred, urgent)


async def ready_candidate(connection: AsyncConnection, contact_id: ContactId) -> Candidate | None:
    """Return one contact of a running campaign, locked; None when it is not ready or another transaction holds it."""
    row = (await connection.execute(_READY, {"contact": contact_id})).one_or_none()
    if row is None:
        return None
    return _candidate(row, await past_of(connection, [row]))


async def history_of(
    connection: AsyncConnection, contact_id: ContactId, besides: CallId | None = None
) -> ContactHistory:
    """Return the history of one contact, whatever its state and its campaign's, without what was said in the call `besides`."""
    row = (await connection.execute(_ONE, {"contact": contact_id, "besides": besides})).one()
    history = _candidate(row, await past_of(connection, [row])).history
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


def _candidate(row: Row[Any], past: Past, preferred: Container[int] = ()) -> Candidate:
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
            inbound=past.inbound(row.dealer, row.number, row.customer_id),
            agreed=is_agreed(row.list_rank),
            agreed_elsewhere=past.agreed(row.contact_id, row.number_hash, row.customer_id),
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
        tables.campaigns.c.dealer,
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
