"""Agents on the open lines of campaigns."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from calls.facts import AgentStateChanged
from calls.ids import AgentId, DealerId
from calls.words import AgentState
from routing.agent import Agent
from routing.errors import NotForThisDealer, PhoneTaken
from routing.floor import Floor
from tests.unit.routing.people import (
    ANNA,
    APK,
    BRAM,
    CARLA,
    DEMO,
    START,
    after,
    agent,
    call_id,
    floor_with,
    profile,
    waiting,
)

S = AgentState


def line_agent(agent_id: AgentId, since: float = 0) -> Agent:
    return changed(agent(agent_id, since=since, sales=9), campaign_id=APK, line_open=True)


def test_line_agents_never_get_waiting_calls() -> None:
    floor = floor_with(line_agent(ANNA))
    floor.enqueue(waiting(1))

    assert floor.assign(after(1)) == []


def test_a_customer_who_answers_gets_the_longest_idle_line_agent() -> None:
    floor = floor_with(line_agent(ANNA, since=5), line_agent(BRAM, since=1), agent(CARLA, since=0))

    reserved = floor.reserve_line(APK, call_id(1), after(9))

    assert reserved is not None
    assert reserved.agent_id == BRAM
    assert reserved.fact == AgentStateChanged(
        after(9), BRAM, S.AVAILABLE, S.RESERVED, "longest_idle", call_id(1), APK
    )


def wrapping_up(name: AgentId, since: float, *, rescue: bool = True) -> Agent:
    willing = replace(profile(name), rescue=rescue)
    return changed(line_agent(name, since=since), profile=willing, state=S.WRAP_UP)


def test_when_nobody_is_free_who_is_longest_in_wrap_up_and_offered_to_comes_out_of_it() -> None:
    floor = floor_with(
        wrapping_up(ANNA, since=1, rescue=False), wrapping_up(BRAM, since=5), wrapping_up(CARLA, since=3)
    )

    first = floor.reserve_line(APK, call_id(1), after(9))
    second = floor.reserve_line(APK, call_id(2), after(9))
    third = floor.reserve_line(APK, call_id(3), after(9))

    assert first is not None
    assert second is not None
    assert (first.agent_id, second.agent_id, third) == (CARLA, BRAM, None)
    assert (first.fact.before, first.fact.reason) == (S.WRAP_UP, "wrap_up_left")


def test_it_is_told_when_what_is_left_of_a_wrap_up_would_be_over() -> None:
    floor = floor_with(changed(wrapping_up(ANNA, since=1), wrap_up_until=after(31)))

    taken_out = floor.reserve_line(APK, call_id(1), after(9))
    (connected,) = floor.connected(ANNA, call_id(1), after(10))
    (wraps_up,) = floor.hung_up(ANNA, call_id(1), after(70), 30)

    assert taken_out is not None
    assert taken_out.fact.wrap_up_until == after(31)
    assert (connected.wrap_up_until, wraps_up.wrap_up_until) == (after(32), after(122))


def test_nobody_is_called_out_of_wrap_up_while_somebody_is_free_or_before_a_pause() -> None:
    floor = floor_with(
        line_agent(ANNA, since=8),
        changed(wrapping_up(BRAM, since=1), pending=S.PAUSED, pending_reason="lunch"),
    )

    free = floor.reserve_line(APK, call_id(1), after(9))
    nobody = floor.reserve_line(APK, call_id(2), after(9))

    assert free is not None
    assert (free.agent_id, nobody) == (ANNA, None)


def test_an_agent_of_another_dealer_is_refused_on_a_campaign_and_stays_where_he_was() -> None:
    floor = Floor()
    floor.know(profile(ANNA, frozenset({DealerId("other")})), START)

    with pytest.raises(NotForThisDealer, match=r"anna does not work for dealer demo: choose"):
        floor.login(ANNA, after(1), APK, DEMO)

    assert (floor.agent(ANNA).state, floor.agent(ANNA).campaign_id) == (S.LOGGED_OUT, None)


def test_a_phone_is_one_agents_as_long_as_he_is_at_work() -> None:
    floor = Floor()
    floor.know(profile(ANNA), START)
    floor.know(replace(profile(BRAM), endpoint=profile(ANNA).endpoint), START)
    floor.login(ANNA, after(1))

    with pytest.raises(PhoneTaken, match=r"anna is at work with the phone PJSIP/anna: log anna out first"):
        floor.login(BRAM, after(2))
    with pytest.raises(PhoneTaken):
        floor.check_phone(floor.agent(BRAM).profile)
    floor.check_phone(floor.agent(ANNA).profile)
    floor.logout(ANNA, after(3))

    assert [fact.after for fact in floor.login(BRAM, after(4))] == [S.AVAILABLE]


@pytest.mark.parametrize("dealers", [None, frozenset({DEMO, DealerId("other")})])
def test_an_agent_of_this_dealer_or_of_all_works_on_its_campaign(
    dealers: frozenset[DealerId] | None,
) -> None:
    floor = Floor()
    floor.know(profile(ANNA, dealers), START)

    floor.login(ANNA, after(1), APK, DEMO)
    floor.line_up(ANNA)

    assert floor.reserve_line(APK, call_id(1), after(2)) is not None


def test_a_line_agent_whose_profile_leaves_the_dealer_out_gets_no_customer() -> None:
    floor = Floor()
    floor.know(profile(ANNA), START)
    floor.login(ANNA, after(1), APK, DEMO)
    floor.line_up(ANNA)

    floor.know(profile(ANNA, frozenset({DealerId("other")})), after(2))

    assert floor.reserve_line(APK, call_id(1), after(3)) is None


def test_a_line_that_is_not_up_reaches_nobody() -> None:
    floor = Floor()
    floor.know(profile(ANNA), START)
    floor.login(ANNA, after(1), APK)

    before = floor.reserve_line(APK, call_id(1), after(2))
    floor.line_up(ANNA)
    while_up = floor.reserve_line(APK, call_id(2), after(3))
    floor.release(ANNA, call_id(2), after(4))
    floor.line_down(ANNA)
    afterwards = floor.reserve_line(APK, call_id(3), after(5))

    assert (before, afterwards) == (None, None)
    assert while_up is not None


def test_a_line_agent_goes_through_a_conversation_like_any_other() -> None:
    floor = floor_with(line_agent(ANNA))
    floor.reserve_line(APK, call_id(1), after(1))

    facts = [
        *floor.connected(ANNA, call_id(1), after(1.5)),
        *floor.hung_up(ANNA, call_id(1), after(60), 20),
        *floor.logout(ANNA, after(61)),
    ]

    assert [fact.after for fact in facts] == [S.ON_CALL, S.WRAP_UP, S.LOGGED_OUT]
    assert {fact.campaign_id for fact in facts} == {APK}
    assert floor.line_agents(APK) == []
