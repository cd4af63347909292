"""The pacing's decisions are found by campaign and moment."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
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
