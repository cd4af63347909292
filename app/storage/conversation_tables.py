"""The tables of what is said in a campaign's calls: what an agent asks, how a conversation ended, numbers that are wrong."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text

from app.storage.tables import UtcTime, campaigns, customers, metadata, row_id

# JSON of `dialer.guide.Guide`. A campaign without a row has that of its kind.
guides = Table(
    "guides",
    metadata,
    Column("campaign_id", ForeignKey(campaigns.c.campaign_id), primary_key=True),
    Column("guide", Text, nullable=False),
)

# Append-only; the last of a call counts. `answers` is JSON: the key of each question with its answer.
dispositions = Table(
    "dispositions",
    metadata,
    Column("disposition_id", row_id(), primary_key=True, autoincrement=True),
    Column("call_id", String(28), nullable=False),
    Column("agent_id", Text),
    Column("at", UtcTime, nullable=False),
    Column("word", String(40), nullable=False),
    Column("note", Text, nullable=False),
    Column("until", UtcTime),
    Column("reference", Text, nullable=False),
    Column("language", String(40), nullable=False),
    Column("answers", Text, nullable=False),
)
Index("ix_dispositions_call", dispositions.c.call_id)

# A number that is not this person's: never called again for this person.
wrong_numbers = Table(
    "wrong_numbers",
    metadata,
    Column("wrong_number_id", row_id(), primary_key=True, autoincrement=True),
    Column("number_hash", String(32), nullable=False),
    Column("customer_id", ForeignKey(customers.c.customer_id), nullable=False),
    Column("at", UtcTime, nullable=False),
    Column("call_id", String(28), nullable=False),
)
Index("ix_wrong_numbers_customer", wrong_numbers.c.customer_id)
Index("ix_wrong_numbers_call", wrong_numbers.c.call_id)
