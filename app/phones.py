"""What AMI tells of the phones and the trunk: an agent whose phone cannot be rung is paused before a caller waits for it.

Nobody is dialled through a trunk that is known not to answer, or at which our registration is lost (`app.trunk_gate`).
"""

import logging
from collections.abc import Mapping, Sequence

from app.ami.facts import ContactChanged, ContactState, TrunkChanged
from app.floor_desk import FloorDesk
from calls.facts import AgentStateChanged, Fact
from calls.ids import AgentId
from calls.numbers import mask
from calls.words import AgentState
from routing.agent import AgentProfile

PHONE_GONE = "phone_unreachable"
_GONE = frozenset({ContactState.UNREACHABLE, ContactState.REMOVED})
_log = logging.getLogger(__name__)


class PhoneWatch:
    """Follows the AMI link (`app.ami.link.AmiListener`) and the agents. `trunk` names the endpoint that is no phone.

    While the link is down nothing is known and no agent is paused or resumed.
    """

    def __init__(self, desk: FloorDesk, trunk: str) -> None:
        self._desk = desk
        self._trunk = trunk
        self._contacts: dict[str, ContactState] | None = None
        self._registrations: dict[str, bool] = {}
        self._trunk_contact = ContactState.UNKNOWN

    @property
    def knows(self) -> bool:
        """Whether the link is up and has told everything."""
        return self._contacts is not None

    def phones(self) -> Mapping[str, ContactState]:
        """Every phone that is registered or is an agent's; empty while nothing is known."""
        if self._contacts is None:
            return {}
        unregistered = dict.fromkeys(filter(None, map(_phone_of, self._profiles())), ContactState.REMOVED)
        return {**unregistered, **self._contacts}

    def registrations(self) -> Mapping[str, bool]:
        """Our registrations at the trunk, by whom we register as; empty while nothing is known."""
        return self._registrations

    @property
    def trunk(self) -> tuple[str, ContactState]:
        """The trunk's endpoint, and whether it answers: unknown while nothing is known, or nobody asks it."""
        return self._trunk, self._trunk_contact

    @property
    def trunk_in_reach(self) -> bool:
        """Whether calls can go out, as far as is known."""
        return self._trunk_contact is not ContactState.UNREACHABLE and all(self._registrations.values())

    def unreachable(self) -> Sequence[AgentId]:
        """The agents at work whose phone cannot be rung."""
        return [
            agent.profile.agent_id
            for agent in self._desk.floor.agents()
            if agent.state is not AgentState.LOGGED_OUT and self._state_of(agent.profile) in _GONE
        ]

    def on_contacts(self, contacts: Sequence[ContactChanged]) -> None:
        """These are all the phones that are registered."""
        self._contacts = {each.phone: each.state for each in contacts if each.phone != self._trunk}
        for each in contacts:
            if each.phone == self._trunk:
                self._on_trunk_contact(each.state)
        for profile in self._profiles():
            self._follow(profile)

    def on_contact(self, changed: ContactChanged) -> None:
        """A phone came or went: its agent is paused while it is gone."""
        if self._contacts is None:
            return
        if changed.phone == self._trunk:
            self._on_trunk_contact(changed.state)
            return
        self._contacts[changed.phone] = changed.state
        for profile in self._profiles():
            if _phone_of(profile) == changed.phone:
                self._follow(profile)

    def on_trunk(self, changed: TrunkChanged) -> None:
        """The trunk's registration changed."""
        self._registrations[changed.client_uri] = changed.is_registered
        if not changed.is_registered:
            _log.error("the trunk is not registered", extra={"trunk": mask(changed.client_uri)})

    def _on_trunk_contact(self, state: ContactState) -> None:
        before, self._trunk_contact = self._trunk_contact, state
        if state is ContactState.UNREACHABLE and before is not state:
            _log.error("the trunk does not answer; no campaign dials")
        if before is ContactState.UNREACHABLE and state is ContactState.REACHABLE:
            _log.warning("the trunk answers again")

    def on_fully_booted(self) -> None:
        """Asterisk has started completely."""
        _log.info("asterisk has booted")

    def on_down(self, reason: str) -> None:
        """Nothing is known until the link is back; agents stay as they are."""
        self._contacts = None
        self._trunk_contact = ContactState.UNKNOWN
        self._registrations.clear()
        _log.warning("the manager link is down", extra={"reason": reason})

    def on_fact(self, fact: Fact) -> None:
        """An agent who becomes available without a phone, at login or after a call, is paused at once."""
        if isinstance(fact, AgentStateChanged) and fact.after is AgentState.AVAILABLE:
            self._follow(self._desk.floor.agent(fact.agent_id).profile)

    def _follow(self, profile: AgentProfile) -> None:
        """Pause or resume an agent as the phone is now."""
        agent, state = self._desk.floor.agent(profile.agent_id), self._state_of(profile)
        if state in _GONE and agent.state is AgentState.AVAILABLE:
            self._desk.pause(profile.agent_id, PHONE_GONE)
        elif (
            state is ContactState.REACHABLE
            and agent.state is AgentState.PAUSED
            and agent.reason == PHONE_GONE
        ):
            self._desk.resume(profile.agent_id)

    def _state_of(self, profile: AgentProfile) -> ContactState:
        phone = _phone_of(profile)
        if self._contacts is None or phone is None:
            return ContactState.UNKNOWN
        return self._contacts.get(phone, ContactState.REMOVED)

    def _profiles(self) -> Sequence[AgentProfile]:
        return [agent.profile for agent in self._desk.floor.agents()]


def _phone_of(profile: AgentProfile) -> str | None:
    """The phone's name in Asterisk; None when it is reached through another endpoint."""
    technology, _, name = profile.endpoint.partition("/")
    return name if technology == "PJSIP" and name and not {"/", "@"} & set(name) else None
