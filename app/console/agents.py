"""Agents in the API."""

from datetime import datetime

from pydantic import BaseModel, Field

from app.console.fields import Ask, DealerSet, Endpoint, Skills, Slug, Title, Word
from app.console.routes import Nothing, changing, reading
from calls.words import AgentState


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


LIST_AGENTS = reading("/agents", Nothing, AgentList)
CREATE_AGENT = changing("POST", "/agents", NewAgent, AgentAnswer, 201)
GET_AGENT = reading("/agents/{agent_id}", Nothing, AgentAnswer)
CHANGE_AGENT = changing("PATCH", "/agents/{agent_id}", AgentChanges, AgentAnswer)
REMOVE_AGENT = changing("POST", "/agents/{agent_id}/remove", Nothing, AgentAnswer)
LOG_IN = changing("POST", "/agents/{agent_id}/login", Login, AgentAnswer)
LOG_OUT = changing("POST", "/agents/{agent_id}/logout", Nothing, AgentAnswer)
PAUSE = changing("POST", "/agents/{agent_id}/pause", Pause, AgentAnswer)
RESUME = changing("POST", "/agents/{agent_id}/resume", Nothing, AgentAnswer)
END_WRAP_UP = changing("POST", "/agents/{agent_id}/wrap-up-done", Nothing, AgentAnswer)
