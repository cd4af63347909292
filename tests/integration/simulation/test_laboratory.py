from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from simulation.drawing import Point, draw
from simulation.laboratory import Comparison, Series, compare, run_series
from simulation.measures import measure
from simulation.policies import settings_for
from simulation.scenario import Scenario, load

TINY = Scenario("tiny", agents=2, hours=0.05)


def with_occupancy(policy: str, occupancy: float) -> Series:
    return Series(policy, (), {"occupancy": measure([occupancy])})


def test_a_measure_tells_how_far_the_mean_may_be_off() -> None:
    found = measure([1.0, 2.0, 3.0])

    assert (found.mean, found.least, found.most) == (2.0, 1.0, 3.0)
    assert found.spread == pytest.approx(1.0)
    assert found.margin == pytest.approx(4.303 / 3**0.5)


def test_one_day_has_no_spread() -> None:
    assert measure([5.0]).margin == 0.0


def test_the_gap_closed_is_counted_from_the_best_peer_to_the_oracle() -> None:
    found = Comparison(
        (
            with_occupancy("boost2", 0.80),
            with_occupancy("oracle_answers", 0.95),
            with_occupancy("mine", 0.86),
        ),
        "boost2",
    )

    assert found.gap_closed("mine") == pytest.approx(0.4)


def test_a_peer_over_the_limit_is_not_the_best() -> None:
    found = compare(
        TINY, settings_for(0.0), 1, policies=("progressive", "boost1.5", "boost4", "oracle_answers")
    )

    abandoned = {each.policy: each.figures["abandon_rate"].mean for each in found.series}
    assert abandoned[found.best_peer] == 0.0


def test_to_dial_for_free_agents_alone_is_a_peer_as_well() -> None:
    found = compare(TINY, settings_for(0.03), 1, policies=("progressive", "boost1.25", "oracle_answers"))

    # This boost comes to no more.
    assert found.best_peer == "progressive"


def test_a_new_campaign_whose_list_answers_twice_as_well_as_expected_stays_within_its_limit() -> None:
    likely = replace(load("likely"), agents=30, hours=0.5)

    series = run_series(likely, "lookahead", settings_for(0.03), 3)

    assert all(day.connected > 200 for day in series.days)
    assert series.figures["days_over_limit"].mean == 0


def test_each_day_is_told_of() -> None:
    days = []

    run_series(TINY, "progressive", settings_for(0.03), 3, lambda: days.append(1))

    assert len(days) == 3


def test_a_drawing_is_well_formed_and_names_its_points() -> None:
    day = run_series(TINY, "progressive", settings_for(0.03), 1).days[0]

    drawn = draw("A <title>", [Point("mine & yours", 0.02, 0.9)], 0.03, day)

    texts = [each.text for each in ET.fromstring(drawn).iter() if each.text]
    assert "A <title>" in texts
    assert "mine & yours" in texts
