"""The messages that callers left."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from app.storage.database import Database
from app.storage.tables import voicemails
from calls.ids import CallId, DealerId, RecordingId


@dataclass(frozen=True, slots=True)
class Voicemail:
    """A message. `cli` is E.164, None when hidden; `complete` is False when the file is shorter than `seconds`."""

    recording_id: RecordingId
    call_id: CallId
    dealer: DealerId
    cli: str | None
    left_at: datetime
    seconds: float
    complete: bool


async def newest_voicemails(database: Database, dealer: DealerId, limit: int) -> list[Voicemail]:
    """Return a dealer's messages, newest first."""
    query = (
        select(voicemails)
        .where(voicemails.c.dealer == dealer)
        .order_by(voicemails.c.left_at.desc())
        .limit(limit)
    )
    async with database.reading() as connection:
        return [Voicemail(**row) for row in (await connection.execute(query)).mappings()]
