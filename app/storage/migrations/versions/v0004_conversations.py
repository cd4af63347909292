"""What is said in a campaign's calls; a consent can be withdrawn, and the ledger of consents only grows."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "guides",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("guide", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_guides_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_guides")),
    )
    op.create_table(
        "dispositions",
        sa.Column("disposition_id", row_id, autoincrement=True, nullable=False),
        sa.Column("call_id", sa.String(length=28), nullable=False),
        sa.Column("agent_id", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=40), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("disposition_id", name=op.f("pk_dispositions")),
    )
    op.create_index("ix_dispositions_call", "dispositions", ["call_id"])
    op.create_table(
        "wrong_numbers",
        sa.Column("wrong_number_id", row_id, autoincrement=True, nullable=False),
        sa.Column("number_hash", sa.String(length=32), nullable=False),
        sa.Column("customer_id", row_id, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("call_id", sa.String(length=28), nullable=False),
        sa.ForeignKeyConstraint(
            ["customer_id"], ["customers.customer_id"], name=op.f("fk_wrong_numbers_customer_id")
        ),
        sa.PrimaryKeyConstraint("wrong_number_id", name=op.f("pk_wrong_numbers")),
    )
    op.create_index("ix_wrong_numbers_customer", "wrong_numbers", ["customer_id"])
    op.create_index("ix_wrong_numbers_call", "wrong_numbers", ["call_id"])
    op.add_column("campaigns", sa.Column("max_attempts", sa.Integer(), nullable=True))
    op.add_column("contacts", sa.Column("resume_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("contacts", sa.Column("closed_by", sa.String(length=28), nullable=True))
    op.add_column("contacts", sa.Column("language", sa.String(length=40), nullable=True))
    op.create_index(
        "ix_contacts_closed_by",
        "contacts",
        ["closed_by"],
        sqlite_where=sa.text("closed_by IS NOT NULL"),
        postgresql_where=sa.text("closed_by IS NOT NULL"),
    )
    op.create_index("ix_contacts_plate", "contacts", ["plate"])
    op.create_index("ix_contacts_number_hash", "contacts", ["number_hash"])
    op.execute("ALTER TABLE consents RENAME COLUMN given_at TO at")
    op.add_column(
        "consents", sa.Column("action", sa.String(length=10), server_default="given", nullable=False)
    )
    op.add_column(
        "consents", sa.Column("basis", sa.String(length=20), server_default="consent", nullable=False)
    )
    for statement in _POSTGRESQL if op.get_bind().dialect.name == "postgresql" else _SQLITE:
        op.execute(statement)


# Erasing a person, where the law asks for it, takes the triggers away for the length of its own transaction.
_SQLITE = tuple(
    f"CREATE TRIGGER consents_keep_{word.lower()} BEFORE {word} ON consents "
    "BEGIN SELECT RAISE(ABORT, 'the ledger of consents only grows'); END"
    for word in ("UPDATE", "DELETE")
)
_POSTGRESQL = (
    """CREATE FUNCTION consents_keep() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the ledger of consents only grows'; END $$""",
    """CREATE TRIGGER consents_keep BEFORE UPDATE OR DELETE OR TRUNCATE ON consents
    FOR EACH STATEMENT EXECUTE FUNCTION consents_keep()""",
)
