"""That an attempt is to be rung no longer is stored before it is hung up on."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("attempts", sa.Column("called_off_at", sa.DateTime(timezone=True), nullable=True))
