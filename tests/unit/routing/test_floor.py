from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.facts import AgentStateChanged
from calls.ids import AgentId
from calls.words import AgentState, Department, HangupCause
from routing.errors import NotNow, UnknownAgent
from routing.floor import Floor
from tests.unit.routing.people import (
    ANNA,
    APK,
    BRAM,
    CARLA,
    PARTS,
    SALES,
    START,
    after,
    agent,
    call_id,
    floor_with,
    profile,
    waiting,
)

S = AgentState


def pairs(floor: Floor, seconds: float) -> list[tuple[int, AgentId]]:
    return [(int(one.call.call_id[2:]), one.agent_id) for one in floor.assign(after(seconds))]


def floor_with_a_conversation() -> Floor:
    floor = floor_with(agent(ANNA, sales=9))
    floor.enqueue(waiting(1))
    floor.assign(after(1))
    floor.connected(ANNA, call_id(1), after(5))
    return floor


def test_a_new_agent_is_logged_out_and_logs_in() -> None:
    floor = Floor()
    floor.know(profile(ANNA, sales=5), START)

    facts = floor.login(ANNA, after(1))

    assert facts == [AgentStateChanged(after(1), ANNA, S.LOGGED_OUT, S.AVAILABLE, "logged_in")]


def test_a_changed_profile_leaves_the_state_alone() -> None:
    floor = floor_with(agent(ANNA, sales=1))

    floor.know(profile(ANNA, sales=9), after(5))

    assert floor.agent(ANNA) == agent(ANNA, sales=9)


def test_an_unknown_agent_is_an_error() -> None:
    with pytest.raises(UnknownAgent):
        Floor().login(ANNA, START)


def test_who_is_at_work_cannot_log_in_elsewhere_but_may_log_in_again() -> None:
    floor = floor_with(agent(ANNA))

    assert floor.login(ANNA, after(1)) == []
    with pytest.raises(NotNow):
        floor.login(ANNA, after(1), APK)


def test_choosing_an_agent_reserves_the_agent_and_says_why() -> None:
    floor = floor_with(agent(ANNA, sales=9))
    floor.enqueue(waiting(1))
    floor.enqueue(waiting(2))

    (assignment,) = floor.assign(after(3))

    assert (assignment.call, assignment.agent_id) == (waiting(1), ANNA)
    assert assignment.fact == AgentStateChanged(
        after(3), ANNA, S.AVAILABLE, S.RESERVED, "only_qualified", call_id(1)
    )
    assert floor.assign(after(3)) == []


def test_calls_are_served_by_priority_and_then_in_the_order_of_joining() -> None:
    urgent = replace(SALES, priority=1)
    floor = floor_with(*(agent(one, sales=9) for one in (ANNA, BRAM, CARLA)))
    for call in (waiting(1, since=2), waiting(2, since=1), waiting(3, urgent, since=3)):
        floor.enqueue(call)

    assert [number for number, _ in pairs(floor, 5)] == [3, 2, 1]


def test_a_call_nobody_can_take_does_not_hold_up_the_ones_behind_it() -> None:
    floor = floor_with(agent(ANNA, parts=9))
    floor.enqueue(waiting(1))
    floor.enqueue(waiting(2, PARTS, since=1))

    assert pairs(floor, 2) == [(2, ANNA)]


def test_a_call_that_has_relaxed_is_tried_though_a_more_urgent_one_found_nobody() -> None:
    urgent = replace(SALES, priority=1)
    floor = floor_with(agent(ANNA, sales=2))
    floor.enqueue(waiting(1, urgent, since=30))
    floor.enqueue(waiting(2, since=0))

    assert pairs(floor, 31) == [(2, ANNA)]


def test_an_unanswered_offer_pauses_the_agent_and_gives_the_call_its_old_place() -> None:
    floor = floor_with(agent(ANNA, since=0, sales=9), agent(BRAM, since=1, sales=9))
    floor.enqueue(waiting(1))
    floor.assign(after(1))
    floor.ringing(ANNA, call_id(1), after(2))
    floor.pause(BRAM, "lunch", after(2))
    floor.enqueue(waiting(2, since=3))

    facts = floor.offer_unanswered(ANNA, call_id(1), after(17))
    floor.resume(BRAM, after(18))

    assert facts == [AgentStateChanged(after(17), ANNA, S.RINGING, S.PAUSED, "no_answer", call_id(1))]
    assert pairs(floor, 19) == [(1, BRAM)]


def test_a_phone_that_could_not_be_rung_is_told_by_its_cause() -> None:
    floor = floor_with(agent(ANNA, sales=9))
    floor.enqueue(waiting(1))
    floor.assign(after(1))

    (fact,) = floor.offer_unanswered(ANNA, call_id(1), after(1), HangupCause.FAILURE)

    assert (fact.after, fact.reason) == (S.PAUSED, "failure")


