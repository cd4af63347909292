"""Who changed what: a list that only grows."""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database import Database
from app.storage.tables import audit


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One change. `action` is one word such as `pacing`; `before` and `after` are JSON."""

    at: datetime
    who: str
    action: str
    subject: str
    before: str
    after: str


async def record_change(database: Database, entry: AuditEntry) -> None:
    """Store a change that is kept nowhere else."""
    async with database.writing() as connection:
        await store_change(connection, entry)


async def store_change(connection: AsyncConnection, entry: AuditEntry | None) -> None:
    """Store a change in the transaction that makes it; None is nobody's."""
    if entry is not None:
        await connection.execute(insert(audit).values(asdict(entry)))


async def newest_changes(database: Database, limit: int) -> list[AuditEntry]:
    """Return the last changes, newest first."""
    columns = (audit.c.at, audit.c.who, audit.c.action, audit.c.subject, audit.c.before, audit.c.after)
    query = select(*columns).order_by(audit.c.audit_id.desc()).limit(limit)
    async with database.reading() as connection:
        return [AuditEntry(**row) for row in (await connection.execute(query)).mappings()]
