"""The tables about cars: what the register of vehicles told, the further cars of a contact, and the due window of a list."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text

from app.storage.tables import UtcTime, campaigns, contacts, metadata

# What the register told of a plate, as of `fetched_at`; nothing but `registered` for a plate that it does not know.
vehicles = Table(
    "vehicles",
    metadata,
    Column("plate", Text, primary_key=True),
    Column("registered", Boolean, nullable=False),
    Column("make", Text),
    Column("model", Text),
    Column("first_admission", Date),
    Column("apk_expiry", Date),
    Column("fetched_at", UtcTime, nullable=False),
)

# The cars of a contact besides the one in its own row: one call is about all of them. One that was sold stays here with the
# call in which that was said, so that it can be taken back.
further_cars = Table(
    "further_cars",
    metadata,
    Column("contact_id", ForeignKey(contacts.c.contact_id), primary_key=True),
    Column("plate", Text, primary_key=True),
    Column("due_on", Date),
    Column("sold_by", String(28)),
)
Index("ix_further_cars_plate", further_cars.c.plate)

# A list without a row here is called whatever the dates. `kept_on` is the last day on which the whole list was gone through.
due_windows = Table(
    "due_windows",
    metadata,
    Column("campaign_id", ForeignKey(campaigns.c.campaign_id), primary_key=True),
    Column("days_before", Integer, nullable=False),
    Column("days_after", Integer, nullable=False),
    Column("kept_on", Date),
)
