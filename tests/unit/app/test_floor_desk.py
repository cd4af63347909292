from collections.abc import Sequence

import pytest

from app.floor_desk import FloorDesk
from app.journal import Journal
from calls.facts import (
    AgentStateChanged,
    AsteriskLost,
    AttemptAnswered,
    AttemptConnected,
    CallConnected,
    CallEnded,
    CallOffered,
    Fact,
    OfferUnanswered,
)
from calls.ids import AgentId, CallId, CampaignId, offer_leg
from calls.words import (
    AgentState,
    AttemptOutcome,
    CallPhase,
    Department,
    HangupCause,
    InboundOutcome,
)
from dialer.life import AgentFound
from routing.agent import Agent
from routing.floor import Floor
from routing.flow import AgentChosen
from tests.fakes.fact_store import FactStore
from tests.fakes.virtual_time import HandClock, after
from tests.unit.app.people import ANNA, APK, BRAM, DEMO, NODE, SALES, agent, attempt_ended, call_id, queued
from tests.unit.app.reached import REACHED

ONE, TWO, THREE = call_id(1), call_id(2), call_id(3)
ANNAS_LINE, BRAMS_LINE = call_id(101), call_id(102)
S = AgentState


class Desk:
    """A desk, who got which agent, and the calls that nobody has any more."""

    def __init__(self, *agents: Agent) -> None:
        self.clock = HandClock()
        self.floor = Floor()
        for one in agents:
            self.floor.restore(one)
        self.journal = Journal(FactStore())
        self.desk = FloorDesk(
            self.floor, self.journal, self.clock, lambda _dealer, _department: SALES, lambda _campaign: 20
        )
        self.facts: list[Fact] = []
        self.given: list[tuple[CallId, AgentId]] = []
        self.dead: set[CallId] = set()
        self.desk.connect(self._deliver)
        self.desk.on_fact(REACHED)
        self.journal.observe("test", self.facts.append)
        self.journal.observe("floor", self.desk.on_fact)

    def at(self, seconds: float, *facts: Fact) -> None:
        self.clock.seconds = seconds
        self.journal.publish(*facts)

    def state(self, agent_id: AgentId) -> AgentState:
        return self.floor.agent(agent_id).state

    def states(self, agent_id: AgentId) -> list[AgentState]:
        changes = [fact for fact in self.facts if isinstance(fact, AgentStateChanged)]
        return [fact.after for fact in changes if fact.agent_id == agent_id]

    def line_up(self, agent_id: AgentId, line: CallId) -> None:
        self.desk.line_up(agent_id, line)

    def _deliver(self, call_id: CallId, fact: object) -> bool:
        if call_id in self.dead:
            return False
        assert isinstance(fact, AgentChosen | AgentFound)
        self.given.append((call_id, fact.agent_id))
        return True


def offered(call: CallId, agent_id: AgentId, seconds: float) -> CallOffered:
    return CallOffered(
        after(seconds), call, DEMO, Department.SALES, agent_id, offer_leg(call, 0), "longest_idle"
    )


def unanswered(call: CallId, agent_id: AgentId, seconds: float) -> OfferUnanswered:
    return OfferUnanswered(after(seconds), call, DEMO, Department.SALES, agent_id, HangupCause.NO_ANSWER)


def connected(call: CallId, agent_id: AgentId, seconds: float) -> CallConnected:
    return CallConnected(after(seconds), call, DEMO, Department.SALES, agent_id, offer_leg(call, 0), seconds)


def ended(call: CallId, phase: CallPhase, seconds: float) -> CallEnded:
    outcome = InboundOutcome.CONNECTED if phase is CallPhase.TALKING else InboundOutcome.LOST
    return CallEnded(
        after(seconds), call, DEMO, Department.SALES, phase, outcome, HangupCause.NORMAL, seconds, 0
    )


def joined(call: CallId, agent_id: AgentId, seconds: float) -> AttemptConnected:
    return AttemptConnected(after(seconds), call, APK, DEMO, agent_id, 0.1)


