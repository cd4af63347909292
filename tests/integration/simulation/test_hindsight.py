from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from simulation.campaign_day import CampaignDay, Policy
from simulation.campaign_record import DayRecord
from simulation.hindsight import HALVINGS, RULES, Rule, abandon_rate, best_in_hindsight
from simulation.laboratory import compare, days_lived, run_series
from simulation.peers import Boost
from simulation.policies import settings_for
from simulation.scenario import Scenario, load

MORNING = replace(load("r1"), agents=6, hours=2.0, warm_up_minutes=0)


def test_the_setting_found_stays_within_the_limit_and_uses_it() -> None:
    tried = []

    def live(make: Callable[[], Policy]) -> Sequence[DayRecord]:
        tried.append([CampaignDay(MORNING, make(), seed).run() for seed in range(2)])
        return tried[-1]

    best = best_in_hindsight(RULES["boost_hindsight"], MORNING, 0.03, live)

    within = [days for days in tried if abandon_rate(days) <= 0.03]
    assert len(tried) == HALVINGS + 1
    assert best in within
    assert abandon_rate(best) == max(abandon_rate(days) for days in within)
    assert len(within) < len(tried)


def test_where_even_the_least_abandons_too_many_the_least_is_left() -> None:
    rule = Rule(lambda _scenario, _setting: Boost(4.0))

    best = best_in_hindsight(rule, MORNING, 0.0, lambda make: [CampaignDay(MORNING, make(), 0).run()])

    assert abandon_rate(best) > 0.0


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_in_hindsight_is_a_policy_that_keeps_to_the_limit(rule: str) -> None:
    short = Scenario("short", agents=4, hours=0.5)
    lived = []

    series = run_series(short, rule, settings_for(0.05), 2, lambda: lived.append(1))

    assert len(lived) == days_lived(rule, 2)
    assert abandon_rate(series.days) <= 0.05
    assert len(series.days) == 2


def test_the_best_boost_in_hindsight_may_be_the_best_peer() -> None:
    found = compare(
        MORNING,
        settings_for(0.03),
        2,
        policies=("progressive", "boost1.25", "boost_hindsight", "oracle_answers"),
    )

    assert found.best_peer == "boost_hindsight"
    assert found.gap_closed("boost_hindsight") == 0.0
