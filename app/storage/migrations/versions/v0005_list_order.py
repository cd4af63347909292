"""The order of a list has room for age and worth; the places in the workshop of each dealer and day."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("first_from", sa.Date(), nullable=True))
    contacts = sa.table(
        "contacts", sa.column("list_rank", sa.BigInteger()), sa.column("first_from", sa.Date())
    )
    # Until here a rank was priority and date alone; 9714 stands for an attempt of the usual worth.
    op.execute(
        contacts.update().values(
            list_rank=sa.literal(10**13, sa.BigInteger()) + contacts.c.list_rank * 10_000 + 9_714,
            first_from=(datetime.now(UTC) + timedelta(days=28)).date(),
        )
    )
    op.create_index(
        "ix_contacts_waiting",
        "contacts",
        ["campaign_id", "first_from", "list_rank"],
        sqlite_where=sa.text("state = 'ready' AND first_from IS NOT NULL"),
        postgresql_where=sa.text("state = 'ready' AND first_from IS NOT NULL"),
    )
    op.create_table(
        "workshop_capacity",
        sa.Column("dealer", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("dealer", "day", name=op.f("pk_workshop_capacity")),
    )
