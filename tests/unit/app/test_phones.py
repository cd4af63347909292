from app.ami.facts import ContactChanged, ContactState, TrunkChanged
from app.floor_desk import FloorDesk
from app.journal import Journal
from app.phones import PHONE_GONE, PhoneWatch
from calls.ids import AgentId, CallId
from calls.words import AgentState
from routing.agent import Agent
from routing.floor import Floor
from routing.flow import AgentChosen
from tests.fakes.fact_store import FactStore
from tests.fakes.virtual_time import HandClock
from tests.unit.app.people import ANNA, APK, BRAM, SALES, agent, call_id, queued
from tests.unit.app.reached import REACHED

S = AgentState
REACHABLE, UNREACHABLE, REMOVED = ContactState.REACHABLE, ContactState.UNREACHABLE, ContactState.REMOVED
ANNAS = ContactChanged("anna", REACHABLE)


class Watched:
    """A floor whose phones are watched."""

    def __init__(self, *agents: Agent) -> None:
        self.floor = Floor()
        for one in agents:
            self.floor.restore(one)
        journal = Journal(FactStore())
        self.desk = FloorDesk(self.floor, journal, HandClock(), lambda _dealer, _name: SALES, lambda _id: 20)
        self.given: list[AgentId] = []
        self.desk.connect(self._deliver)
        self.desk.on_fact(REACHED)
        self.phones = PhoneWatch(self.desk, "trunk")
        self.journal = journal
        journal.observe("phones", self.phones.on_fact)
        journal.observe("floor", self.desk.on_fact)

    def _deliver(self, call_id: CallId, fact: object) -> bool:
        assert isinstance(fact, AgentChosen), call_id
        self.given.append(fact.agent_id)
        return True

    def state(self, agent_id: AgentId = ANNA) -> tuple[AgentState, str]:
        known = self.floor.agent(agent_id)
        return known.state, known.reason


def test_an_agent_is_paused_while_the_phone_is_gone_and_resumed_when_it_is_back() -> None:
    watched = Watched(agent(ANNA), agent(BRAM))
    watched.phones.on_contacts([ANNAS, ContactChanged("bram", REACHABLE)])

    watched.phones.on_contact(ContactChanged("anna", UNREACHABLE))
    gone = watched.state()
    watched.phones.on_contact(ANNAS)

    assert gone == (S.PAUSED, PHONE_GONE)
    assert watched.state()[0] is S.AVAILABLE
    assert watched.state(BRAM)[0] is S.AVAILABLE


def test_an_agent_who_logs_in_without_a_phone_is_paused_until_it_registers() -> None:
    watched = Watched(agent(ANNA, S.LOGGED_OUT))
    watched.phones.on_contacts([])
    watched.journal.publish(queued(1))

    watched.desk.login(ANNA)
    logged_in = watched.state()
    nobody = list(watched.given)
    watched.phones.on_contact(ANNAS)

    assert logged_in == (S.PAUSED, PHONE_GONE)
    assert nobody == []
    assert watched.given == [ANNA]


def test_an_agent_whose_phone_goes_during_a_call_is_paused_after_it() -> None:
    watched = Watched(agent(ANNA))
    watched.phones.on_contacts([ANNAS])
    watched.journal.publish(queued(1))

    watched.phones.on_contact(ContactChanged("anna", REMOVED))
    during = watched.state()[0]
    watched.desk.release(ANNA, call_id(1))

    assert during is S.RESERVED
    assert watched.state() == (S.PAUSED, PHONE_GONE)


def test_a_pause_that_the_agent_asked_for_is_not_ended_by_the_phone() -> None:
    watched = Watched(agent(ANNA))
    watched.phones.on_contacts([ANNAS])
    watched.desk.pause(ANNA, "lunch")

    watched.phones.on_contact(ContactChanged("anna", UNREACHABLE))
    watched.phones.on_contact(ANNAS)

    assert watched.state() == (S.PAUSED, "lunch")


