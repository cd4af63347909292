"""Customer numbers under which a list has somebody else than the lists before it.

Under a customer number a consent passes from list to list, whatever the name and the number. Where neither is the one known so
far, it would be another person who is called on it.
"""

from collections.abc import Mapping
from itertools import islice

from app.storage.contact_list import names_of, people_with
from app.storage.database import Database
from calls.ids import DealerId
from customers.person import bare_name, person_key
from dialer.contact_columns import Columns, Field
from dialer.contact_file import ContactRow, RowFault

_AT_ONCE = 10_000


async def taken_references(
    database: Database, dealer: DealerId, columns: Columns, rows: Mapping[str, ContactRow]
) -> list[RowFault]:
    """Return a fault for each row, by the hash of its number, whose customer number is that of another name with another number."""
    if Field.REFERENCE not in columns.positions:
        return []
    faults: list[RowFault] = []
    with_reference = ((hashed, row) for hashed, row in rows.items() if row.reference)
    while some := list(islice(with_reference, _AT_ONCE)):
        known = await names_of(database, dealer, [person_of(row) for _, row in some])
        renamed = [
            (hashed, row, *known[person_of(row)])
            for hashed, row in some
            if person_of(row) in known and bare_name(known[person_of(row)][1]) != bare_name(row.name)
        ]
        listed = await people_with(database, [hashed for hashed, *_ in renamed])
        faults += [
            _fault(columns, row, name)
            for hashed, row, customer, name in renamed
            if (customer, hashed) not in listed
        ]
    return faults


def _fault(columns: Columns, row: ContactRow, name: str) -> RowFault:
    return RowFault(
        row.line,
        columns.heading(Field.REFERENCE),
        f"customer number {row.reference} is {name}'s so far, with another number",
        "check the customer numbers; whoever has both a new name and a new number is listed with one of them as it was, or without a customer number",
    )


def person_of(row: ContactRow) -> str:
    """The key of whom a row is about."""
    return person_key(row.name, row.number.e164, row.reference)
