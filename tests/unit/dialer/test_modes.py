"""The modes that follow no forecast."""

from dataclasses import replace

import pytest
from msgspec.structs import replace as changed

from dialer.campaign import DialMode, PacingSettings
from dialer.pacing import Reason, decide
from tests.unit.dialer.situations import situations

PROGRESSIVE = PacingSettings(mode=DialMode.PROGRESSIVE)
POWER = PacingSettings(mode=DialMode.POWER, ratio=2.0)
FIVE_FREE = changed(
    situations(1)[0],
    free=5,
    talking=(20.0, 60.0),
    wrapping_up=(),
    ringing=(),
    waiting=0,
    connected=990,
    abandoned=10,
    room=50,
)


@pytest.mark.parametrize(("ratio", "calls"), [(1.0, 5), (1.2, 6), (1.5, 7), (2.0, 10), (3.0, 15)])
def test_power_dials_a_fixed_number_for_each_free_agent(ratio: float, calls: int) -> None:
    decision = decide(FIVE_FREE, replace(POWER, ratio=ratio))

    expected = Reason.RATIO if calls > 5 else Reason.AGENTS_CERTAIN
    assert (decision.calls_to_place, decision.reason) == (calls, expected)


def test_calls_in_the_air_and_customers_who_wait_count_in_the_ratio() -> None:
    busy = changed(FIVE_FREE, ringing=(1.0,) * 6, waiting=1)

    assert decide(busy, POWER).calls_to_place == 3
    assert decide(changed(busy, ringing=(1.0,) * 9), POWER).reason is Reason.IN_BALANCE


def test_without_free_agents_power_dials_nobody() -> None:
    for situation in situations(40):
        assert decide(changed(situation, free=0), POWER).calls_to_place == 0


@pytest.mark.parametrize("ratio", [1.0, 1.7, 3.0])
def test_should_every_call_without_an_agent_be_abandoned_the_day_is_still_within_the_limit(
    ratio: float,
) -> None:
    looked_at = 0
    for situation in situations(200):
        decision = decide(situation, replace(POWER, ratio=ratio))
        in_the_air = len(situation.ringing) + situation.waiting + decision.calls_to_place
        without_agent = max(0, in_the_air - situation.free)
        if decision.reason is not Reason.RATIO:
            assert decision.calls_to_place == 0 or without_agent == 0
            continue
        looked_at += 1
        answered = situation.connected + situation.abandoned + without_agent
        assert situation.abandoned + without_agent <= POWER.limit_ratio * answered + 1e-9

    assert looked_at > 0 or ratio == 1.0


def test_at_the_beginning_of_a_day_power_is_one_for_one() -> None:
    morning = changed(FIVE_FREE, connected=0, abandoned=0)

    assert decide(morning, POWER) == decide(morning, PROGRESSIVE)
    assert decide(changed(morning, ringing=(1.0,) * 5), POWER).reason is Reason.BUDGET_SPENT


def test_powers_caps_hold() -> None:
    assert decide(FIVE_FREE, replace(POWER, max_over_dial=2)).calls_to_place == 7
    assert decide(changed(FIVE_FREE, room=8), POWER).calls_to_place == 8
    over = changed(FIVE_FREE, ringing=(1.0,) * 7)
    assert decide(over, replace(POWER, max_over_dial=2)).reason is Reason.CAP


@pytest.mark.parametrize("mode", [DialMode.PREVIEW_MANUAL, DialMode.PREVIEW_TIMED])
def test_in_the_preview_modes_nothing_is_dialled_for_the_agents(mode: DialMode) -> None:
    for situation in situations(30):
        decision = decide(situation, PacingSettings(mode=mode))

        assert (decision.calls_to_place, decision.reason) == (0, Reason.PREVIEW)


@pytest.mark.parametrize("mode", [DialMode.PREVIEW_MANUAL, DialMode.POWER])
def test_what_bars_all_calls_bars_them_in_every_mode(mode: DialMode) -> None:
    for bars, reason in (
        ({"window_open": False}, Reason.WINDOW_CLOSED),
        ({"list_empty": True}, Reason.LIST_EMPTY),
        ({"room": 0}, Reason.CAP),
    ):
        barred = changed(FIVE_FREE, **bars)

        assert decide(barred, PacingSettings(mode=mode)).reason is reason
