"""An agent and the life of an agent's state.

The life cycle is `LIFE`, a table from (state, trigger) to state. Three things are not in it. What an agent asks during an
offer or a conversation (a pause, logging out) is remembered as `pending` and takes effect where the table would make the
agent available, that is after wrap-up. Who is taken out of wrap-up for a customer keeps what is left of it: it follows the next
conversation, or goes on at once if nothing comes of that. And wrap-up ends by hand or by the clock of whoever owns the floor: the agent
only carries the moment. A call's trigger is for the call the agent has; `routing.floor` drops one of an older call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from calls.facts import AgentStateChanged
from calls.ids import AgentId, CallId, CampaignId, DealerId
from calls.words import AgentState
from routing.errors import NotNow


class AgentTrigger(StrEnum):
    """What can happen to an agent's state."""

    LOGGED_IN = "logged_in"
    LOGGED_OUT = "logged_out"
    PAUSED = "paused"
    RESUMED = "resumed"
    RESERVED = "reserved"
    RINGING = "ringing"
    CONNECTED = "connected"
    HUNG_UP = "hung_up"
    RELEASED = "released"
    OFFER_UNANSWERED = "offer_unanswered"
    WRAP_UP_FINISHED = "wrap_up_finished"


_S = AgentState
_T = AgentTrigger
LIFE: Mapping[AgentState, Mapping[AgentTrigger, AgentState]] = {
    _S.LOGGED_OUT: {
        _T.LOGGED_IN: _S.AVAILABLE,
        _T.LOGGED_OUT: _S.LOGGED_OUT,
        _T.WRAP_UP_FINISHED: _S.LOGGED_OUT,
    },
    _S.AVAILABLE: {
        _T.LOGGED_IN: _S.AVAILABLE,
        _T.LOGGED_OUT: _S.LOGGED_OUT,
        _T.PAUSED: _S.PAUSED,
        _T.RESUMED: _S.AVAILABLE,
        _T.RESERVED: _S.RESERVED,
        _T.WRAP_UP_FINISHED: _S.AVAILABLE,
    },
    _S.RESERVED: {
        _T.LOGGED_IN: _S.RESERVED,
        _T.LOGGED_OUT: _S.RESERVED,
        _T.PAUSED: _S.RESERVED,
        _T.RESUMED: _S.RESERVED,
        _T.RINGING: _S.RINGING,
        _T.CONNECTED: _S.ON_CALL,
        _T.RELEASED: _S.AVAILABLE,
        _T.OFFER_UNANSWERED: _S.PAUSED,
        _T.WRAP_UP_FINISHED: _S.RESERVED,
    },
    _S.RINGING: {
        _T.LOGGED_IN: _S.RINGING,
        _T.LOGGED_OUT: _S.RINGING,
        _T.PAUSED: _S.RINGING,
        _T.RESUMED: _S.RINGING,
        _T.RINGING: _S.RINGING,
        _T.CONNECTED: _S.ON_CALL,
        _T.RELEASED: _S.AVAILABLE,
        _T.OFFER_UNANSWERED: _S.PAUSED,
        _T.WRAP_UP_FINISHED: _S.RINGING,
    },
    _S.ON_CALL: {
        _T.LOGGED_IN: _S.ON_CALL,
        _T.LOGGED_OUT: _S.ON_CALL,
        _T.PAUSED: _S.ON_CALL,
        _T.RESUMED: _S.ON_CALL,
        _T.RINGING: _S.ON_CALL,
        _T.CONNECTED: _S.ON_CALL,
        _T.HUNG_UP: _S.WRAP_UP,
        _T.RELEASED: _S.AVAILABLE,
        _T.WRAP_UP_FINISHED: _S.ON_CALL,
    },
    _S.WRAP_UP: {
        _T.LOGGED_IN: _S.WRAP_UP,
        _T.LOGGED_OUT: _S.LOGGED_OUT,
        _T.PAUSED: _S.PAUSED,
        _T.RESUMED: _S.WRAP_UP,
        _T.RESERVED: _S.RESERVED,
        _T.HUNG_UP: _S.WRAP_UP,
        _T.RELEASED: _S.WRAP_UP,
        _T.WRAP_UP_FINISHED: _S.AVAILABLE,
    },
    _S.PAUSED: {
        _T.LOGGED_IN: _S.PAUSED,
        _T.LOGGED_OUT: _S.LOGGED_OUT,
        _T.PAUSED: _S.PAUSED,
        _T.RESUMED: _S.AVAILABLE,
        _T.WRAP_UP_FINISHED: _S.PAUSED,
    },
}
HANDLING = frozenset({_S.ON_CALL, _S.WRAP_UP})
BUSY_WITH_A_CALL = frozenset({_S.RESERVED, _S.RINGING, _S.ON_CALL})
CARRIES_A_CALL = BUSY_WITH_A_CALL | {_S.WRAP_UP}


@dataclass(frozen=True, slots=True)
class AgentProfile:
    """Who an agent is. `endpoint` is the phone, such as `PJSIP/anna`; `dealers` None means every dealer.

    `rescue`: offers to come out of wrap-up for a campaign's customer who answered and finds nobody free.
    """

    agent_id: AgentId
    name: str
    endpoint: str
    skills: Mapping[str, int]
    dealers: frozenset[DealerId] | None = None
    rescue: bool = False


