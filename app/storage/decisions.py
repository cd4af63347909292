"""The pacing's decisions as the journal has them, and their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select

from app.storage.database import Database
from app.storage.fact_json import decode
from app.storage.tables import FACT_OF_PACING, facts
from calls.facts import ForecastMade, PacingDecided
from calls.ids import CampaignId
from dialer.decisions import TABLES_SERVE

_REMOVED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class KeptDecision:
    """A decision and the tables that it names, None when it names none or they are not stored."""

    fact: PacingDecided
    tables: ForecastMade | None


async def decisions_until(
    database: Database, campaign_id: CampaignId, until: datetime, count: int
) -> list[KeptDecision]:
    """Return a campaign's last decisions that were made at `until` or before, oldest first."""
    async with database.reading() as connection:
        newest = {"campaign": campaign_id, "until": until, "count": count}
        rows = (await connection.execute(DECISIONS, newest)).all()
        found = [fact for row in rows if isinstance(fact := decode(row.kind, row.body), PacingDecided)]
        moments = {fact.forecast_at for fact in found} - {None}
        named = {"campaign": campaign_id, "moments": list(moments)}
        stored = (await connection.execute(_TABLES, named)).all() if moments else []
    tables = {fact.at: fact for row in stored if isinstance(fact := decode(row.kind, row.body), ForecastMade)}
    return [
        KeptDecision(fact, None if fact.forecast_at is None else tables.get(fact.forecast_at))
        for fact in reversed(found)
    ]


async def remove_decisions(database: Database, campaign_ids: Sequence[CampaignId], before: datetime) -> int:
    """Remove what the pacing of these campaigns told before a moment; return how many facts it were.

    Tables go later, so that no decision is left without them. Others can write in between.
    """
    removed = 0
    for campaign_id in campaign_ids:
        for kind, limit in ((PacingDecided, before), (ForecastMade, before - TABLES_SERVE)):
            old = {"campaign": campaign_id, "kind": kind.__name__, "limit": limit}
            while True:
                async with database.writing() as connection:
                    gone = (await connection.execute(_REMOVE, old)).rowcount
                removed += gone
                if gone < _REMOVED_AT_ONCE:
                    break
    return removed


_OF_CAMPAIGN = select(facts.c.kind, facts.c.body).where(
    FACT_OF_PACING, facts.c.campaign_id == bindparam("campaign")
)
DECISIONS = (
    _OF_CAMPAIGN.where(facts.c.kind == PacingDecided.__name__, facts.c.at <= bindparam("until"))
    .order_by(facts.c.at.desc(), facts.c.seq.desc())
    .limit(bindparam("count"))
)
_TABLES = _OF_CAMPAIGN.where(
    facts.c.kind == ForecastMade.__name__, facts.c.at.in_(bindparam("moments", expanding=True))
)
_REMOVE = delete(facts).where(
    facts.c.seq.in_(
        select(facts.c.seq)
        .where(
            FACT_OF_PACING,
            facts.c.campaign_id == bindparam("campaign"),
            facts.c.kind == bindparam("kind"),
            facts.c.at < bindparam("limit"),
        )
        .order_by(facts.c.at)
        .limit(_REMOVED_AT_ONCE)
    )
)
