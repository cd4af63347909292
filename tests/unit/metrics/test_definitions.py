"""The formulas of the glossary."""

import pytest

from metrics import definitions


def test_service_level_leaves_short_abandons_out() -> None:
    assert definitions.service_level(within_target=40, offered=60, short_abandoned=10) == pytest.approx(0.8)


def test_inbound_abandon_ratio_leaves_short_abandons_out_on_both_sides() -> None:
    ratio = definitions.inbound_abandon_ratio(abandoned=15, short_abandoned=10, offered=60)

    assert ratio == pytest.approx(0.1)


def test_outbound_abandon_ratio_is_over_person_answered_calls() -> None:
    assert definitions.outbound_abandon_ratio(connected=97, abandoned=3) == pytest.approx(0.03)


def test_times_are_means_over_the_calls_concerned() -> None:
    assert definitions.asa_seconds(wait_seconds=300, connected=20) == pytest.approx(15)
    assert definitions.aht_seconds(talk_seconds=600, hold_seconds=60, acw_seconds=140, handled=4) == 200


def test_occupancy_leaves_pauses_out_and_utilisation_does_not() -> None:
    assert definitions.occupancy_ratio(handling_seconds=300, available_seconds=100) == pytest.approx(0.75)
    assert definitions.utilisation_ratio(handling_seconds=300, logged_in_seconds=600) == pytest.approx(0.5)


def test_a_figure_over_nothing_is_unknown_not_zero() -> None:
    assert definitions.service_level(0, 0, 0) is None
    assert definitions.service_level(0, offered=3, short_abandoned=3) is None
    assert definitions.outbound_abandon_ratio(0, 0) is None
    assert definitions.asa_seconds(0, 0) is None
    assert definitions.occupancy_ratio(0, 0) is None