class Agent(Struct, frozen=True):
    """An agent at this moment. All times are UTC.

    `since` is when the state began and `reason` why. `available_since` orders the idle: an offer that came to nothing
    through no doing of the agent's does not move it. `call_id` stays through wrap-up. `campaign_id` is the campaign whose
    open line the agent has or is about to have, `campaign_dealer` whose it is; `line_open` whether it is up. `pending` is what
    the agent asked for after this call: PAUSED or LOGGED_OUT. `wrap_up_left`: seconds of an earlier wrap-up still to come.
    """

    profile: AgentProfile
    state: AgentState
    since: datetime
    available_since: datetime
    reason: str = ""
    call_id: CallId | None = None
    campaign_id: CampaignId | None = None
    line_open: bool = False
    pending: AgentState | None = None
    pending_reason: str = ""
    wrap_up_until: datetime | None = None
    wrap_up_left: float = 0.0
    campaign_dealer: DealerId | None = None


def works_for(profile: AgentProfile, dealer: DealerId | None) -> bool:
    """Whether an agent may work for a dealer; for nobody in particular everybody may."""
    return dealer is None or profile.dealers is None or dealer in profile.dealers


def rescues(agent: Agent) -> bool:
    """Whether an agent in wrap-up takes a customer who finds nobody free; not one who is about to pause or to go home."""
    return agent.state is AgentState.WRAP_UP and agent.profile.rescue and agent.pending is None


def change(
    agent: Agent,
    trigger: AgentTrigger,
    now: datetime,
    *,
    reason: str = "",
    call_id: CallId | None = None,
    wrap_up_seconds: float = 0.0,
) -> Agent:
    """The agent after a trigger; the same object when nothing changes. Raises NotNow when the table has no such row.

    `reason` defaults to the trigger's name, `call_id` belongs to RESERVED and `wrap_up_seconds` to HUNG_UP.
    """
    after = LIFE[agent.state].get(trigger)
    if after is None:
        raise NotNow(agent.profile.agent_id, agent.state, trigger)
    reason = reason or trigger
    if (
        trigger is AgentTrigger.PAUSED
        and after is agent.state is AgentState.PAUSED
        and reason != agent.reason
    ):
        # Who goes to lunch while the phone is away is at lunch, also when the phone is back.
        return replace(agent, since=now, reason=reason)
    if after is agent.state:
        return _remember(agent, trigger, reason) if after in CARRIES_A_CALL else agent
    if trigger is AgentTrigger.RELEASED and agent.state is AgentState.RESERVED and agent.wrap_up_left > 0:
        after, wrap_up_seconds = AgentState.WRAP_UP, 0.0
    # Who did not answer is paused for that reason, whatever pause was asked for; but going home is going home.
    if agent.pending is not None and (
        after is AgentState.AVAILABLE
        or (after is AgentState.PAUSED and agent.pending is AgentState.LOGGED_OUT)
    ):
        after, reason = agent.pending, agent.pending_reason
    return _entered(agent, after, trigger, now, reason, call_id, wrap_up_seconds)


def state_change(before: Agent, after: Agent, now: datetime) -> AgentStateChanged:
    """The fact that tells of a change of state."""
    until = after.wrap_up_until
    if until is None and after.wrap_up_left > 0:
        until = now + timedelta(seconds=after.wrap_up_left)
    return AgentStateChanged(
        now,
        before.profile.agent_id,
        before.state,
        after.state,
        after.reason,
        after.call_id or before.call_id,
        after.campaign_id or before.campaign_id,
        until,
    )


def _remember(agent: Agent, trigger: AgentTrigger, reason: str) -> Agent:
    match trigger:
        case AgentTrigger.PAUSED:
            return replace(agent, pending=AgentState.PAUSED, pending_reason=reason)
        case AgentTrigger.LOGGED_OUT:
            return replace(agent, pending=AgentState.LOGGED_OUT, pending_reason=reason)
        case AgentTrigger.RESUMED | AgentTrigger.LOGGED_IN if agent.pending is not None:
            return replace(agent, pending=None, pending_reason="")
        case _:
            return agent


def _entered(
    agent: Agent,
    after: AgentState,
    trigger: AgentTrigger,
    now: datetime,
    reason: str,
    call_id: CallId | None,
    wrap_up_seconds: float,
) -> Agent:
    offer_came_to_nothing = trigger is AgentTrigger.RELEASED and agent.state is not AgentState.ON_CALL
    becomes_idle = after is AgentState.AVAILABLE and not offer_came_to_nothing
    carries_a_call = after in CARRIES_A_CALL
    logged_out = after is AgentState.LOGGED_OUT
    left = agent.wrap_up_left
    if agent.wrap_up_until is not None and after is AgentState.RESERVED:
        left = max(0.0, (agent.wrap_up_until - now).total_seconds())
    return Agent(
        profile=agent.profile,
        state=after,
        since=now,
        available_since=now if becomes_idle else agent.available_since,
        reason=reason,
        call_id=(call_id or agent.call_id) if carries_a_call else None,
        campaign_id=None if logged_out else agent.campaign_id,
        campaign_dealer=None if logged_out else agent.campaign_dealer,
        line_open=agent.line_open and not logged_out,
        pending=agent.pending if carries_a_call else None,
        pending_reason=agent.pending_reason if carries_a_call else "",
        wrap_up_until=now + timedelta(seconds=wrap_up_seconds + left)
        if after is AgentState.WRAP_UP
        else None,
        wrap_up_left=left if after in BUSY_WITH_A_CALL else 0.0,
    )
