"""Who calls a campaign's number back is known, and reaches the department that serves the campaign. An objection is of
everybody who is known with the number. A contact with whom a call was agreed goes first by one agreement, not by several.
"""

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
    op.execute(
        "INSERT INTO objections (number_hash, customer_id, at)"
        " SELECT o.number_hash, c.customer_id, min(o.at)"
        " FROM objections o JOIN contacts c ON c.number_hash = o.number_hash"
        " WHERE NOT EXISTS (SELECT 1 FROM objections p WHERE p.number_hash = c.number_hash"
        " AND p.customer_id = c.customer_id)"
        " AND NOT EXISTS (SELECT 1 FROM wrong_numbers w WHERE w.number_hash = c.number_hash"
        " AND w.customer_id = c.customer_id)"
        " GROUP BY o.number_hash, c.customer_id"
    )
    op.execute(
        "UPDATE contacts SET list_rank = list_rank % 100000000000000 WHERE list_rank < -100000000000000"
    )
