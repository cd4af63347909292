"""The version of the tables: finding it and bringing it up to this program's."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.storage.errors import SchemaTooNew

_STEPS = Path(__file__).parent / "migrations"
_LOCK = 0x6465616C  # any number that no other program uses for its advisory locks


def upgrade(connection: Connection) -> None:
    """Run the missing steps in the connection's transaction; of several starting programs, one does it.

    Raises SchemaTooNew when the database has had a step that this program does not know.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_STEPS))
    config.set_main_option("path_separator", "os")
    steps = ScriptDirectory.from_config(config)
    known = {step.revision for step in steps.walk_revisions()}
    current = MigrationContext.configure(connection).get_current_heads()
    if unknown := set(current) - known:
        raise SchemaTooNew(
            f"the database is at version {', '.join(sorted(unknown))}, which this program does not know",
            "install the newer program again, or use another database",
        )
    command.upgrade(config, "head")
