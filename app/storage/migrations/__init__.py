"""Steps from one version of the tables to the next; run by `Database.migrate`, written with Alembic."""
