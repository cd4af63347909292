"""What an agent's state needs to go on after a restart as it was."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agents", sa.Column("wrap_up_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("agents", sa.Column("pending", sa.String(length=20), nullable=True))
    op.add_column("agents", sa.Column("pending_reason", sa.Text(), server_default="", nullable=False))
