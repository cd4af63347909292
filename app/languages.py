"""Who speaks the language of whom: customers of whom an agent noted a language, and the line agents who have it as a skill."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from app.outbound import OutboundCall
from calls.ids import CampaignId
from dialer.life import AttemptState
from routing.agent import Agent

_NEEDS_AN_AGENT = frozenset(AttemptState) - {
    AttemptState.JOINING,
    AttemptState.CONNECTED,
    AttemptState.MESSAGE,
    AttemptState.ENDED,
}


class Languages:
    """The languages of a campaign's customers who are being called and have no agent yet, and what is left for others."""

    def __init__(
        self, machines: Callable[[], Sequence[object]], line_agents: Callable[[CampaignId], list[Agent]]
    ) -> None:
        """`machines` are those of all running calls, `line_agents` who could be given a customer now."""
        self._machines = machines
        self._line_agents = line_agents

    def asked_for(self, campaign_id: CampaignId) -> Mapping[str, int]:
        """For how many customers in the air each language is needed."""
        return Counter(
            machine.attempt.language
            for machine in self._machines()
            if isinstance(machine, OutboundCall)
            and machine.attempt.campaign_id == campaign_id
            and machine.attempt.language is not None
            and machine.attempt.state in _NEEDS_AN_AGENT
        )

    def free(self, campaign_id: CampaignId) -> Mapping[str, int]:
        """How many more customers can be called in each language: its free agents, without those whom somebody in the air needs."""
        skills = Counter(skill for agent in self._line_agents(campaign_id) for skill in agent.profile.skills)
        return skills - Counter(self.asked_for(campaign_id))
