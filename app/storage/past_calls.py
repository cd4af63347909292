"""Calls and attempts that an agent may still say something about."""

from dataclasses import dataclass

from sqlalchemy import select

from app.storage import tables
from app.storage.database import Database
from calls.ids import AgentId, CallId, CampaignId, ContactId, DealerId
from calls.words import AttemptOutcome


@dataclass(frozen=True, slots=True)
class PastCall:
    """A call as stored. `agent_id` is None until an agent had it.

    `contact_id` and `campaign_id` are None for an inbound call whose caller was not recognised; `caller` is an inbound caller's number in E.164, None when it was hidden.
    `dropped_from` is the campaign of an attempt on which we hung up as on a machine.
    """

    agent_id: AgentId | None
    contact_id: ContactId | None = None
    caller: str | None = None
    dropped_from: tuple[CampaignId, DealerId] | None = None
    campaign_id: CampaignId | None = None


async def past_call(database: Database, call_id: CallId) -> PastCall | None:
    """Return what is stored of a call or attempt, None when there is none."""
    attempts, calls = tables.attempts, tables.calls
    attempt_query = (
        select(attempts, tables.campaigns.c.dealer)
        .join(tables.campaigns, tables.campaigns.c.campaign_id == attempts.c.campaign_id)
        .where(attempts.c.call_id == call_id)
    )
    call_query = select(calls.c.agent_id, calls.c.cli, calls.c.campaign_id, calls.c.contact_id).where(
        calls.c.call_id == call_id
    )
    async with database.reading() as connection:
        if (attempt := (await connection.execute(attempt_query)).one_or_none()) is not None:
            dropped = attempt.outcome == AttemptOutcome.MACHINE and attempt.abandoned_at is None
            campaign = (CampaignId(attempt.campaign_id), DealerId(attempt.dealer))
            return PastCall(
                attempt.agent_id,
                contact_id=ContactId(attempt.contact_id),
                campaign_id=CampaignId(attempt.campaign_id),
                dropped_from=campaign if dropped else None,
            )
        call = (await connection.execute(call_query)).one_or_none()
    if call is None:
        return None
    if call.contact_id is None:
        return PastCall(call.agent_id, caller=call.cli)
    return PastCall(
        call.agent_id,
        contact_id=ContactId(call.contact_id),
        caller=call.cli,
        campaign_id=CampaignId(call.campaign_id),
    )
