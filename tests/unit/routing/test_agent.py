import pytest
from msgspec.structs import replace as changed

from calls.words import AgentState
from routing.agent import LIFE, Agent, AgentTrigger, change
from routing.errors import NotNow
from tests.unit.routing.people import ANNA, APK, after, agent, call_id

S = AgentState
T = AgentTrigger


def on_call() -> Agent:
    return changed(agent(ANNA, S.ON_CALL), call_id=call_id(1))


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("trigger", T)
def test_every_trigger_in_every_state_leads_where_the_table_says_or_is_refused(
    state: AgentState, trigger: AgentTrigger
) -> None:
    before = agent(ANNA, state)

    if trigger in LIFE[state]:
        assert change(before, trigger, after(9)).state is LIFE[state][trigger]
    else:
        with pytest.raises(NotNow) as refusal:
            change(before, trigger, after(9))
        assert refusal.value.state is state


def test_every_state_is_in_the_table() -> None:
    assert set(LIFE) == set(S)


@pytest.mark.parametrize("state", [S.LOGGED_OUT, S.RESERVED, S.RINGING, S.ON_CALL, S.PAUSED])
def test_only_an_agent_who_is_available_or_in_wrap_up_can_be_reserved(state: AgentState) -> None:
    with pytest.raises(NotNow):
        change(agent(ANNA, state), T.RESERVED, after(9), call_id=call_id(1))


def test_a_pause_during_a_call_takes_effect_after_its_wrap_up() -> None:
    talking = change(on_call(), T.PAUSED, after(1), reason="lunch")
    wrapping_up = change(talking, T.HUNG_UP, after(2), wrap_up_seconds=30)
    done = change(wrapping_up, T.WRAP_UP_FINISHED, after(3))

    assert [one.state for one in (talking, wrapping_up, done)] == [S.ON_CALL, S.WRAP_UP, S.PAUSED]
    assert (done.reason, done.pending) == ("lunch", None)


def test_logging_out_during_a_call_takes_effect_at_once_where_there_is_no_wrap_up() -> None:
    on_a_line = changed(on_call(), campaign_id=APK, line_open=True)
    talking = change(on_a_line, T.LOGGED_OUT, after(1))
    done = change(talking, T.RELEASED, after(2))

    assert (talking.state, done.state) == (S.ON_CALL, S.LOGGED_OUT)
    assert (done.campaign_id, done.line_open, done.call_id) == (None, False, None)


@pytest.mark.parametrize("trigger", [T.RESUMED, T.LOGGED_IN])
@pytest.mark.parametrize("state", [S.RESERVED, S.RINGING, S.ON_CALL, S.WRAP_UP])
def test_a_wish_can_be_taken_back(state: AgentState, trigger: AgentTrigger) -> None:
    wishing = changed(agent(ANNA, state), pending=S.PAUSED, pending_reason="lunch")

    assert change(wishing, trigger, after(2)).pending is None


def test_the_last_wish_counts() -> None:
    talking = change(change(on_call(), T.PAUSED, after(1)), T.LOGGED_OUT, after(2))

    assert talking.pending is S.LOGGED_OUT


def test_who_does_not_answer_is_paused_for_that_reason_whatever_pause_was_asked_for() -> None:
    ringing = changed(agent(ANNA, S.RINGING), pending=S.PAUSED, pending_reason="lunch")

    paused = change(ringing, T.OFFER_UNANSWERED, after(15), reason="no_answer")

    assert (paused.state, paused.reason, paused.pending) == (S.PAUSED, "no_answer", None)


def test_who_does_not_answer_but_wanted_to_go_home_is_logged_out() -> None:
    ringing = changed(agent(ANNA, S.RINGING), pending=S.LOGGED_OUT, pending_reason="logged_out")

    assert change(ringing, T.OFFER_UNANSWERED, after(15), reason="no_answer").state is S.LOGGED_OUT


def test_an_offer_that_came_to_nothing_does_not_cost_the_place_among_the_idle() -> None:
    reserved = change(agent(ANNA, since=-100), T.RESERVED, after(0), call_id=call_id(1))

    released = change(reserved, T.RELEASED, after(5))

    assert (released.since, released.available_since) == (after(5), after(-100))


def test_a_conversation_does() -> None:
    assert change(on_call(), T.RELEASED, after(60)).available_since == after(60)


def test_wrap_up_carries_its_end_and_its_call() -> None:
    wrapping_up = change(on_call(), T.HUNG_UP, after(60), wrap_up_seconds=30)

    assert (wrapping_up.wrap_up_until, wrapping_up.call_id) == (after(90), call_id(1))


def test_available_again_there_is_nothing_left_of_the_call() -> None:
    wrapping_up = change(on_call(), T.HUNG_UP, after(60), wrap_up_seconds=30)

    done = change(wrapping_up, T.WRAP_UP_FINISHED, after(70))

    assert (done.wrap_up_until, done.call_id, done.available_since) == (None, None, after(70))


def test_what_is_left_of_a_wrap_up_follows_the_next_conversation() -> None:
    wrapping_up = change(on_call(), T.HUNG_UP, after(60), wrap_up_seconds=30)

    reserved = change(wrapping_up, T.RESERVED, after(70), call_id=call_id(2))
    talking = change(reserved, T.CONNECTED, after(70))
    again = change(talking, T.HUNG_UP, after(100), wrap_up_seconds=30)

    assert (reserved.call_id, reserved.wrap_up_until, reserved.wrap_up_left) == (call_id(2), None, 20.0)
    assert (again.wrap_up_until, again.wrap_up_left) == (after(150), 0.0)


def test_who_was_taken_out_of_wrap_up_for_nothing_goes_on_with_it() -> None:
    wrapping_up = change(on_call(), T.HUNG_UP, after(60), wrap_up_seconds=30)
    reserved = change(wrapping_up, T.RESERVED, after(70), call_id=call_id(2))

    released = change(reserved, T.RELEASED, after(71))

    assert (released.state, released.wrap_up_until, released.wrap_up_left) == (S.WRAP_UP, after(91), 0.0)


def test_a_conversation_without_wrap_up_leaves_nothing_of_an_earlier_one() -> None:
    talking = changed(on_call(), wrap_up_left=20.0)

    assert change(talking, T.RELEASED, after(60)).wrap_up_left == 0.0