def line_agents(*agent_ids: AgentId) -> Sequence[Agent]:
    return [agent(agent_id, since=n, campaign_id=APK) for n, agent_id in enumerate(agent_ids)]


# Waiting calls


def test_a_call_that_joins_the_queue_gets_a_free_agent_at_once() -> None:
    desk = Desk(agent(ANNA))

    desk.at(3, queued(1))

    assert desk.given == [(ONE, ANNA)]
    assert desk.states(ANNA) == [S.RESERVED]


def test_an_agent_who_becomes_available_gets_the_call_that_waits_longest() -> None:
    desk = Desk(agent(ANNA, S.PAUSED))
    desk.at(1, queued(1, 1))
    desk.at(2, queued(2, 2))

    desk.clock.seconds = 3
    desk.desk.resume(ANNA)

    assert desk.given == [(ONE, ANNA)]


def test_one_agent_is_never_given_two_calls() -> None:
    desk = Desk(agent(ANNA))

    desk.at(1, queued(1, 1), queued(2, 2))
    desk.desk.assign()

    assert desk.given == [(ONE, ANNA)]


def test_a_whole_conversation_moves_the_agent_through_every_state() -> None:
    desk = Desk(agent(ANNA))

    desk.at(1, queued(1, 1))
    desk.at(2, offered(ONE, ANNA, 2))
    desk.at(5, connected(ONE, ANNA, 5))
    desk.at(65, ended(ONE, CallPhase.TALKING, 65))
    desk.clock.seconds = 80
    desk.desk.finish_wrap_up(ANNA)

    assert desk.states(ANNA) == [S.RESERVED, S.RINGING, S.ON_CALL, S.WRAP_UP, S.AVAILABLE]


def test_after_an_unanswered_offer_the_agent_is_paused_and_the_next_gets_the_call_at_once() -> None:
    desk = Desk(agent(ANNA), agent(BRAM, since=1))
    desk.at(1, queued(1, 1))
    desk.at(2, offered(ONE, ANNA, 2))

    desk.at(17, unanswered(ONE, ANNA, 17))

    assert desk.state(ANNA) is S.PAUSED
    assert desk.given == [(ONE, ANNA), (ONE, BRAM)]


def test_after_an_unanswered_offer_the_call_has_its_old_place() -> None:
    desk = Desk(agent(ANNA), agent(BRAM, S.PAUSED))
    desk.at(1, queued(1, 1))
    desk.at(2, offered(ONE, ANNA, 2))
    desk.at(10, queued(2, 10))
    desk.at(17, unanswered(ONE, ANNA, 17))

    desk.desk.resume(BRAM)

    assert desk.given == [(ONE, ANNA), (ONE, BRAM)]


@pytest.mark.parametrize("phase", [CallPhase.QUEUE, CallPhase.RINGING])
def test_a_caller_who_hangs_up_while_an_agent_is_rung_sets_the_agent_free_for_the_next(
    phase: CallPhase,
) -> None:
    desk = Desk(agent(ANNA))
    desk.at(1, queued(1, 1))
    desk.at(2, offered(ONE, ANNA, 2), queued(2, 2))

    desk.at(4, ended(ONE, phase, 4))

    assert desk.given == [(ONE, ANNA), (TWO, ANNA)]
    assert desk.states(ANNA) == [S.RESERVED, S.RINGING, S.AVAILABLE, S.RESERVED]


def test_a_caller_who_hangs_up_in_the_queue_is_never_offered() -> None:
    desk = Desk(agent(ANNA, S.PAUSED))
    desk.at(1, queued(1, 1), queued(2, 2))

    desk.at(3, ended(ONE, CallPhase.QUEUE, 3))
    desk.desk.resume(ANNA)

    assert desk.given == [(TWO, ANNA)]


def test_a_call_that_nobody_has_any_more_is_forgotten_and_its_agent_serves_the_next() -> None:
    desk = Desk(agent(ANNA))
    desk.dead.add(ONE)

    desk.at(1, queued(1, 1))
    desk.at(2, queued(2, 2))

    assert desk.given == [(TWO, ANNA)]
    assert desk.floor.view(after(3)).queues[0].length == 1


