"""SQLite puts a row in the place of another (INSERT OR REPLACE) without asking the triggers of UPDATE and DELETE."""

from alembic import op

revision = "0030"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER consents_keep_insert BEFORE INSERT ON consents "
            "WHEN EXISTS (SELECT 1 FROM consents WHERE consent_id = NEW.consent_id) "
            "BEGIN SELECT RAISE(ABORT, 'the ledger of consents only grows'); END"
        )
