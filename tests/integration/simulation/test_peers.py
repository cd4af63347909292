from dataclasses import replace

from simulation.campaign_day import CampaignDay
from simulation.oracles import AnswersKnown
from simulation.peers import Boost, Brake, CriticalLoad, FinishProbability
from simulation.policies import settings_for
from simulation.scenario import Answering, Scenario

HOUR = Scenario("an hour", agents=4, hours=0.3)


def test_boost_keeps_so_many_ringing_for_each_free_agent() -> None:
    day = CampaignDay(HOUR, Boost(1.5), 1)
    day.ringing = {1: 0.0}

    assert Boost(1.5).calls_to_place(day) == 5
    assert Boost(1.0).calls_to_place(day) == 3


def test_the_dial_level_starts_at_a_line_an_agent() -> None:
    day = CampaignDay(HOUR, Boost(1.0), 1)

    assert CriticalLoad(Brake.HARD, 0.03).calls_to_place(day) == 4


def test_the_dial_level_is_steered_every_quarter_minute_and_dials_every_two_and_a_half_seconds() -> None:
    day = CampaignDay(HOUR, Boost(1.0), 1)
    levels = CriticalLoad(Brake.HARD, 0.03)
    placed = []

    for second in range(17):
        day.now = float(second)
        placed.append(levels.calls_to_place(day))

    assert [second for second, count in enumerate(placed) if count] == [0, 3, 6, 9, 12, 15]
    assert placed[12] == 4
    assert placed[15] == 8  # every agent ready: the level doubles


def test_agents_likely_to_finish_are_counted_as_free() -> None:
    policy = FinishProbability(0.9)
    for _ in range(20):
        policy.talk_ended(100.0)
        policy.attempt_resolved(1, 0.0, 10.0, answered=True)
    day = CampaignDay(HOUR, policy, 1)
    day.free.clear()
    day.now = 95.0
    day.talking = {0: 0.0, 1: 80.0}

    assert policy.calls_to_place(day) == 1


def test_who_knows_the_answers_dials_only_those() -> None:
    scenario = replace(HOUR, hours=0.1, answering=Answering(probability=0.2))
    oracle = AnswersKnown(scenario, settings_for(0.03))

    record = CampaignDay(scenario, oracle, 1).run()

    assert record.connected > 3
    assert record.dialled > 2 * record.connected
