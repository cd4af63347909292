"""What an agent's disposition of a campaign's call, or of one that returns it, does to the contact. Of several for one call the last counts."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import (
    Row,
    Select,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    literal,
    literal_column,
    select,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import tables
from app.storage.agreed_rank import AGREED_RANK, USUAL_RANK
from app.storage.consent_tables import refusals
from app.storage.conversation_tables import dispositions, wrong_numbers
from app.storage.due_again import keep_due
from app.storage.objections import store_objection, store_refusal
from app.storage.sold_cars import car_sold, not_sold
from app.storage.tables import UtcTime, attempts, calls, contacts
from calls.facts import DispositionRecorded
from calls.ids import CallId, ContactId
from dialer.dispositions import Disposition, follow_up, promise_opens, still_closes
from dialer.due import day_at_home


async def carry_out(connection: AsyncConnection, fact: DispositionRecorded) -> None:
    """Store the disposition, undo what an earlier one of this call did, and do what this one says.

    An objection is never undone, and who is opened again keeps to the due window of the list. A word without a follow-up, or one about a call without a contact, is only stored.
    """
    corrects = (
        await connection.execute(select(exists().where(dispositions.c.call_id == fact.call_id)))
    ).scalar_one()
    await connection.execute(insert(dispositions).values(_row(fact)))
    dialled = select(attempts.c.contact_id).where(attempts.c.call_id == fact.call_id)
    returned = select(calls.c.contact_id).where(calls.c.call_id == fact.call_id)
    found = (await connection.execute(dialled.union_all(returned))).scalar_one_or_none()
    if found is None:
        return
    contact_id = ContactId(found)
    if corrects:
        await _undo(connection, fact.call_id, contact_id, day_at_home(fact.at))
    await _do(connection, fact, contact_id)


async def _do(connection: AsyncConnection, fact: DispositionRecorded, contact_id: ContactId) -> None:
    rule = follow_up(fact.disposition)
    if rule is None:
        return
    this = update(contacts).where(contacts.c.contact_id == contact_id)
    if fact.disposition == Disposition.CALL_BACK:
        await connection.execute(this.values(list_rank=AGREED_RANK))
        await connection.execute(
            this.where(_IS_CLOSED, contacts.c.closed_reason.not_in(_FOR_GOOD)).values(_OPENED)
        )
    else:
        await connection.execute(this.values(list_rank=USUAL_RANK))
    if rule.closes:
        await connection.execute(this.where(~_IS_CLOSED).values(_closed(fact.disposition, fact.call_id)))
    elif rule.not_before_after is not None:
        moment = fact.until or fact.at + rule.not_before_after
        # A contact still in the air is released later, and rests then.
        rests = case((contacts.c.state == literal_column("'ready'"), "resting"), else_=contacts.c.state)
        changes: dict[str, Any] = {"state": rests, "not_before": moment, "resume_at": moment}
        if fact.language:
            changes["language"] = fact.language
        await connection.execute(this.values(changes))
    if rule.refusal:
        await store_refusal(connection, fact.call_id, contact_id, fact.at)
    if rule.objection:
        await store_objection(connection, fact.call_id, contact_id, fact.agent_id, fact.at)
    if rule.wrong_number:
        await _store_wrong_number(connection, fact, contact_id)
    if rule.sold:
        await car_sold(connection, fact.call_id, contact_id, day_at_home(fact.at))


async def _undo(connection: AsyncConnection, call_id: CallId, contact_id: ContactId, today: date) -> None:
    for table in (refusals, wrong_numbers):
        await connection.execute(delete(table).where(table.c.call_id == call_id))
    opened = await connection.execute(
        update(contacts)
        .where(contacts.c.closed_by == call_id, contacts.c.closed_reason != Disposition.OBJECTION)
        .values(_OPENED)
        .returning(contacts.c.contact_id)
    )
    changed = {contact_id, *opened.scalars(), *await not_sold(connection, call_id)}
    # What was said in the contact's other calls counts again.
    said = (await connection.execute(_LAST_WORDS, {"contact": contact_id, "besides": call_id})).all()
    ready = case((contacts.c.state == literal_column("'resting'"), "ready"), else_=contacts.c.state)
    await connection.execute(
        update(contacts)
        .where(contacts.c.contact_id == contact_id)
        .values(
            state=ready,
            not_before=None,
            resume_at=None,
            language=_noted(said),
            list_rank=USUAL_RANK,
        )
    )
    await _close_as_before(connection, contact_id, said)
    await keep_due(connection, changed, today)


async def _close_as_before(
    connection: AsyncConnection, contact_id: ContactId, said: Sequence[Row[Any]]
) -> None:
    """Close the contact as one of these words did, which counts again now that a later call agrees to nothing."""
    place = still_closes([row.word for row in said])
    if place is not None:
        this = update(contacts).where(contacts.c.contact_id == contact_id, ~_IS_CLOSED)
        await connection.execute(this.values(_closed(said[place].word, said[place].call_id)))


def _closed(word: str, call_id: str) -> dict[str, Any]:
    return {"state": "closed", "closed_reason": word, "closed_by": call_id}


def _noted(said: Sequence[Row[Any]]) -> str | None:
    """The language by the newest of these words that notes one."""
    for row in said:
        rule = follow_up(row.word)
        if row.language and rule is not None and rule.not_before_after is not None:
            return str(row.language)
    return None


async def _store_wrong_number(
    connection: AsyncConnection, fact: DispositionRecorded, contact_id: ContactId
) -> None:
    said = select(
        contacts.c.number_hash, contacts.c.customer_id, literal(fact.at, UtcTime()), literal(fact.call_id)
    ).where(contacts.c.contact_id == contact_id)
    columns = ["number_hash", "customer_id", "at", "call_id"]
    await connection.execute(insert(wrong_numbers).from_select(columns, said))


def _row(fact: DispositionRecorded) -> dict[str, Any]:
    return {
        "call_id": fact.call_id,
        "agent_id": fact.agent_id,
        "at": fact.at,
        "word": fact.disposition,
        "note": fact.note,
        "until": fact.until,
        "reference": fact.reference,
        "language": fact.language,
        "answers": msgspec.json.encode(dict(fact.answers)).decode(),
    }


_IS_CLOSED = contacts.c.state == literal_column("'closed'")
_FOR_GOOD = [word for word in Disposition if not promise_opens(word)]
_IN_AIR = exists().where(attempts.c.contact_id == contacts.c.contact_id, tables.ATTEMPT_OPEN)
_OPENED = {"state": case((_IN_AIR, "in_air"), else_="ready"), "closed_reason": None, "closed_by": None}
_PERSON = (
    select(contacts.c.customer_id).where(contacts.c.contact_id == bindparam("contact")).scalar_subquery()
)
_CALLS = union_all(
    # Attempts are found by their person: the contact has no index of its own there.
    select(attempts.c.call_id).where(
        attempts.c.customer_id == _PERSON, attempts.c.contact_id == bindparam("contact")
    ),
    select(calls.c.call_id).where(calls.c.contact_id == bindparam("contact")),
)
_LAST_OF_EACH = (
    select(func.max(dispositions.c.disposition_id))
    .where(dispositions.c.call_id.in_(_CALLS), dispositions.c.call_id != bindparam("besides"))
    .group_by(dispositions.c.call_id)
)
_LAST_WORDS: Select[Any] = (
    select(dispositions.c.call_id, dispositions.c.word, dispositions.c.language)
    .where(dispositions.c.disposition_id.in_(_LAST_OF_EACH))
    .order_by(dispositions.c.disposition_id.desc())
)
