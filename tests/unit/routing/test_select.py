from dataclasses import replace

from calls.ids import DealerId
from routing.select import NoAgent, NoAgentReason, Selection, SelectionReason, idle_order, select_agent
from tests.unit.routing.people import ANNA, BRAM, CARLA, DEMO, SALES, after, agent, waiting


def test_the_longest_idle_of_the_qualified_is_chosen() -> None:
    agents = [agent(CARLA, since=0, sales=4), agent(BRAM, since=1, sales=5), agent(ANNA, since=5, sales=9)]

    choice = select_agent(waiting(1), agents, after(10))

    assert choice == Selection(BRAM, SelectionReason.LONGEST_IDLE)


def test_a_single_qualified_agent_is_told_as_such() -> None:
    agents = [agent(ANNA, sales=9), agent(BRAM, parts=9)]

    assert select_agent(waiting(1), agents, after(10)) == Selection(ANNA, SelectionReason.ONLY_QUALIFIED)


def test_equally_idle_agents_are_told_apart_by_id_so_that_the_choice_can_be_repeated() -> None:
    agents = [agent(BRAM, since=1), agent(CARLA, since=0), agent(ANNA, since=1)]

    assert [one.profile.agent_id for one in sorted(agents, key=idle_order)] == [CARLA, ANNA, BRAM]


def test_nobody_available_and_nobody_qualified_are_different_answers() -> None:
    assert select_agent(waiting(1), [], after(10)) == NoAgent(NoAgentReason.NONE_AVAILABLE)
    assert select_agent(waiting(1), [agent(ANNA, sales=4)], after(10)) == NoAgent(
        NoAgentReason.NONE_QUALIFIED
    )


def test_waiting_relaxes_what_is_asked() -> None:
    novice, stranger = agent(ANNA, sales=2), agent(BRAM, parts=9)

    assert isinstance(select_agent(waiting(1), [novice], after(19.9)), NoAgent)
    assert select_agent(waiting(1), [novice, stranger], after(20)) == Selection(ANNA, SelectionReason.RELAXED)
    assert select_agent(waiting(1), [stranger], after(60)) == Selection(BRAM, SelectionReason.RELAXED)


def test_who_meets_everything_goes_before_who_meets_what_is_left() -> None:
    agents = [agent(ANNA, since=0, sales=2), agent(BRAM, since=9, sales=5)]

    assert select_agent(waiting(1), agents, after(30)) == Selection(BRAM, SelectionReason.ONLY_QUALIFIED)


def test_agents_get_only_calls_of_dealers_they_work_for() -> None:
    other = waiting(1, replace(SALES, dealer=DealerId("other")))
    agents = [agent(ANNA, dealers=frozenset({DEMO}), sales=9)]

    assert select_agent(other, agents, after(10)) == NoAgent(NoAgentReason.NONE_AVAILABLE)
    assert select_agent(waiting(2), agents, after(10)) == Selection(ANNA, SelectionReason.ONLY_QUALIFIED)
