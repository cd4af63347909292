"""The contacts that agents have before them in the preview modes. A row keeps the contact from everybody else."""

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, Text

from app.storage.tables import UtcTime, contacts, metadata

previews = Table(
    "previews",
    metadata,
    Column("contact_id", ForeignKey(contacts.c.contact_id), primary_key=True),
    Column("agent_id", Text, nullable=False),
    Column("campaign_id", Text, nullable=False),
    Column("shown_at", UtcTime, nullable=False),
    Column("until", UtcTime, nullable=False),
    Column("dials_at", UtcTime),
    Column("skipped", Integer, nullable=False),
)
Index("uq_previews_agent", previews.c.agent_id, unique=True)
