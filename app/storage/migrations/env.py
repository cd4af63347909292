"""How Alembic runs our steps: on a connection that is handed over, in its transaction."""

from alembic import context

from app.storage.vehicle_tables import vehicles

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=vehicles.metadata,
    transactional_ddl=True,
)
context.run_migrations()
