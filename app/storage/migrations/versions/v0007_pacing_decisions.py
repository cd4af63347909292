"""The pacing's decisions are found by campaign and moment; the contacts that agents have before them."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_facts_pacing",
        "facts",
        ["campaign_id", "kind", "at"],
        sqlite_where=sa.text("kind IN ('PacingDecided', 'ForecastMade')"),
        postgresql_where=sa.text("kind IN ('PacingDecided', 'ForecastMade')"),
    )
    op.create_table(
        "previews",
        sa.Column(
            "contact_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("agent_id", sa.Text(), nullable=False),
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("shown_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dials_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("skipped", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["contact_id"], ["contacts.contact_id"], name=op.f("fk_previews_contact_id")),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_previews")),
    )
    op.create_index("uq_previews_agent", "previews", ["agent_id"], unique=True)
