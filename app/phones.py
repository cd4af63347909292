"""What AMI tells of the phones and the trunk: a phone that cannot be rung pauses its agent before a caller waits for it."""

import logging

from app.ami.facts import ContactChanged, ContactState, TrunkChanged
from app.floor_desk import FloorDesk
from calls.ids import AgentId
from calls.words import AgentState

PHONE_GONE = "phone_unreachable"
_log = logging.getLogger(__name__)


class PhoneWatch:
    """Follows the AMI link (`app.ami.link.AmiListener`)."""

    def __init__(self, desk: FloorDesk) -> None:
        self._desk = desk
        self.phones: dict[str, ContactState] = {}
        self.trunks: dict[str, bool] = {}

    def on_contact(self, changed: ContactChanged) -> None:
        """A phone came or went: its agent is paused while it is gone."""
        self.phones[changed.phone] = changed.state
        agent_id = self._agent_at(changed.phone)
        if agent_id is None:
            return
        agent = self._desk.floor.agent(agent_id)
        if changed.state is ContactState.REACHABLE:
            if agent.state is AgentState.PAUSED and agent.reason == PHONE_GONE:
                self._desk.resume(agent_id)
        elif changed.state is not ContactState.UNKNOWN and agent.state is AgentState.AVAILABLE:
            self._desk.pause(agent_id, PHONE_GONE)

    def on_trunk(self, changed: TrunkChanged) -> None:
        """The trunk's registration changed."""
        self.trunks[changed.client_uri] = changed.is_registered
        if not changed.is_registered:
            _log.error("the trunk is not registered", extra={"trunk": changed.client_uri})

    def on_fully_booted(self) -> None:
        """Asterisk has started completely."""
        _log.info("asterisk has booted")

    def on_down(self, reason: str) -> None:
        """Nothing is known of the phones until the link is back; agents stay as they are."""
        _log.warning("the manager link is down", extra={"reason": reason})

    def _agent_at(self, phone: str) -> AgentId | None:
        endpoint = f"PJSIP/{phone}"
        agents = self._desk.floor.view(self._desk.now()).agents
        return next((each.profile.agent_id for each in agents if each.profile.endpoint == endpoint), None)
