"""Machine detection of a campaign."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "campaigns",
        sa.Column("machine_detection", sa.String(length=20), server_default="off", nullable=False),
    )
    op.add_column(
        "campaigns", sa.Column("drop_machines", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