def test_an_agent_who_goes_to_lunch_while_the_phone_is_gone_is_not_brought_back_by_it() -> None:
    watched = Watched(agent(ANNA))
    watched.phones.on_contacts([])
    gone = watched.state()

    watched.desk.pause(ANNA, "lunch")
    watched.phones.on_contact(ANNAS)

    assert (gone, watched.state()) == ((S.PAUSED, PHONE_GONE), (S.PAUSED, "lunch"))


def test_a_phone_that_is_missing_after_a_reconnect_has_gone() -> None:
    watched = Watched(agent(ANNA))
    watched.phones.on_contacts([ANNAS])

    watched.phones.on_down("lost")
    meanwhile = watched.state()[0]
    watched.phones.on_contacts([])

    assert meanwhile is S.AVAILABLE
    assert watched.state() == (S.PAUSED, PHONE_GONE)


def test_nothing_is_known_before_everything_was_told_and_while_the_link_is_down() -> None:
    watched = Watched(agent(ANNA))

    watched.phones.on_contact(ContactChanged("anna", UNREACHABLE))
    before = (watched.phones.knows, dict(watched.phones.phones()))
    watched.phones.on_contacts([ANNAS])
    watched.phones.on_trunk(TrunkChanged("sip:dealer@example.org", is_registered=True))
    watched.phones.on_down("lost")

    assert before == (False, {})
    assert watched.state()[0] is S.AVAILABLE
    assert (watched.phones.knows, dict(watched.phones.phones()), dict(watched.phones.registrations())) == (
        False,
        {},
        {},
    )


def test_phones_are_those_registered_and_those_of_agents_but_not_the_trunk() -> None:
    watched = Watched(agent(ANNA), agent(BRAM, S.LOGGED_OUT), agent(AgentId("carla"), campaign_id=APK))

    watched.phones.on_contacts(
        [ANNAS, ContactChanged("trunk", REACHABLE), ContactChanged("lobby", ContactState.UNKNOWN)]
    )
    watched.phones.on_contact(ContactChanged("trunk", UNREACHABLE))

    assert watched.phones.phones() == {
        "anna": REACHABLE,
        "bram": REMOVED,
        "carla": REMOVED,
        "lobby": ContactState.UNKNOWN,
    }
    assert watched.phones.unreachable() == ["carla"]


def test_a_registered_phone_that_was_not_yet_asked_changes_nothing() -> None:
    watched = Watched(agent(ANNA))

    watched.phones.on_contacts([ContactChanged("anna", ContactState.UNKNOWN)])

    assert watched.state()[0] is S.AVAILABLE


def test_a_trunk_that_is_known_not_to_answer_is_out_of_reach_until_it_does() -> None:
    watched = Watched(agent(ANNA))
    phones = watched.phones
    unknown = phones.trunk_in_reach
    phones.on_contacts([ContactChanged("trunk", UNREACHABLE)])
    at_start = phones.trunk_in_reach
    phones.on_contact(ContactChanged("trunk", REACHABLE))
    back = phones.trunk_in_reach
    phones.on_contact(ContactChanged("trunk", UNREACHABLE))

    assert (unknown, at_start, back, phones.trunk_in_reach) == (True, False, True, False)
    assert phones.trunk == ("trunk", UNREACHABLE)
    phones.on_down("gone")
    assert phones.trunk_in_reach


def test_a_trunk_at_which_our_registration_is_lost_is_out_of_reach() -> None:
    phones = Watched(agent(ANNA)).phones
    phones.on_contacts([ContactChanged("trunk", REACHABLE)])

    phones.on_trunk(TrunkChanged("sip:dealer@example.org", is_registered=False))
    lost = phones.trunk_in_reach
    phones.on_trunk(TrunkChanged("sip:dealer@example.org", is_registered=True))

    assert (lost, phones.trunk_in_reach) == (False, True)
