"""How Alembic runs our steps: on a connection that is handed over, in its transaction."""

from alembic import context

# Their tables are part of the metadata.
from app.storage import conversation_tables, preview_table, vehicle_tables, workshop_capacity  # noqa: F401 - see above
from app.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
context.run_migrations()
