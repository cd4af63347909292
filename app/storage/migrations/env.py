"""How Alembic runs our steps: on a connection that is handed over, in its transaction."""

from alembic import context

# Their tables are part of the metadata.
from app.storage import (  # noqa: F401 - see above
    consent_tables,
    conversation_tables,
    preview_table,
    vehicle_tables,
    workshop_capacity,
)
from app.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
