"""The tables. Times are UTC, durations seconds, E.164 numbers text; closed words (states, outcomes) are stored as text.

`facts` is the journal. `calls`, `attempts` and the state columns of `agents` and `contacts` are projections of it, kept
in the same transaction. A row of `calls` or `attempts` never changes again once `ended_at` is set. Partial indexes are
only used by queries that spell their condition as a literal: the conditions of this file (`CONTACT_READY`, …) do.
"""

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    false,
    literal_column,
    text,
)
from sqlalchemy.types import TypeEngine


class UtcTime(TypeDecorator[datetime]):
    """A moment in UTC, to the microsecond, on both databases. Refuses a time without a zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn any zone into UTC; SQLite keeps the bare wall clock, which sorts as text."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time to store needs a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the name is SQLAlchemy's
    ) -> datetime | None:
        """Give every time its zone."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=UTC)


def row_id() -> TypeEngine[int]:
    """The type of a number that the database gives; SQLite does so only in a column declared as INTEGER."""
    return BigInteger().with_variant(Integer, "sqlite")


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# One row, made by the first migration. `hash_key` keys the hashes of phone numbers: losing it loses all objections.
installation = Table("installation", metadata, Column("hash_key", LargeBinary, nullable=False))

# The running epoch of each node, and how many facts were journalled in it by `Journal.write_facts`.
epochs = Table(
    "epochs",
    metadata,
    Column("node", String(2), primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("written", BigInteger, nullable=False, server_default="0"),
    # Wall time minus steady time, as last believed, and which run of the machine's steady clock it was.
    Column("clock_boot", String(40)),
    Column("clock_offset", Float),
)

facts = Table(
    "facts",
    metadata,
    Column("seq", row_id(), primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("node", String(2), nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("call_id", String(28)),
    Column("campaign_id", Text),
    Column("dealer", Text),
    Column("body", Text, nullable=False),
)
Index("ix_facts_call_id", facts.c.call_id)
Index(
    "uq_facts_final",
    facts.c.call_id,
    unique=True,
    sqlite_where=text("kind IN ('CallEnded', 'AttemptEnded')"),
    postgresql_where=text("kind IN ('CallEnded', 'AttemptEnded')"),
)
# What the pacing tells of itself: it is kept for a while only.
FACT_OF_PACING = text("kind IN ('PacingDecided', 'ForecastMade')")
Index(
    "ix_facts_pacing",
    facts.c.campaign_id,
    facts.c.kind,
    facts.c.at,
    sqlite_where=FACT_OF_PACING,
    postgresql_where=FACT_OF_PACING,
)

agents = Table(
    "agents",
    metadata,
    Column("agent_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("endpoint", Text, nullable=False),
    Column("skills", Text, nullable=False),
    Column("dealers", Text),
    Column("rescue", Boolean, nullable=False, server_default=false()),
    Column("state", String(20), nullable=False, server_default="logged_out"),
    Column("reason", Text, nullable=False, server_default=""),
    Column("since", UtcTime),
    Column("call_id", String(28)),
    Column("campaign_id", Text),
    Column("wrap_up_until", UtcTime),
    Column("pending", String(20)),
    Column("pending_reason", Text, nullable=False, server_default=""),
)

customers = Table(
    "customers",
    metadata,
    Column("customer_id", row_id(), primary_key=True, autoincrement=True),
    Column("dealer", Text, nullable=False),
    Column("person_key", Text, nullable=False),
    Column("name", Text, nullable=False),
)
Index("uq_customers_person", customers.c.dealer, customers.c.person_key, unique=True)

campaigns = Table(
    "campaigns",
    metadata,
    Column("campaign_id", Text, primary_key=True),
    Column("dealer", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("basis", String(20), nullable=False),
    Column("profile", Text, nullable=False),
    Column("shown_number", String(16), nullable=False),
    Column("state", String(20), nullable=False),
    Column("ring_seconds", Integer, nullable=False),
    Column("wrap_up_seconds", Integer, nullable=False),
    Column("max_attempts", Integer),
    Column("pacing", Text, nullable=False),
    Column("machine_detection", String(20), nullable=False, server_default="off"),
    Column("drop_machines", Boolean, nullable=False, server_default=false()),
    Column("return_department", String(20)),
)

# `state`: ready (may be chosen), resting (until `not_before`), in_air (an attempt is open) or closed (for good).
# The list is called in the order of `list_rank`, smallest first (`dialer.list_order`); below 0 a call was agreed. From the day
# `first_from` on the contact has waited too long, and once its rank says so the day is taken away. `closed_by` is the call whose
# disposition closed it, `resume_at` the moment that the last disposition named for the next call.
contacts = Table(
    "contacts",
    metadata,
    Column("contact_id", row_id(), primary_key=True, autoincrement=True),
    Column("campaign_id", ForeignKey(campaigns.c.campaign_id), nullable=False),
    Column("customer_id", ForeignKey(customers.c.customer_id), nullable=False),
    Column("number", String(16), nullable=False),
    Column("number_hash", String(32), nullable=False),
    Column("number_kind", String(20), nullable=False),
    Column("display_name", Text, nullable=False),
    Column("timezone", Text, nullable=False),
    Column("plate", Text),
    Column("due_on", Date),
    Column("list_rank", BigInteger, nullable=False),
    Column("first_from", Date),
    Column("state", String(10), nullable=False),
    Column("not_before", UtcTime),
    Column("closed_reason", String(40)),
    Column("closed_by", String(28)),
    Column("resume_at", UtcTime),
    Column("language", String(40)),
)


def _when(table: Table, column: str, value: str) -> ColumnElement[bool]:
    """A condition with its value spelled out, as a partial index needs it."""
    return table.c[column] == literal_column(f"'{value}'")


CONTACT_READY = _when(contacts, "state", "ready")
CONTACT_RESTING = _when(contacts, "state", "resting")
CONTACT_WAITING = CONTACT_READY & contacts.c.first_from.is_not(None)
CONTACT_AGREED = contacts.c.list_rank < literal_column("0")

Index("uq_contacts_number", contacts.c.campaign_id, contacts.c.number_hash, unique=True)
Index("ix_contacts_plate", contacts.c.plate)
Index("ix_contacts_number_hash", contacts.c.number_hash)
Index(
    "ix_contacts_closed_by",
    contacts.c.closed_by,
    sqlite_where=contacts.c.closed_by.is_not(None),
    postgresql_where=contacts.c.closed_by.is_not(None),
)
Index(
    "ix_contacts_ready",
    contacts.c.campaign_id,
    contacts.c.list_rank,
    contacts.c.contact_id,
    sqlite_where=CONTACT_READY,
    postgresql_where=CONTACT_READY,
)
Index(
    "ix_contacts_resting",
    contacts.c.campaign_id,
    contacts.c.not_before,
    sqlite_where=CONTACT_RESTING,
    postgresql_where=CONTACT_RESTING,
)
Index(
    "ix_contacts_waiting",
    contacts.c.campaign_id,
    contacts.c.first_from,
    contacts.c.list_rank,
    sqlite_where=CONTACT_WAITING,
    postgresql_where=CONTACT_WAITING,
)

Index(
    "ix_contacts_agreed", contacts.c.customer_id, sqlite_where=CONTACT_AGREED, postgresql_where=CONTACT_AGREED
)

attempts = Table(
    "attempts",
    metadata,
    Column("call_id", String(28), primary_key=True),
    Column("leg_id", String(32), nullable=False),
    Column("node", String(2), nullable=False),
    Column("campaign_id", ForeignKey(campaigns.c.campaign_id), nullable=False),
    Column("contact_id", ForeignKey(contacts.c.contact_id), nullable=False),
    Column("customer_id", ForeignKey(customers.c.customer_id), nullable=False),
    Column("number_hash", String(32), nullable=False),
    Column("committed_at", UtcTime, nullable=False),
    Column("called_off_at", UtcTime),
    Column("answered_at", UtcTime),
    Column("connected_at", UtcTime),
    Column("abandoned_at", UtcTime),
    Column("message_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("agent_id", Text),
    Column("outcome", String(20)),
    Column("cause", String(20)),
    Column("ring_seconds", Float),
    Column("talk_seconds", Float),
    Column("answer_to_agent_seconds", Float),
)
ATTEMPT_OPEN = attempts.c.ended_at.is_(None)
ATTEMPT_CONNECTED = attempts.c.connected_at.is_not(None)
ATTEMPT_ABANDONED = attempts.c.abandoned_at.is_not(None)

Index("ix_attempts_number", attempts.c.number_hash)
Index("ix_attempts_customer", attempts.c.customer_id)
Index("ix_attempts_committed", attempts.c.committed_at)
Index("ix_attempts_campaign", attempts.c.campaign_id, attempts.c.committed_at)
Index(
    "uq_attempts_open_contact",
    attempts.c.contact_id,
    unique=True,
    sqlite_where=ATTEMPT_OPEN,
    postgresql_where=ATTEMPT_OPEN,
)
Index(
    "uq_attempts_open_customer",
    attempts.c.customer_id,
    unique=True,
    sqlite_where=ATTEMPT_OPEN,
    postgresql_where=ATTEMPT_OPEN,
)
Index(
    "uq_attempts_open_number",
    attempts.c.number_hash,
    unique=True,
    sqlite_where=ATTEMPT_OPEN,
    postgresql_where=ATTEMPT_OPEN,
)
Index(
    "ix_attempts_connected",
    attempts.c.campaign_id,
    attempts.c.connected_at,
    sqlite_where=ATTEMPT_CONNECTED,
    postgresql_where=ATTEMPT_CONNECTED,
)
Index(
    "ix_attempts_abandoned",
    attempts.c.campaign_id,
    attempts.c.abandoned_at,
    sqlite_where=ATTEMPT_ABANDONED,
    postgresql_where=ATTEMPT_ABANDONED,
)

# `campaign_id` and `contact_id` are those whose call the caller returns, as far as the number told.
calls = Table(
    "calls",
    metadata,
    Column("call_id", String(28), primary_key=True),
    Column("node", String(2), nullable=False),
    Column("dealer", Text, nullable=False),
    Column("ddi", Text, nullable=False),
    Column("cli", String(16)),
    Column("customer_leg", Text, nullable=False),
    Column("arrived_at", UtcTime, nullable=False),
    Column("campaign_id", Text),
    Column("contact_id", BigInteger),
    Column("department", String(20)),
    Column("queued_at", UtcTime),
    Column("priority", Integer),
    Column("agent_id", Text),
    Column("agent_leg", String(32)),
    Column("connected_at", UtcTime),
    Column("ended_at", UtcTime),
    Column("phase", String(20)),
    Column("outcome", String(20)),
    Column("cause", String(20)),
    Column("wait_seconds", Float),
    Column("talk_seconds", Float),
)
CALL_OPEN = calls.c.ended_at.is_(None)
Index("ix_calls_arrived", calls.c.arrived_at)
Index("ix_calls_cli", calls.c.cli)
Index("ix_calls_open", calls.c.node, sqlite_where=CALL_OPEN, postgresql_where=CALL_OPEN)
CALL_RETURNED = calls.c.contact_id.is_not(None)
Index("ix_calls_contact", calls.c.contact_id, sqlite_where=CALL_RETURNED, postgresql_where=CALL_RETURNED)

voicemails = Table(
    "voicemails",
    metadata,
    Column("recording_id", Text, primary_key=True),
    Column("call_id", String(28), nullable=False),
    Column("dealer", Text, nullable=False),
    Column("cli", String(16)),
    Column("left_at", UtcTime, nullable=False),
    Column("seconds", Float, nullable=False),
    Column("complete", Boolean, nullable=False),
)
Index("ix_voicemails_dealer", voicemails.c.dealer, voicemails.c.left_at)

# Append-only: who changed what. `before` and `after` are JSON.
audit = Table(
    "audit",
    metadata,
    Column("audit_id", row_id(), primary_key=True, autoincrement=True),
    Column("at", UtcTime, nullable=False),
    Column("who", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
)
Index("ix_audit_at", audit.c.at)
