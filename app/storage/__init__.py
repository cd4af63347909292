"""The database: tables, repositories, units of work and migrations. The only user of SQLAlchemy."""