def test_while_asterisk_is_out_of_reach_nobody_is_rung_and_afterwards_whoever_waits_is_served() -> None:
    desk = Desk(agent(ANNA))
    desk.at(1, AsteriskLost(after(1), NODE, "socket_down"))

    desk.at(2, queued(1, 2))
    while_lost = list(desk.given)
    desk.at(3, REACHED)

    assert while_lost == []
    assert desk.given == [(ONE, ANNA)]


def test_an_agent_who_logs_out_during_a_conversation_goes_home_after_the_wrap_up() -> None:
    desk = Desk(agent(ANNA))
    desk.at(1, queued(1, 1))
    desk.at(2, offered(ONE, ANNA, 2), connected(ONE, ANNA, 3))

    desk.desk.logout(ANNA)
    desk.at(60, ended(ONE, CallPhase.TALKING, 60))
    desk.desk.finish_wrap_up(ANNA)

    assert desk.states(ANNA)[-2:] == [S.WRAP_UP, S.LOGGED_OUT]


@pytest.mark.parametrize(
    "late",
    [
        offered(ONE, ANNA, 9),
        unanswered(ONE, ANNA, 9),
        connected(ONE, ANNA, 9),
        ended(ONE, CallPhase.TALKING, 9),
        ended(ONE, CallPhase.RINGING, 9),
    ],
)
def test_what_an_older_call_reports_late_does_not_touch_the_agents_present_call(late: Fact) -> None:
    desk = Desk(agent(ANNA))
    desk.at(1, queued(1, 1))
    desk.at(2, offered(ONE, ANNA, 2), queued(2, 2))
    desk.at(4, ended(ONE, CallPhase.RINGING, 4))
    before = desk.floor.agent(ANNA)

    desk.at(9, late)

    assert desk.floor.agent(ANNA) == before
    assert before.call_id == TWO


@pytest.mark.parametrize(
    "late", [connected(THREE, ANNA, 9), ended(THREE, CallPhase.TALKING, 9), attempt_ended(3)]
)
def test_facts_of_a_call_that_has_no_agent_change_nothing(late: Fact) -> None:
    desk = Desk(agent(ANNA))

    desk.at(9, late)

    assert desk.states(ANNA) == []


# Open lines


def test_a_customer_who_answered_is_given_the_line_agent_who_is_idle_longest() -> None:
    desk = Desk(*line_agents(ANNA, BRAM))
    desk.line_up(ANNA, ANNAS_LINE)
    desk.line_up(BRAM, BRAMS_LINE)

    found = desk.desk.find_line_agent(APK, ONE)

    assert found == AgentFound(after(0), ANNA, ANNAS_LINE)
    assert desk.states(ANNA) == [S.RESERVED]


def test_an_agent_whose_line_is_not_up_gets_no_customer() -> None:
    desk = Desk(*line_agents(ANNA))

    assert desk.desk.find_line_agent(APK, ONE) is None
    assert desk.desk.waiting_answers(APK) == 1


def test_a_customer_who_answered_counts_as_waiting_before_asterisk_hands_the_leg_over() -> None:
    desk = Desk(*line_agents(ANNA))
    desk.line_up(ANNA, ANNAS_LINE)

    desk.at(1, AttemptAnswered(after(1), ONE, APK, DEMO, 1.0))
    before = desk.desk.waiting_answers(APK)
    desk.desk.find_line_agent(APK, ONE)

    assert (before, desk.desk.waiting_answers(APK)) == (1, 0)


def test_customers_who_answered_are_served_in_the_order_of_their_answers() -> None:
    desk = Desk(*line_agents(ANNA, BRAM))
    for call in (ONE, TWO, THREE):
        assert desk.desk.find_line_agent(APK, call) is None

    desk.line_up(ANNA, ANNAS_LINE)
    desk.line_up(BRAM, BRAMS_LINE)

    assert desk.given == [(ONE, ANNA), (TWO, BRAM)]
    assert desk.desk.waiting_answers(APK) == 1


