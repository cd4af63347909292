"""A further car of a contact that was sold stays on record, with the call in which that was said. What the clock was believed to
be by the machine's steady clock is kept.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("further_cars", sa.Column("sold_by", sa.String(length=28), nullable=True))
    op.add_column("epochs", sa.Column("clock_boot", sa.String(length=40), nullable=True))
    op.add_column("epochs", sa.Column("clock_offset", sa.Float(), nullable=True))
    op.create_index("ix_further_cars_plate", "further_cars", ["plate"])
