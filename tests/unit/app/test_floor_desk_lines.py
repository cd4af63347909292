"""Customers who answered and the agents on open lines."""

from dataclasses import replace

from msgspec.structs import replace as changed

from app.calls_out import CampaignFloor
from app.languages import Languages
from calls.facts import AttemptAnswered
from calls.ids import CampaignId, DealerId
from calls.words import AttemptOutcome
from dialer.life import AgentFound
from routing.agent import Agent, AgentProfile
from tests.fakes.virtual_time import after
from tests.unit.app.desk import ANNAS_LINE, BRAMS_LINE, ONE, THREE, TWO, Desk, S, joined, line_agents
from tests.unit.app.people import ANNA, APK, BRAM, DEMO, agent, attempt_ended, queued


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


def speaks(agent: Agent, *languages: str) -> Agent:
    skills = {**agent.profile.skills, **dict.fromkeys(languages, 5)}
    return changed(agent, profile=replace(agent.profile, skills=skills))


def test_a_customer_whose_language_was_noted_gets_an_agent_who_speaks_it() -> None:
    anna, bram = line_agents(ANNA, BRAM)
    desk = Desk(anna, speaks(bram, "turkish"))
    desk.line_up(ANNA, ANNAS_LINE)
    desk.line_up(BRAM, BRAMS_LINE)

    found = desk.desk.find_line_agent(APK, ONE, "turkish")

    assert found == AgentFound(after(0), BRAM, BRAMS_LINE)


def test_a_customer_waits_for_who_speaks_the_language_while_others_go_on() -> None:
    anna, bram = line_agents(ANNA, BRAM)
    desk = Desk(anna, speaks(bram, "turkish"))
    assert desk.desk.find_line_agent(APK, ONE, "turkish") is None
    assert desk.desk.find_line_agent(APK, TWO) is None

    desk.line_up(ANNA, ANNAS_LINE)
    desk.line_up(BRAM, BRAMS_LINE)

    assert desk.given == [(TWO, ANNA), (ONE, BRAM)]
    assert desk.desk.waiting_answers(APK) == 0


def test_who_speaks_a_language_that_somebody_in_the_air_needs_is_given_to_others_last() -> None:
    anna, bram = line_agents(ANNA, BRAM)
    desk = Desk(speaks(anna, "turkish"), bram)
    desk.asked_for = {"turkish"}
    desk.line_up(ANNA, ANNAS_LINE)
    desk.line_up(BRAM, BRAMS_LINE)

    first, second = desk.desk.find_line_agent(APK, ONE), desk.desk.find_line_agent(APK, TWO)

    assert (first, second) == (AgentFound(after(0), BRAM, BRAMS_LINE), AgentFound(after(0), ANNA, ANNAS_LINE))


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


def test_an_agent_who_offered_it_takes_a_waiting_customer_as_soon_as_wrap_up_begins_and_does_both_afterwards() -> (
    None
):
    willing = [changed(agent, profile=replace(agent.profile, rescue=True)) for agent in line_agents(ANNA)]
    desk = Desk(*willing)
    desk.line_up(ANNA, ANNAS_LINE)
    desk.desk.find_line_agent(APK, ONE)
    desk.at(1, joined(ONE, ANNA, 1))
    assert desk.desk.find_line_agent(APK, TWO) is None

    desk.at(61, attempt_ended(1, AttemptOutcome.CONNECTED, 61))

    assert desk.given == [(TWO, ANNA)]
    assert desk.state(ANNA) is S.RESERVED
    desk.at(61, joined(TWO, ANNA, 61))
    desk.at(90, attempt_ended(2, AttemptOutcome.CONNECTED, 90))
    left = desk.desk.floor.agent(ANNA).wrap_up_until
    assert desk.state(ANNA) is S.WRAP_UP
    assert left == after(90 + 2 * 20)  # its own, and the one that was left out


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


def test_a_caller_comes_into_the_line_of_an_agent_whose_campaign_is_blended() -> None:
    desk = Desk(*line_agents(ANNA))
    desk.line_up(ANNA, ANNAS_LINE)

    desk.at(1, queued(1))
    before = list(desk.given)
    desk.desk.blend([APK])
    desk.at(2, queued(2))

    assert before == []
    assert (desk.given, desk.lines) == ([(ONE, ANNA)], [ANNAS_LINE])


def test_who_answered_goes_before_who_waits_when_an_agent_on_a_blended_campaign_is_free_again() -> None:
    desk = Desk(*line_agents(ANNA, BRAM))
    desk.desk.blend([APK])
    desk.line_up(ANNA, ANNAS_LINE)
    desk.desk.find_line_agent(APK, ONE)
    desk.at(1, joined(ONE, ANNA, 1))
    desk.at(2, queued(2))
    desk.desk.find_line_agent(APK, THREE)
    desk.at(61, attempt_ended(1, AttemptOutcome.CONNECTED, 61))

    desk.desk.finish_wrap_up(ANNA)
    desk.line_up(BRAM, BRAMS_LINE)
    desk.desk.assign()

    assert desk.given == [(THREE, ANNA), (TWO, BRAM)]


def at_work_for_demo() -> Desk:
    """Anna, of all dealers, on demo's campaign."""
    desk = Desk(agent(ANNA, S.LOGGED_OUT))
    desk.desk.login(ANNA, APK, DEMO)
    desk.line_up(ANNA, ANNAS_LINE)
    return desk


def campaign_floor(desk: Desk) -> CampaignFloor:
    return CampaignFloor(
        desk.desk, Languages(lambda: (), desk.floor.free_line_agents), lambda agent_id: agent_id == BRAM
    )


def test_the_pacing_sees_who_has_a_contact_before_them() -> None:
    desk = Desk(*line_agents(ANNA, BRAM))
    desk.line_up(ANNA, ANNAS_LINE)
    desk.line_up(BRAM, BRAMS_LINE)

    seen = {each.agent_id: each.previewing for each in campaign_floor(desk).line_agents(APK)}

    assert seen == {ANNA: False, BRAM: True}


def for_another_dealer() -> AgentProfile:
    return replace(agent(ANNA).profile, dealers=frozenset({DealerId("other")}))


def test_a_free_agent_whose_profile_leaves_the_campaigns_dealer_out_goes_home_at_once() -> None:
    desk = at_work_for_demo()
    floor = campaign_floor(desk)
    before = len(floor.line_agents(APK))

    desk.desk.know(for_another_dealer())

    assert (before, floor.line_agents(APK)) == (1, [])
    assert desk.states(ANNA) == [S.AVAILABLE, S.LOGGED_OUT]


def test_an_agent_who_talks_finishes_that_call_before_going_home_and_gets_no_other() -> None:
    desk = at_work_for_demo()
    desk.desk.find_line_agent(APK, ONE)
    desk.at(1, joined(ONE, ANNA, 1))

    desk.desk.know(for_another_dealer())
    talking = desk.state(ANNA)
    desk.desk.resume(ANNA)
    desk.at(61, attempt_ended(1, AttemptOutcome.CONNECTED, 61))
    desk.desk.finish_wrap_up(ANNA)

    assert talking is S.ON_CALL
    assert desk.desk.find_line_agent(APK, TWO) is None
    assert campaign_floor(desk).line_agents(APK) == []


def test_a_new_name_changes_nothing_for_an_agent_at_work() -> None:
    desk = at_work_for_demo()

    desk.desk.know(replace(agent(ANNA).profile, name="Anna Proef", dealers=frozenset({DEMO})))

    assert desk.states(ANNA) == [S.AVAILABLE]
    assert desk.desk.find_line_agent(APK, ONE) is not None
