"""Vehicles, further cars of a contact, due windows."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    row_id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "vehicles",
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("registered", sa.Boolean(), nullable=False),
        sa.Column("make", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("first_admission", sa.Date(), nullable=True),
        sa.Column("apk_expiry", sa.Date(), nullable=True),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("plate", name=op.f("pk_vehicles")),
    )
    op.create_table(
        "further_cars",
        sa.Column("contact_id", row_id, nullable=False),
        sa.Column("plate", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contacts.contact_id"], name=op.f("fk_further_cars_contact_id")
        ),
        sa.PrimaryKeyConstraint("contact_id", "plate", name=op.f("pk_further_cars")),
    )
    op.create_table(
        "due_windows",
        sa.Column("campaign_id", sa.Text(), nullable=False),
        sa.Column("days_before", sa.Integer(), nullable=False),
        sa.Column("days_after", sa.Integer(), nullable=False),
        sa.Column("kept_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.campaign_id"], name=op.f("fk_due_windows_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_due_windows")),
    )
