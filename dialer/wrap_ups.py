"""What the wrap-ups of a campaign's agents teach: how long they last, and how often a customer who finds nobody free is saved from one."""

from datetime import datetime, timedelta

from calls.facts import AgentStateChanged, AttemptAbandoned, AttemptConnected, Fact
from calls.ids import AgentId, CampaignId
from calls.words import AgentState
from dialer.estimators import CampaignEstimates, RescueShare

FOUND_NOBODY_SECONDS = 0.3  # who waits longer for an agent found nobody free


class WrapUps:
    """Of one campaign; `estimates` hears of each that ends."""

    def __init__(self, campaign_id: CampaignId, estimates: CampaignEstimates) -> None:
        self._campaign_id = campaign_id
        self._estimates = estimates
        self._rescue = RescueShare()
        self._since: dict[AgentId, datetime] = {}

    @property
    def rescue_chance(self) -> float:
        """How often a customer who finds nobody free is taken by an agent in wrap-up."""
        return self._rescue.value

    def on_fact(self, fact: Fact) -> None:
        """Learn from a fact of this campaign."""
        match fact:
            case AgentStateChanged(campaign_id=self._campaign_id):
                self._learn(fact)
            case AttemptAbandoned(campaign_id=self._campaign_id):
                self._rescue.add(rescued=False)
            case AttemptConnected(campaign_id=self._campaign_id, answer_to_agent_seconds=waited) if (
                waited > FOUND_NOBODY_SECONDS
            ):
                self._rescue.add(rescued=False)
            case _:
                pass

    def clock_moved(self, by: timedelta) -> None:
        """The clock was set to another time: each wrap-up is as old as it was."""
        self._since = {agent_id: at + by for agent_id, at in self._since.items()}

    def _learn(self, fact: AgentStateChanged) -> None:
        if fact.after is AgentState.WRAP_UP:
            self._since[fact.agent_id] = fact.at
            return
        began = self._since.pop(fact.agent_id, None)
        if fact.before is AgentState.WRAP_UP and fact.after is AgentState.RESERVED:
            self._rescue.add(rescued=True)
        elif began is not None:
            self._estimates.wrap_up_ended((fact.at - began).total_seconds())