def test_a_customer_who_leaves_the_queue_is_not_offered() -> None:
    floor = floor_with(agent(ANNA, S.PAUSED, sales=9))
    floor.enqueue(waiting(1))

    assert floor.leave(call_id(1), after(2)) == []
    floor.resume(ANNA, after(3))

    assert floor.assign(after(3)) == []


def test_a_customer_who_leaves_during_an_offer_frees_the_agent_who_stays_longest_idle() -> None:
    floor = floor_with(agent(ANNA, since=-9, sales=9))
    floor.enqueue(waiting(1))
    floor.assign(after(1))
    floor.ringing(ANNA, call_id(1), after(2))

    facts = floor.leave(call_id(1), after(4))

    assert facts == [AgentStateChanged(after(4), ANNA, S.RINGING, S.AVAILABLE, "released", call_id(1))]
    assert floor.agent(ANNA).available_since == after(-9)
    assert floor.assign(after(4)) == []


def test_a_released_agents_call_falls_back_to_its_place() -> None:
    floor = floor_with(agent(ANNA, sales=9))
    floor.enqueue(waiting(1))
    floor.assign(after(1))

    floor.release(ANNA, call_id(1), after(2))

    assert pairs(floor, 3) == [(1, ANNA)]


def test_a_conversation_leads_to_wrap_up_and_that_to_available_when_its_time_is_over() -> None:
    floor = floor_with_a_conversation()

    (wrap_up,) = floor.hung_up(ANNA, call_id(1), after(65), 30)
    too_early = floor.finish_due_wrap_ups(after(94.9))
    (available,) = floor.finish_due_wrap_ups(after(95))

    assert (wrap_up.after, too_early) == (S.WRAP_UP, [])
    assert (available.before, available.after, available.reason) == (S.WRAP_UP, S.AVAILABLE, "wrap_up_timer")


def test_without_wrap_up_an_agent_is_available_at_once() -> None:
    (fact,) = floor_with_a_conversation().hung_up(ANNA, call_id(1), after(65), 0)

    assert (fact.before, fact.after, fact.reason) == (S.ON_CALL, S.AVAILABLE, "hung_up")


def test_an_agent_may_be_done_early_and_the_clock_then_changes_nothing() -> None:
    floor = floor_with_a_conversation()
    floor.hung_up(ANNA, call_id(1), after(65), 30)

    (fact,) = floor.finish_wrap_up(ANNA, after(70))

    assert fact.after is S.AVAILABLE
    assert floor.finish_due_wrap_ups(after(95)) == []
    assert floor.finish_wrap_up(ANNA, after(96)) == []


def test_what_an_older_call_reports_of_an_agent_changes_nothing() -> None:
    floor = floor_with_a_conversation()

    late = [
        floor.ringing(ANNA, call_id(7), after(9)),
        floor.connected(ANNA, call_id(7), after(9)),
        floor.hung_up(ANNA, call_id(7), after(9), 30),
        floor.offer_unanswered(ANNA, call_id(7), after(9)),
        floor.release(ANNA, call_id(7), after(9)),
        floor.leave(call_id(7), after(9)),
        floor.leave(call_id(1), after(9)),
    ]

    assert late == [[]] * 7
    assert floor.agent(ANNA).state is S.ON_CALL


def test_what_a_call_repeats_of_its_agent_changes_nothing() -> None:
    floor = floor_with_a_conversation()
    floor.hung_up(ANNA, call_id(1), after(65), 30)

    assert floor.hung_up(ANNA, call_id(1), after(66), 30) == []
    assert floor.release(ANNA, call_id(1), after(66)) == []
    assert floor.agent(ANNA).wrap_up_until == after(95)


def test_a_pause_for_another_reason_is_told_and_for_the_same_one_is_not() -> None:
    floor = floor_with(agent(ANNA))
    floor.pause(ANNA, "phone_unreachable", after(1))

    told = floor.pause(ANNA, "lunch", after(2))
    again = floor.pause(ANNA, "lunch", after(3))

    assert told == [AgentStateChanged(after(2), ANNA, S.PAUSED, S.PAUSED, "lunch")]
    assert (again, floor.agent(ANNA).reason, floor.agent(ANNA).since) == ([], "lunch", after(2))


def test_an_agent_who_asked_for_a_pause_gets_no_further_call() -> None:
    floor = floor_with_a_conversation()
    floor.enqueue(waiting(2, since=6))

    asked = floor.pause(ANNA, "lunch", after(7))
    (paused,) = floor.hung_up(ANNA, call_id(1), after(65), 0)

    assert (asked, paused.after, paused.reason) == ([], S.PAUSED, "lunch")
    assert floor.assign(after(66)) == []


