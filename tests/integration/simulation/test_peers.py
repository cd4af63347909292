from dataclasses import replace

import pytest

from simulation.campaign_day import CampaignDay
from simulation.laboratory import run_series
from simulation.oracles import AnswersKnown
from simulation.peers import Alternating, Boost, Brake, CriticalLoad, FinishProbability
from simulation.policies import settings_for
from simulation.scenario import Answering, Scenario, load

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

    assert [second for second, count in enumerate(placed) if count] == [0, 3, 5, 8, 10, 13, 15]
    assert placed[13] == 4
    assert placed[15] == 8  # every agent ready: the level doubles


# Peers of an independent prototype, model R1 of 8 hours: occupancy and abandon rate in per cent.
PROTOTYPE = [
    ("progressive", 10, 75.9, 0.0),
    ("boost1.5", 3, 79.4, 1.2),
    ("boost1.5", 10, 81.9, 0.9),
    ("boost1.5", 20, 82.3, 0.1),
    ("levels_hard", 10, 75.8, 3.2),
    ("levels_hard", 50, 76.5, 3.1),
    ("levels_available", 10, 78.4, 2.9),
    ("levels_available", 50, 90.7, 0.7),
    ("levels_tapered", 10, 84.7, 48.0),
    ("levels_tapered", 50, 85.3, 26.0),
]


@pytest.mark.parametrize(("policy", "agents", "occupancy", "abandoned"), PROTOTYPE)
def test_peers_do_as_in_an_independent_prototype(
    policy: str, agents: int, occupancy: float, abandoned: float
) -> None:
    scenario = replace(load("r1"), agents=agents)

    figures = run_series(scenario, policy, settings_for(0.03), 2).figures

    assert 100 * figures["occupancy"].mean == pytest.approx(occupancy, abs=1.5)
    assert 100 * figures["abandon_rate"].mean == pytest.approx(abandoned, abs=0.6 + 0.05 * abandoned)


def test_between_two_boosts_is_the_one_for_a_part_of_the_time() -> None:
    day = CampaignDay(HOUR, Boost(1.0), 1)
    between = Alternating(2.25)  # 1.5, and 1.75 for a quarter of the time

    placed = []
    for day.now in range(0, 600, 60):
        placed.append(between.calls_to_place(day))

    assert placed == [7, 7, 7, 6, 6, 6, 6, 6, 6, 6]


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
