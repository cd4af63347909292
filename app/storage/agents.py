"""The agents: who they are, and the state the journal last told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, delete, select

from app.storage.audit import AuditEntry, store_change
from app.storage.database import Database
from app.storage.tables import agents, campaigns
from calls.ids import AgentId, CallId, CampaignId, DealerId
from calls.words import AgentState
from routing.agent import BUSY_WITH_A_CALL, Agent, AgentProfile


@dataclass(frozen=True, slots=True)
class StoredAgent:
    """An agent as of the last journalled change; `since` is None for one who never worked.

    `wrap_up_until` is that of the change (`calls.facts.AgentStateChanged`).
    """

    profile: AgentProfile
    state: AgentState
    reason: str
    since: datetime | None
    call_id: CallId | None
    campaign_id: CampaignId | None
    wrap_up_until: datetime | None
    pending: AgentState | None
    pending_reason: str
    campaign_dealer: DealerId | None


async def save_agent(database: Database, profile: AgentProfile, entry: AuditEntry | None = None) -> None:
    """Store a new agent, logged out, or the new profile of one who is known, with its `entry` in the audit log."""
    columns = {
        "name": profile.name,
        "endpoint": profile.endpoint,
        "skills": msgspec.json.encode(profile.skills).decode(),
        "dealers": None if profile.dealers is None else msgspec.json.encode(sorted(profile.dealers)).decode(),
        "rescue": profile.rescue,
    }
    statement = (
        database.insert(agents)
        .values(agent_id=profile.agent_id, **columns)
        .on_conflict_do_update(index_elements=[agents.c.agent_id], set_=columns)
    )
    async with database.writing() as connection:
        await connection.execute(statement)
        await store_change(connection, entry)


async def remove_agent(database: Database, agent_id: AgentId, entry: AuditEntry) -> None:
    """Store an agent no longer, with its `entry` in the audit log."""
    async with database.writing() as connection:
        await connection.execute(delete(agents).where(agents.c.agent_id == agent_id))
        await store_change(connection, entry)


async def all_agents(database: Database) -> list[StoredAgent]:
    """Return every agent, by id."""
    query = (
        select(agents, campaigns.c.dealer.label("campaign_dealer"))
        .outerjoin(campaigns, campaigns.c.campaign_id == agents.c.campaign_id)
        .order_by(agents.c.agent_id)
    )
    async with database.reading() as connection:
        return [_agent(row) for row in await connection.execute(query)]


def restored(stored: StoredAgent, now: datetime) -> Agent:
    """The agent to go on with at `now`, after a restart."""
    if stored.state is AgentState.LOGGED_OUT or stored.since is None:
        return Agent(stored.profile, AgentState.LOGGED_OUT, since=now, available_since=now)
    until, left = None, 0.0
    if stored.state in BUSY_WITH_A_CALL and stored.wrap_up_until is not None:
        left = (stored.wrap_up_until - stored.since).total_seconds()
    if stored.state is AgentState.WRAP_UP:
        until = stored.wrap_up_until or now
        # Were the clock set back meanwhile, a wrap-up would last for as long: it is never longer than it was to be.
        until = min(until, now + (until - stored.since))
    return Agent(
        stored.profile,
        stored.state,
        stored.since,
        stored.since,
        reason=stored.reason,
        call_id=stored.call_id,
        campaign_id=stored.campaign_id,
        pending=stored.pending,
        pending_reason=stored.pending_reason,
        wrap_up_until=until,
        wrap_up_left=left,
        campaign_dealer=stored.campaign_dealer,
    )


def _agent(row: Row[Any]) -> StoredAgent:
    skills: Mapping[str, int] = msgspec.json.decode(row.skills, type=dict[str, int])
    dealers = None if row.dealers is None else msgspec.json.decode(row.dealers, type=frozenset[DealerId])
    return StoredAgent(
        profile=AgentProfile(AgentId(row.agent_id), row.name, row.endpoint, skills, dealers, row.rescue),
        state=AgentState(row.state),
        reason=row.reason,
        since=row.since,
        call_id=row.call_id,
        campaign_id=row.campaign_id,
        wrap_up_until=row.wrap_up_until,
        pending=None if row.pending is None else AgentState(row.pending),
        pending_reason=row.pending_reason,
        campaign_dealer=None if row.campaign_dealer is None else DealerId(row.campaign_dealer),
    )
