"""The campaign's agents on the real floor: who gets the next customer is asked of `routing.floor`, as the running program does.

Every agent has an open line on the campaign. Inbound callers who share the agents get one in the same way.
"""

from datetime import UTC, datetime, timedelta

from calls.ids import AgentId, CallId, CampaignId
from routing.agent import AgentProfile
from routing.floor import Floor

_BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)
_CAMPAIGN = CampaignId("simulated")
_LONGER_THAN_ANY_WRAP_UP = 1e6


class LineFloor:
    """Agents by number, 0 and up. Moments are seconds since the beginning of the day."""

    def __init__(self, agents: int) -> None:
        self._floor = Floor()
        self._ids = [AgentId(f"agent{number:04d}") for number in range(agents)]
        self._number_of = {agent_id: number for number, agent_id in enumerate(self._ids)}
        self._calls: dict[int, CallId] = {}
        self._count = 0
        for agent_id in self._ids:
            self._floor.know(AgentProfile(agent_id, "", "", {}), _BEGIN)
            self._floor.login(agent_id, _BEGIN, _CAMPAIGN)
            self._floor.line_up(agent_id)

    def connect(self, now: float) -> int:
        """The agent who gets the next customer, and has it from now on. Somebody has to be free."""
        self._count += 1
        call, at = CallId(str(self._count)), _moment(now)
        reserved = self._floor.reserve_line(_CAMPAIGN, call, at)
        if reserved is None:
            raise LookupError("nobody is free")
        self._floor.connected(reserved.agent_id, call, at)
        number = self._number_of[reserved.agent_id]
        self._calls[number] = call
        return number

    def talk_ended(self, agent: int, now: float) -> None:
        """Wrap-up begins."""
        self._floor.hung_up(self._ids[agent], self._calls.pop(agent), _moment(now), _LONGER_THAN_ANY_WRAP_UP)

    def wrap_up_ended(self, agent: int, now: float) -> None:
        """Free, unless a pause was asked for."""
        self._floor.finish_wrap_up(self._ids[agent], _moment(now))

    def pause(self, agent: int, now: float) -> None:
        """After the present call and its wrap-up, if there is one."""
        self._floor.pause(self._ids[agent], "break", _moment(now))

    def resume(self, agent: int, now: float) -> None:
        """Free again."""
        self._floor.resume(self._ids[agent], _moment(now))


def _moment(seconds: float) -> datetime:
    return _BEGIN + timedelta(seconds=seconds)
