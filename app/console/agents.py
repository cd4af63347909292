"""Agents in the API."""

from collections.abc import Mapping
from datetime import datetime
from typing import cast

from pydantic import BaseModel, Field

from app.console.fields import Ask, DealerSet, Endpoint, Skills, Slug, Title, Word
from app.console.routes import AnyRoute, Asked, Nothing, changing, reading
from app.control import Control
from app.control_ports import ProfileChanges
from calls.ids import AgentId, CampaignId, DealerId
from calls.words import AgentState
from routing.agent import Agent, AgentProfile


class NewAgent(Ask):
    """An agent to take up. `dealers` null means every dealer.

    `rescue`: comes out of wrap-up for a campaign's customer who answered and finds nobody free.
    """

    id: Slug
    name: Title
    endpoint: Endpoint
    skills: Skills
    dealers: DealerSet | None = None
    rescue: bool = False


class AgentChanges(Ask):
    """What changes of an agent; a field that is left out stays."""

    name: Title = Field(default_factory=str)
    endpoint: Endpoint = Field(default_factory=str)
    skills: Skills = Field(default_factory=dict)
    dealers: DealerSet | None = None
    rescue: bool = False


class Login(Ask):
    """To work: for waiting calls, or on a campaign's open line."""

    campaign: Slug | None = None


class Pause(Ask):
    """Take no calls. `reason` is one word, such as break or training."""

    reason: Word


class AgentAnswer(BaseModel):
    """An agent as of now. `call` stays through wrap-up; `pending` is what comes after the present call."""

    id: str
    name: str
    endpoint: str
    skills: dict[str, int]
    dealers: list[str] | None
    rescue: bool
    state: AgentState
    since: datetime
    reason: str
    call: str | None
    campaign: str | None
    line_open: bool
    pending: AgentState | None
    wrap_up_until: datetime | None


class AgentList(BaseModel):
    """Every agent."""

    agents: list[AgentAnswer]


def agent_answer(agent: Agent) -> AgentAnswer:
    """Show an agent."""
    profile = agent.profile
    return AgentAnswer(
        id=profile.agent_id,
        name=profile.name,
        endpoint=profile.endpoint,
        skills=dict(profile.skills),
        dealers=None if profile.dealers is None else sorted(profile.dealers),
        rescue=profile.rescue,
        state=agent.state,
        since=agent.since,
        reason=agent.reason,
        call=agent.call_id,
        campaign=agent.campaign_id,
        line_open=agent.line_open,
        pending=agent.pending,
        wrap_up_until=agent.wrap_up_until,
    )


async def list_agents(control: Control, _asked: Asked[Nothing, Nothing]) -> AgentList:
    """Every agent, with state and skills."""
    return AgentList(agents=[agent_answer(agent) for agent in control.agents()])


async def create_agent(control: Control, asked: Asked[NewAgent, Nothing]) -> AgentAnswer:
    """Take up a new agent, logged out."""
    new = asked.body
    dealers = None if new.dealers is None else frozenset(map(DealerId, new.dealers))
    profile = AgentProfile(AgentId(new.id), new.name, new.endpoint, new.skills, dealers, new.rescue)
    return agent_answer(await control.create_agent(profile, asked.who))


async def get_agent(control: Control, asked: Asked[Nothing, Nothing]) -> AgentAnswer:
    """One agent, with state and skills."""
    return agent_answer(control.agent(_id(asked.path)))


async def change_agent(control: Control, asked: Asked[AgentChanges, Nothing]) -> AgentAnswer:
    """Change an agent; what is not named stays. In force at the next choice."""
    changes = cast("ProfileChanges", asked.body.model_dump(exclude_unset=True))
    return agent_answer(await control.update_agent(_id(asked.path), changes, asked.who))


async def log_in_agent(control: Control, asked: Asked[Login, Nothing]) -> AgentAnswer:
    """Log an agent in, for waiting calls or on a campaign."""
    campaign = asked.body.campaign
    return agent_answer(
        await control.login(_id(asked.path), None if campaign is None else CampaignId(campaign))
    )


async def log_out_agent(control: Control, asked: Asked[Nothing, Nothing]) -> AgentAnswer:
    """Log an agent out, after the present call."""
    return agent_answer(control.logout(_id(asked.path)))


async def pause_agent(control: Control, asked: Asked[Pause, Nothing]) -> AgentAnswer:
    """Pause an agent, after the present call."""
    return agent_answer(control.pause(_id(asked.path), asked.body.reason))


async def resume_agent(control: Control, asked: Asked[Nothing, Nothing]) -> AgentAnswer:
    """End an agent's pause."""
    return agent_answer(control.resume(_id(asked.path)))


async def end_wrap_up(control: Control, asked: Asked[Nothing, Nothing]) -> AgentAnswer:
    """End an agent's wrap-up before its time."""
    return agent_answer(control.wrap_up_done(_id(asked.path)))


def _id(path: Mapping[str, str]) -> AgentId:
    return AgentId(path["agent_id"])


LIST_AGENTS = reading("/agents", list_agents, Nothing, AgentList)
CREATE_AGENT = changing("POST", "/agents", create_agent, NewAgent, AgentAnswer, 201)
GET_AGENT = reading("/agents/{agent_id}", get_agent, Nothing, AgentAnswer)
CHANGE_AGENT = changing("PATCH", "/agents/{agent_id}", change_agent, AgentChanges, AgentAnswer)
LOG_IN = changing("POST", "/agents/{agent_id}/login", log_in_agent, Login, AgentAnswer)
LOG_OUT = changing("POST", "/agents/{agent_id}/logout", log_out_agent, Nothing, AgentAnswer)
PAUSE = changing("POST", "/agents/{agent_id}/pause", pause_agent, Pause, AgentAnswer)
RESUME = changing("POST", "/agents/{agent_id}/resume", resume_agent, Nothing, AgentAnswer)
END_WRAP_UP = changing("POST", "/agents/{agent_id}/wrap-up-done", end_wrap_up, Nothing, AgentAnswer)

ROUTES: tuple[AnyRoute, ...] = (
    LIST_AGENTS,
    CREATE_AGENT,
    GET_AGENT,
    CHANGE_AGENT,
    LOG_IN,
    LOG_OUT,
    PAUSE,
    RESUME,
    END_WRAP_UP,
)
