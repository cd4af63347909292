"""First tables."""

import secrets

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "agents",
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("skills", sa.Text(), nullable=False),
        sa.Column("dealers", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=20), server_default="logged_out", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("call_id", sa.String(length=28), nullable=True),
        sa.Column("campaign_id", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agents")),
    )
    op.create_table(
        "audit",
        sa.Column("audit_id", row_id, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_table(
        "calls",
        sa.Column("call_id", sa.String(length=28), nullable=False),
        sa.Column("node", sa.String(length=2), nullable=False),
        sa.Column("dealer", sa.Text(), nullable=False),
        sa.Column("ddi", sa.Text(), nullable=False),
        sa.Column("cli", sa.String(length=16), nullable=True),
        sa.Column("customer_leg", sa.Text(), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("department", sa.String(length=20), nullable=True),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("priority", sa.Integer(), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("agent_leg", sa.String(length=32), nullable=True),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("phase", sa.String(length=20), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("cause", sa.String(length=20), nullable=True),
        sa.Column("wait_seconds", sa.Float(), nullable=True),
        sa.Column("talk_seconds", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_calls")),
    )
    op.create_index("ix_calls_arrived", "calls", ["arrived_at"])
    op.create_index(
        "ix_calls_open",
        "calls",
        ["node"],
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "campaigns",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("dealer", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("shown_number", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("ring_seconds", sa.Integer(), nullable=False),
        sa.Column("wrap_up_seconds", sa.Integer(), nullable=False),
        sa.Column("pacing", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaigns")),
    )
    op.create_table(
        "customers",
        sa.Column("customer_id", row_id, autoincrement=True, nullable=False),
        sa.Column("dealer", sa.Text(), nullable=False),
        sa.Column("person_key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customers")),
    )
    op.create_index("uq_customers_person", "customers", ["dealer", "person_key"], unique=True)
    op.create_table(
        "epochs",
        sa.Column("node", sa.String(length=2), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("written", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("node", name=op.f("pk_epochs")),
    )
    op.create_table(
        "facts",
        sa.Column("seq", row_id, autoincrement=True, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("node", sa.String(length=2), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.String(length=28), nullable=True),
        sa.Column("campaign_id", sa.Text(), nullable=True),
        sa.Column("dealer", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_facts")),
    )
    op.create_index("ix_facts_call_id", "facts", ["call_id"])
    op.create_index(
        "uq_facts_final",
        "facts",
        ["call_id"],
        unique=True,
        sqlite_where=sa.text("kind IN ('CallEnded', 'AttemptEnded')"),
        postgresql_where=sa.text("kind IN ('CallEnded', 'AttemptEnded')"),
    )
    op.create_table("installation", sa.Column("hash_key", sa.LargeBinary(), nullable=False))
    op.create_table(
        "voicemails",
        sa.Column("recording_id", sa.Text(), nullable=False),
        sa.Column("call_id", sa.String(length=28), nullable=False),
        sa.Column("dealer", sa.Text(), nullable=False),
        sa.Column("cli", sa.String(length=16), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("recording_id", name=op.f("pk_voicemails")),
    )
    op.create_index("ix_voicemails_dealer", "voicemails", ["dealer", "left_at"])
    op.create_table(
        "consents",
        sa.Column("consent_id", row_id, autoincrement=True, nullable=False),
        sa.Column("customer_id", row_id, nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("wording", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_consents_customer_id")
        ),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consents")),
    )
    op.create_index("ix_consents_customer", "consents", ["customer_id", "purpose"])
    op.create_table(
        "contacts",
        sa.Column("contact_id", row_id, autoincrement=True, nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("customer_id", row_id, nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("number_hash", sa.String(length=32), nullable=False),
        sa.Column("number_kind", sa.String(length=20), nullable=False),
        sa.Column("display_name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("plate", sa.Text(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("list_rank", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_reason", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_contacts_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_contacts_customer_id")
        ),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contacts")),
    )
    op.create_index(
        "ix_contacts_ready",
        "contacts",
        ["campaign_id", "list_rank", "contact_id"],
        sqlite_where=sa.text("state = 'ready'"),
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index(
        "ix_contacts_resting",
        "contacts",
        ["campaign_id", "not_before"],
        sqlite_where=sa.text("state = 'resting'"),
        postgresql_where=sa.text("state = 'resting'"),
    )
    op.create_index("uq_contacts_number", "contacts", ["campaign_id", "number_hash"], unique=True)
    op.create_table(
        "objections",
        sa.Column("objection_id", row_id, autoincrement=True, nullable=False),
        sa.Column("number_hash", sa.String(length=32), nullable=False),
        sa.Column("customer_id", row_id, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.String(length=28), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_objections_customer_id")
        ),
        sa.PrimaryKeyConstraint("objection_id", name=op.f("pk_objections")),
    )
    op.create_index("ix_objections_call", "objections", ["call_id"])
    op.create_index("ix_objections_customer", "objections", ["customer_id"])
    op.create_index("ix_objections_number", "objections", ["number_hash"])
    op.create_table(
        "refusals",
        sa.Column("refusal_id", row_id, autoincrement=True, nullable=False),
        sa.Column("dealer", sa.Text(), nullable=False),
        sa.Column("number_hash", sa.String(length=32), nullable=False),
        sa.Column("customer_id", row_id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.String(length=28), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_refusals_customer_id")
        ),
        sa.PrimaryKeyConstraint("refusal_id", name=op.f("pk_refusals")),
    )
    op.create_index("ix_refusals_customer", "refusals", ["customer_id"])
    op.create_index("ix_refusals_number", "refusals", ["number_hash"])
    op.create_table(
        "attempts",
        sa.Column("call_id", sa.String(length=28), nullable=False),
        sa.Column("leg_id", sa.String(length=32), nullable=False),
        sa.Column("node", sa.String(length=2), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("contact_id", row_id, nullable=False),
        sa.Column("customer_id", row_id, nullable=False),
        sa.Column("number_hash", sa.String(length=32), nullable=False),
        sa.Column("committed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("connected_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("abandoned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("cause", sa.String(length=20), nullable=True),
        sa.Column("ring_seconds", sa.Float(), nullable=True),
        sa.Column("talk_seconds", sa.Float(), nullable=True),
        sa.Column("answer_to_agent_seconds", sa.Float(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_attempts_campaign_id")
        ),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.contact_id"], name=op.f("fk_attempts_contact_id")),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_attempts_customer_id")
        ),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_attempts")),
    )
    op.create_index(
        "ix_attempts_abandoned",
        "attempts",
        ["campaign_id", "abandoned_at"],
        sqlite_where=sa.text("abandoned_at IS NOT NULL"),
        postgresql_where=sa.text("abandoned_at IS NOT NULL"),
    )
    op.create_index("ix_attempts_committed", "attempts", ["committed_at"])
    op.create_index(
        "ix_attempts_connected",
        "attempts",
        ["campaign_id", "connected_at"],
        sqlite_where=sa.text("connected_at IS NOT NULL"),
        postgresql_where=sa.text("connected_at IS NOT NULL"),
    )
    op.create_index("ix_attempts_customer", "attempts", ["customer_id"])
    op.create_index("ix_attempts_number", "attempts", ["number_hash"])
    op.create_index(
        "uq_attempts_open_contact",
        "attempts",
        ["contact_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_attempts_open_customer",
        "attempts",
        ["customer_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index(
        "uq_attempts_open_number",
        "attempts",
        ["number_hash"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    installation = sa.table("installation", sa.column("hash_key", sa.LargeBinary))
    op.bulk_insert(installation, [{"hash_key": secrets.token_bytes(32)}])
