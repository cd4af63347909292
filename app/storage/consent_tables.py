"""The tables of what people said to being called: consents and withdrawals, objections, refusals."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from app.storage.tables import UtcTime, customers, metadata, row_id

# Append-only, and the database refuses anything else: what a person agreed to, or took back, stays on record as it was said.
consents = Table(
    "consents",
    metadata,
    Column("consent_id", row_id(), primary_key=True, autoincrement=True),
    Column("customer_id", ForeignKey(customers.c.customer_id), nullable=False),
    Column("purpose", String(20), nullable=False),
    Column("action", String(10), nullable=False, server_default="given"),
    Column("basis", String(20), nullable=False, server_default="consent"),
    Column("at", UtcTime, nullable=False),
    Column("source", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("recorded_at", UtcTime, nullable=False),
    Column("recorded_by", Text, nullable=False),
)
Index("ix_consents_customer", consents.c.customer_id, consents.c.purpose)

# For ever, for all dealers: the number is kept only as a keyed hash. One row for the number, with the person who said it where
# that is known, and one for every other person who is on a list with that number.
objections = Table(
    "objections",
    metadata,
    Column("objection_id", row_id(), primary_key=True, autoincrement=True),
    Column("number_hash", String(32), nullable=False),
    Column("customer_id", ForeignKey(customers.c.customer_id)),
    Column("at", UtcTime, nullable=False),
    Column("call_id", String(28)),
    Column("agent_id", Text),
)
Index("ix_objections_number", objections.c.number_hash)
Index("ix_objections_customer", objections.c.customer_id)
Index("ix_objections_call", objections.c.call_id)

# "Not now, and not soon": the dealer's campaigns leave this person alone for a while.
refusals = Table(
    "refusals",
    metadata,
    Column("refusal_id", row_id(), primary_key=True, autoincrement=True),
    Column("dealer", Text, nullable=False),
    Column("number_hash", String(32), nullable=False),
    Column("customer_id", ForeignKey(customers.c.customer_id), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("call_id", String(28), nullable=False),
)
Index("ix_refusals_number", refusals.c.number_hash)
Index("ix_refusals_customer", refusals.c.customer_id)
