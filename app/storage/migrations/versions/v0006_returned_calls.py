"""Who calls a campaign's number back is known, and reaches the department that serves the campaign."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("campaigns", sa.Column("return_department", sa.String(length=20), nullable=True))
    op.add_column("calls", sa.Column("campaign_id", sa.Text(), nullable=True))
    op.add_column("calls", sa.Column("contact_id", sa.BigInteger(), nullable=True))
