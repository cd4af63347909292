"""Open lines that an earlier process left: each is its agent's still, whatever phone the agent has by now."""

import asyncio
from collections.abc import Iterable

from app.ari.operations import Ari
from app.ari.outcome import Done
from app.lines import AGENT, OpenLines
from app.reconcile_plan import Live
from calls.ids import CallId, LegId, bridge_of, leg_mark
from routing.agent import Agent


async def take_over_lines(ari: Ari, live: Live, agents: Iterable[Agent], lines: OpenLines) -> None:
    """Adopt each line that lives in its bridge and whose agent is at work on a campaign.

    The leg tells whose it is; where it does not, the phone does.
    """
    found = {leg_id: call_id for leg_id in live.legs if (call_id := _line(leg_id)) is not None}
    async with asyncio.TaskGroup() as group:
        asked = {leg_id: group.create_task(_noted(ari, leg_id)) for leg_id in found}
    at_work = [agent for agent in agents if agent.campaign_id]
    by_id = {str(agent.profile.agent_id): agent for agent in at_work}
    # Agents of two shifts may have one phone: the line on it is of the one who is at work.
    by_phone = {agent.profile.endpoint: agent for agent in at_work}
    for leg_id, call_id in found.items():
        noted = asked[leg_id].result()
        agent = by_id.get(noted) if noted else by_phone.get(live.legs[leg_id].endpoint)
        if agent is None or agent.campaign_id is None:
            continue
        if leg_id in live.bridges.get(bridge_of(call_id), ()):
            lines.adopt(call_id, agent.profile.agent_id, agent.campaign_id)


def _line(leg_id: LegId) -> CallId | None:
    mark = leg_mark(leg_id)
    return mark.call_id if mark is not None and mark.kind == "l" else None


async def _noted(ari: Ari, leg_id: LegId) -> str:
    told = await ari.channels.get_channel_var(channel_id=leg_id, variable=AGENT)
    return told.value.value if isinstance(told, Done) else ""
