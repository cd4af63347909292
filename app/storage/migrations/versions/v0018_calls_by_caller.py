"""Who is on the phone with us, or has spoken with us, is not dialled as if nothing had happened: a contact's calls are found by
their number. No other campaign takes the day of an agreed call: such calls are found by the person.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_calls_cli", "calls", ["cli"])
    agreed = sa.text("list_rank < 0")
    op.create_index(
        "ix_contacts_agreed", "contacts", ["customer_id"], sqlite_where=agreed, postgresql_where=agreed
    )