def test_agents_are_counted_in_every_state() -> None:
    floor = floor_with(agent(ANNA), agent(BRAM, S.PAUSED), agent(CARLA))

    counts = floor.agents_by_state()

    assert set(counts) == set(S)
    assert (counts[S.AVAILABLE], counts[S.PAUSED], sum(counts.values())) == (2, 1, 3)


def test_a_queue_counts_offered_calls_until_they_are_connected() -> None:
    floor = floor_with(agent(ANNA, sales=9))
    floor.enqueue(waiting(1, since=0))
    floor.enqueue(waiting(2, since=4))
    floor.assign(after(5))

    (offered,) = floor.view(after(10)).queues
    floor.connected(ANNA, call_id(1), after(11))
    (connected,) = floor.view(after(12)).queues

    assert (offered.length, offered.longest_wait_seconds) == (2, 10)
    assert (connected.length, connected.longest_wait_seconds) == (1, 8)


def test_an_empty_queue_is_still_shown_as_empty() -> None:
    floor = floor_with(agent(ANNA, sales=9))
    floor.enqueue(waiting(1))
    floor.leave(call_id(1), after(1))

    (queue,) = floor.view(after(2)).queues

    assert (queue.department, queue.length, queue.longest_wait_seconds) == (Department.SALES, 0, 0)


def test_the_wait_is_estimated_from_conversations_and_their_wrap_up() -> None:
    floor = floor_with_a_conversation()
    floor.hung_up(ANNA, call_id(1), after(65), 30)
    floor.finish_due_wrap_ups(after(95))
    floor.restore(agent(ANNA, S.ON_CALL, sales=9))
    floor.enqueue(waiting(2, since=96))

    (queue,) = floor.view(after(97)).queues

    assert queue.estimated_wait_seconds == 2 * 90


names = st.integers(0, 5).map(lambda number: AgentId(f"agent{number}"))
moves = st.lists(
    st.tuples(
        st.sampled_from(
            ["enqueue", "assign", "connect", "hang up", "unanswered", "leave", "pause", "resume", "wrap up"]
        ),
        names,
        st.integers(1, 12),
    ),
    max_size=60,
)


@given(moves)
def test_no_agent_is_ever_given_two_calls_nor_a_call_two_agents(
    script: list[tuple[str, AgentId, int]],
) -> None:
    floor = floor_with(*(agent(AgentId(f"agent{number}"), sales=number * 2) for number in range(6)))
    queued: set[int] = set()

    for seconds, (move, name, number) in enumerate(script):
        now, call = after(seconds), floor.agent(name).call_id or call_id(number)
        match move:
            case "enqueue" if number not in queued:
                queued.add(number)
                floor.enqueue(waiting(number, since=seconds))
            case "assign":
                for assignment in floor.assign(now):
                    assert assignment.fact.before is S.AVAILABLE
            case "connect" if floor.agent(name).state in (S.RESERVED, S.RINGING):
                floor.connected(name, call, now)
            case "hang up" if floor.agent(name).state is S.ON_CALL:
                floor.hung_up(name, call, now, 5)
            case "unanswered" if floor.agent(name).state in (S.RESERVED, S.RINGING):
                floor.offer_unanswered(name, call, now)
            case "leave":
                floor.leave(call_id(number), now)
            case "pause":
                floor.pause(name, "lunch", now)
            case "resume":
                floor.resume(name, now)
            case "wrap up":
                floor.finish_due_wrap_ups(now)
            case _:
                pass

        view = floor.view(now)
        held = [one.call_id for one in view.agents if one.state in (S.RESERVED, S.RINGING, S.ON_CALL)]
        assert len(held) == len(set(held))
        assert all(call is not None for call in held)


def test_when_the_clock_is_set_every_wait_and_every_wrap_up_stays_as_long_as_it_is() -> None:
    floor = floor_with(agent(ANNA, sales=8), agent(BRAM, sales=8, since=5))
    for number in (1, 2, 3):
        floor.enqueue(waiting(number, since=number))
    floor.assign(after(10))
    floor.connected(ANNA, call_id(1), after(12))
    floor.hung_up(ANNA, call_id(1), after(40), 30)

    floor.clock_moved(timedelta(seconds=-5000))

    (queue,) = floor.view(after(-4950)).queues
    assert (queue.length, queue.longest_wait_seconds) == (2, 48)
    assert floor.agent(BRAM).since == after(-4990)
    assert floor.finish_due_wrap_ups(after(-4931)) == []
    (wrapped_up,) = floor.finish_due_wrap_ups(after(-4930))
    assert (wrapped_up.agent_id, wrapped_up.after) == (ANNA, S.AVAILABLE)
