"""What serves the routes of `app.console.agents`."""

from collections.abc import Mapping
from typing import cast

from app.console.agents import (
    CHANGE_AGENT,
    CREATE_AGENT,
    END_WRAP_UP,
    GET_AGENT,
    LIST_AGENTS,
    LOG_IN,
    LOG_OUT,
    PAUSE,
    REMOVE_AGENT,
    RESUME,
    AgentAnswer,
    AgentChanges,
    AgentList,
    Login,
    NewAgent,
    Pause,
)
from app.console.operations import AnyOperation, Asked, Operation
from app.console.routes import Nothing
from app.control import Control
from app.control_ports import ProfileChanges
from calls.ids import AgentId, CampaignId, DealerId
from routing.agent import Agent, AgentProfile


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


async def remove_agent(control: Control, asked: Asked[Nothing, Nothing]) -> AgentAnswer:
    """Forget an agent who is logged out; what became of the agent's calls stays."""
    return agent_answer(await control.remove_agent(_id(asked.path), asked.who))


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


OPERATIONS: tuple[AnyOperation, ...] = (
    Operation(LIST_AGENTS, list_agents),
    Operation(CREATE_AGENT, create_agent),
    Operation(GET_AGENT, get_agent),
    Operation(CHANGE_AGENT, change_agent),
    Operation(REMOVE_AGENT, remove_agent),
    Operation(LOG_IN, log_in_agent),
    Operation(LOG_OUT, log_out_agent),
    Operation(PAUSE, pause_agent),
    Operation(RESUME, resume_agent),
    Operation(END_WRAP_UP, end_wrap_up),
)
