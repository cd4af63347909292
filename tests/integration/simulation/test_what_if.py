from dataclasses import replace

import pytest

from simulation.campaign_day import CampaignDay
from simulation.learned import Learned, learned_booking, learned_scenario
from simulation.peers import Boost
from simulation.scenario import Answering, Scenario
from simulation.what_if import Plan, attempts_expected, live_planned_day, outlook

TINY = Scenario("tiny", agents=2, hours=0.5, contacts=8)
NOTHING = Learned(0, 0, 0, (), (), (), 0, 0)


def plan(scenario: Scenario, booked: float = 0.5) -> Plan:
    return Plan(scenario, 0.03, None, booked)


def test_of_those_reached_a_share_books_and_a_small_list_is_soon_dealt_with() -> None:
    asked = plan(TINY)
    days = [live_planned_day(asked, seed) for seed in range(20)]

    found = outlook(days, asked)

    assert found.days == 20
    assert found.booked.mean == pytest.approx(found.reached.mean / 2, abs=0.6)
    assert found.booked.spread > 0
    assert found.list_dialled_ratio.mean == 1.0
    assert 0 < found.hours_needed.mean < 0.5


def test_the_hours_needed_end_with_the_last_conversation() -> None:
    everybody = replace(TINY, agents=8, answering=Answering(probability=1.0))

    day = live_planned_day(plan(everybody), 0)

    last = max(each.began + each.talk_seconds + each.wrap_up_seconds for each in day.conversations)
    assert outlook([day], plan(everybody)).hours_needed.mean == pytest.approx(last / 3600)


def test_a_list_too_long_for_the_day_needs_more_hours_at_the_same_pace() -> None:
    long = replace(TINY, contacts=1000)
    day = live_planned_day(plan(long), 0)

    found = outlook([day], plan(long))

    assert found.list_dialled_ratio.mean == day.dialled / 1000 < 1
    assert found.hours_needed.mean == pytest.approx(0.5 * 1000 / day.dialled)


def test_who_does_not_answer_is_dialled_again_after_a_rest_and_no_more_often_than_planned() -> None:
    nobody = replace(TINY, answering=Answering(probability=0.0), attempts=3, rest_hours=0.1)
    day = CampaignDay(nobody, Boost(1.0), 1).run()

    assert (day.begun, day.dialled) == (8, 24)
    assert day.list_ended_at is not None
    assert day.list_ended_at >= 2 * 360.0


def test_a_list_whose_contacts_rest_is_not_at_its_end() -> None:
    nobody = replace(TINY, answering=Answering(probability=0.0), attempts=2, rest_hours=1)
    day = CampaignDay(nobody, Boost(1.0), 1).run()

    assert day.dialled == 8
    assert day.list_ended_at is None


def test_more_attempts_reach_more_people() -> None:
    once = replace(TINY, contacts=60, hours=3)
    thrice = replace(once, attempts=3, rest_hours=0.2)

    first = CampaignDay(once, Boost(1.0), 1).run()
    more = CampaignDay(thrice, Boost(1.0), 1).run()

    assert more.connected > first.connected
    assert more.begun == first.begun == 60
    assert more.dialled / 60 == pytest.approx(attempts_expected(once.answering, 3), abs=0.4)


def test_how_many_attempts_a_contact_takes() -> None:
    assert attempts_expected(Answering(probability=0.5), 3) == 1.75
    assert attempts_expected(Answering(beta=(1.0, 1.0)), 3) == pytest.approx(1 + 1 / 2 + 1 / 3)


def test_without_observations_a_scenario_keeps_its_figures_and_takes_the_list() -> None:
    scenario = learned_scenario(Scenario("own"), replace(NOTHING, contacts=70))

    assert scenario == Scenario(
        "own",
        contacts=70,
        answering=scenario.answering,
        talk=scenario.talk,
        wrap_up=scenario.wrap_up,
        ringing=scenario.ringing,
    )
    assert scenario.answering.probability == pytest.approx(0.3)
    assert scenario.talk.mean == pytest.approx(150.0)
    assert scenario.talk.variation == pytest.approx(0.9)


def test_many_observations_outweigh_the_scenario() -> None:
    seen = Learned(10, 9000, 900, [6.0] * 900, [60.0, 120.0] * 4000, [10.0] * 8000, 8000, 2000)

    scenario = learned_scenario(Scenario("own"), seen)

    assert scenario.answering.probability == pytest.approx(0.1, abs=0.002)
    assert scenario.ringing.answered.mean == pytest.approx(6.0, abs=0.3)
    assert scenario.talk.mean == pytest.approx(90.0, abs=0.5)
    assert scenario.talk.variation == pytest.approx(1 / 3, abs=0.05)
    assert scenario.wrap_up.mean == pytest.approx(10.0, abs=0.2)
    assert learned_booking(0.12, seen) == pytest.approx(0.25, abs=0.002)


def test_who_was_called_off_is_no_silence_in_the_answer_rate_that_is_planned_with() -> None:
    # Of 4000 a thousand answered, a fifth of these after 16 s, and 2000 rang out; a thousand were called off at 16 s.
    seen = Learned(10, 4000, 1000, [8.0] * 800 + [18.0] * 200, [], [], 0, 0, called_off=[16.0] * 1000)

    scenario = learned_scenario(Scenario("own"), seen)

    assert scenario.answering.probability == pytest.approx((1000 + 1000 * 200 / 2200) / 4000, abs=0.002)
