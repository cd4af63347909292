"""Whoever is called again may have rung back meanwhile: the calls that returned one to a contact are found by the contact."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    returned = sa.text("contact_id IS NOT NULL")
    op.create_index(
        "ix_calls_contact", "calls", ["contact_id"], sqlite_where=returned, postgresql_where=returned
    )
