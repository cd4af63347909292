"""Who is on the phone with us, or has spoken with us, is not dialled as if nothing had happened: a contact's calls are found by their number."""

from alembic import op

revision = "0018"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_calls_cli", "calls", ["cli"])
