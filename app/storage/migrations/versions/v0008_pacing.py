"""The latest attempts of a campaign are found by an index; an agent may offer to come out of wrap-up."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_attempts_campaign", "attempts", ["campaign_id", "committed_at"])
    op.add_column("agents", sa.Column("rescue", sa.Boolean(), server_default=sa.false(), nullable=False))