def test_the_next_customer_gets_the_agent_whose_wrap_up_is_over() -> None:
    desk = Desk(*line_agents(ANNA))
    desk.line_up(ANNA, ANNAS_LINE)
    desk.desk.find_line_agent(APK, ONE)
    desk.at(1, joined(ONE, ANNA, 1))
    desk.at(61, attempt_ended(1, AttemptOutcome.CONNECTED, 61))
    assert desk.state(ANNA) is S.WRAP_UP
    assert desk.desk.find_line_agent(APK, TWO) is None

    desk.desk.finish_wrap_up(ANNA)

    assert desk.given == [(TWO, ANNA)]


def test_a_customer_who_hung_up_while_waiting_gets_no_agent() -> None:
    desk = Desk(*line_agents(ANNA))
    desk.desk.find_line_agent(APK, ONE)
    desk.desk.find_line_agent(APK, TWO)

    desk.at(1, attempt_ended(1, AttemptOutcome.HUNG_UP))
    desk.line_up(ANNA, ANNAS_LINE)

    assert desk.given == [(TWO, ANNA)]
    assert desk.desk.waiting_answers(APK) == 0


def test_an_agent_reserved_for_a_customer_who_is_gone_gets_the_next() -> None:
    desk = Desk(*line_agents(ANNA))
    desk.dead.add(ONE)
    desk.desk.find_line_agent(APK, ONE)
    desk.desk.find_line_agent(APK, TWO)

    desk.line_up(ANNA, ANNAS_LINE)

    assert desk.given == [(TWO, ANNA)]


def test_an_agent_handed_back_serves_whoever_waits() -> None:
    desk = Desk(*line_agents(ANNA))
    desk.line_up(ANNA, ANNAS_LINE)
    desk.desk.find_line_agent(APK, ONE)
    desk.desk.find_line_agent(APK, TWO)

    desk.desk.release(ANNA, ONE)

    assert desk.given == [(TWO, ANNA)]


def test_an_attempt_that_ends_while_its_agent_is_reserved_lets_the_agent_go_without_wrap_up() -> None:
    desk = Desk(*line_agents(ANNA))
    desk.line_up(ANNA, ANNAS_LINE)
    desk.desk.find_line_agent(APK, ONE)

    desk.at(1, attempt_ended(1, AttemptOutcome.HUNG_UP))

    assert desk.states(ANNA) == [S.RESERVED, S.AVAILABLE]


def test_another_campaigns_customer_gets_none_of_this_ones_agents() -> None:
    desk = Desk(*line_agents(ANNA))
    desk.line_up(ANNA, ANNAS_LINE)

    assert desk.desk.find_line_agent(CampaignId("tyres"), ONE) is None
    assert desk.state(ANNA) is S.AVAILABLE


# After a restart


def test_an_agent_found_talking_is_on_call_and_gets_wrap_up_at_its_end() -> None:
    desk = Desk(agent(ANNA, S.AVAILABLE))
    desk.desk.adopt(ONE, ANNA)

    desk.desk.settle(desk.floor.agent(ANNA))
    desk.at(30, ended(ONE, CallPhase.TALKING, 30))

    assert desk.states(ANNA) == [S.ON_CALL, S.WRAP_UP]


@pytest.mark.parametrize("state", [S.RESERVED, S.RINGING, S.ON_CALL])
def test_an_agent_whose_call_is_no_more_is_free(state: AgentState) -> None:
    desk = Desk(agent(ANNA, state))

    desk.desk.settle(desk.floor.agent(ANNA))

    assert desk.states(ANNA) == [S.AVAILABLE]


@pytest.mark.parametrize("state", [S.LOGGED_OUT, S.PAUSED, S.WRAP_UP, S.AVAILABLE])
def test_an_agent_without_a_call_stays_as_he_was(state: AgentState) -> None:
    desk = Desk(agent(ANNA, state))

    desk.desk.settle(desk.floor.agent(ANNA))

    assert (desk.state(ANNA), desk.facts) == (state, [])
