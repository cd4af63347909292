"""The latest attempts of a campaign are found by an index."""

from alembic import op

revision = "0008"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_attempts_campaign", "attempts", ["campaign_id", "committed_at"])
