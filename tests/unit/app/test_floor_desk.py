import pytest
from msgspec.structs import replace as changed

from calls.facts import AgentStateChanged, AgentWishChanged, AsteriskLost, Fact
from calls.words import AgentState, CallPhase
from tests.fakes.virtual_time import after
from tests.unit.app.desk import ONE, THREE, TWO, Desk, S, connected, ended, offered, unanswered
from tests.unit.app.people import ANNA, APK, BRAM, NODE, agent, attempt_ended, queued
from tests.unit.app.reached import REACHED


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


def test_what_an_agent_asks_for_during_a_call_is_told_and_so_is_taking_it_back() -> None:
    desk = Desk(agent(ANNA))
    desk.at(1, queued(1, 1))
    desk.at(2, offered(ONE, ANNA, 2), connected(ONE, ANNA, 3))

    desk.desk.pause(ANNA, "lunch")
    desk.desk.pause(ANNA, "lunch")
    desk.desk.resume(ANNA)
    desk.desk.logout(ANNA)

    wishes = [fact for fact in desk.facts if isinstance(fact, AgentWishChanged)]
    assert [(wish.pending, wish.reason) for wish in wishes] == [
        (S.PAUSED, "lunch"),
        (None, ""),
        (S.LOGGED_OUT, "logged_out"),
    ]


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


@pytest.mark.parametrize("state", [S.RESERVED, S.RINGING, S.ON_CALL])
@pytest.mark.parametrize("wish", [S.PAUSED, S.LOGGED_OUT])
def test_an_agent_whose_call_is_no_more_gets_what_was_asked_for_after_it(
    state: AgentState, wish: AgentState
) -> None:
    desk = Desk(changed(agent(ANNA, state, campaign_id=APK), pending=wish, pending_reason="lunch"))

    desk.desk.settle(desk.floor.agent(ANNA))

    [moved] = desk.facts
    assert isinstance(moved, AgentStateChanged)
    assert (moved.after, moved.reason, moved.campaign_id) == (wish, "lunch", APK)
    assert desk.floor.agent(ANNA).pending is None


@pytest.mark.parametrize("state", [S.LOGGED_OUT, S.PAUSED, S.WRAP_UP, S.AVAILABLE])
def test_an_agent_without_a_call_stays_as_he_was(state: AgentState) -> None:
    desk = Desk(agent(ANNA, state))

    desk.desk.settle(desk.floor.agent(ANNA))

    assert (desk.state(ANNA), desk.facts) == (state, [])
