"""Customers who answered and the agents on open lines."""

from dataclasses import replace

from calls.facts import AttemptAnswered
from calls.ids import CampaignId
from calls.words import AttemptOutcome
from dialer.life import AgentFound
from routing.agent import Agent
from tests.fakes.virtual_time import after
from tests.unit.app.desk import ANNAS_LINE, BRAMS_LINE, ONE, THREE, TWO, Desk, S, joined, line_agents
from tests.unit.app.people import ANNA, APK, BRAM, DEMO, attempt_ended


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
    return replace(agent, profile=replace(agent.profile, skills=skills))


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
