"""Choosing an agent for a waiting call.

Among the agents who may be offered the call: those who meet all that the queue asks, else those who meet what is left of
it after waiting this long; and of these the one who has been available for the longest time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from calls.ids import AgentId, CampaignId, DealerId
from calls.words import AgentState
from routing.agent import Agent, works_for
from routing.queue import WaitingCall
from routing.skills import SkillRequirement, meets, relaxed, steps_passed


class SelectionReason(StrEnum):
    """Why this agent."""

    LONGEST_IDLE = "longest_idle"
    ONLY_QUALIFIED = "only_qualified"
    RELAXED = "relaxed"
    WRAP_UP_LEFT = "wrap_up_left"
    PREVIEWED = "previewed"


class NoAgentReason(StrEnum):
    """Why nobody."""

    NONE_AVAILABLE = "none_available"
    NONE_QUALIFIED = "none_qualified"


@dataclass(frozen=True, slots=True)
class Selection:
    """The agent for a call."""

    agent_id: AgentId
    reason: SelectionReason


@dataclass(frozen=True, slots=True)
class NoAgent:
    """Nobody for a call."""

    reason: NoAgentReason


def select_agent(call: WaitingCall, available: Collection[Agent], now: datetime) -> Selection | NoAgent:
    """Choose one of the `available` agents, who are given in the order of `idle_order`."""
    plan = call.plan
    passed = steps_passed(plan.relaxations, call.waited_seconds(now))
    first, second = _first_two(call, available, plan.requirements)
    if first is not None:
        reason = SelectionReason.ONLY_QUALIFIED if second is None else SelectionReason.LONGEST_IDLE
        return Selection(first.profile.agent_id, reason)
    if passed:
        first, _ = _first_two(call, available, relaxed(plan.requirements, plan.relaxations[:passed]))
    if first is not None:
        return Selection(first.profile.agent_id, SelectionReason.RELAXED)
    somebody = any(works_for(agent.profile, plan.dealer) for agent in available)
    return NoAgent(NoAgentReason.NONE_QUALIFIED if somebody else NoAgentReason.NONE_AVAILABLE)


def idle_order(agent: Agent) -> tuple[datetime, AgentId]:
    """Sorts available agents: who is idle for the longest time comes first; then by id, so that a choice can be repeated."""
    return (agent.available_since, agent.profile.agent_id)


def first_choice(call: WaitingCall, idle: Collection[Agent], now: datetime) -> Selection | NoAgent:
    """Somebody who only takes callers; when there is none, somebody on a campaign."""
    choice = select_agent(call, [agent for agent in idle if agent.campaign_id is None], now)
    return select_agent(call, idle, now) if isinstance(choice, NoAgent) else choice


def takes_callers(agent: Agent, blended: Collection[CampaignId]) -> bool:
    """Whether an agent at work is given callers at all: on a campaign only over the open line of one that is `blended`."""
    return agent.campaign_id is None or (agent.campaign_id in blended and agent.line_open)


def gets_callers(agent: Agent, dealer: DealerId, blended: Collection[CampaignId]) -> bool:
    """Whether an agent is at work, busy or not, and is given the callers of this dealer."""
    return (
        agent.state not in (AgentState.LOGGED_OUT, AgentState.PAUSED)
        and takes_callers(agent, blended)
        and works_for(agent.profile, dealer)
    )


def _first_two(
    call: WaitingCall, available: Collection[Agent], requirements: tuple[SkillRequirement, ...]
) -> tuple[Agent | None, Agent | None]:
    qualified = (
        agent
        for agent in available
        if works_for(agent.profile, call.plan.dealer) and meets(agent.profile.skills, requirements)
    )
    return next(qualified, None), next(qualified, None)
