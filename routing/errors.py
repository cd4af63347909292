"""Errors of routing: both are the asker's, to be told and not retried."""

from calls.ids import AgentId, DealerId
from calls.words import AgentState


class RoutingError(Exception):
    """Root of this package's errors."""


class UnknownAgent(RoutingError):
    """There is no such agent."""

    def __init__(self, agent_id: AgentId) -> None:
        super().__init__(f"no agent {agent_id}: `dealerlijn agent list` shows them")
        self.agent_id = agent_id


class NotNow(RoutingError):
    """An agent in this state cannot do that."""

    def __init__(self, agent_id: AgentId, state: AgentState, wish: str) -> None:
        super().__init__(f"agent {agent_id} is {state}: {wish} is not possible now")
        self.agent_id = agent_id
        self.state = state
        self.wish = wish


class NotForThisDealer(RoutingError):
    """An agent's profile does not name the dealer whose campaign it is."""

    def __init__(self, agent_id: AgentId, dealer: DealerId) -> None:
        super().__init__(
            f"agent {agent_id} does not work for dealer {dealer}: choose a campaign of the agent's own dealers, "
            "or add the dealer to the agent"
        )
        self.agent_id = agent_id
        self.dealer = dealer


class PhoneTaken(RoutingError):
    """Somebody else is at work with the same phone: it would ring for two calls at once."""

    def __init__(self, agent_id: AgentId, other: AgentId, endpoint: str) -> None:
        super().__init__(
            f"{other} is at work with the phone {endpoint}: log {other} out first, or give {agent_id} another phone"
        )
        self.agent_id = agent_id
        self.other = other
