"""What is asked of the laboratory when a supervisor plans a campaign."""

from dataclasses import replace

import pytest

from app.plans import Question, plan_of
from dialer.campaign import DialMode, PacingSettings
from simulation.learned import Learned
from simulation.what_if import live_planned_day
from tests.unit.app.people import CAMPAIGN

NOTHING_YET = Learned(
    contacts=60,
    ended=0,
    answered=0,
    ring_seconds=(),
    talk_seconds=(),
    wrap_up_seconds=(),
    judged=0,
    booked=0,
)

MANY_SEEN = replace(
    NOTHING_YET,
    contacts=2000,
    ended=3000,
    answered=1000,
    ring_seconds=(9.0,) * 1000,
    talk_seconds=(60.0, 120.0) * 500,
    wrap_up_seconds=(10.0,) * 1000,
)


@pytest.mark.parametrize("mode", [DialMode.PROGRESSIVE, DialMode.PREVIEW_MANUAL])
def test_a_campaign_that_dials_one_for_one_is_planned_so(mode: DialMode) -> None:
    pacing = PacingSettings(mode=mode)
    plan = plan_of(replace(CAMPAIGN, pacing=pacing), NOTHING_YET, Question(agents=2, hours=0.5, days=1))

    day = live_planned_day(plan, seed=1)

    assert plan.mode is mode
    assert day.connected > 0
    assert day.abandoned_at == []


def test_the_ratio_of_a_campaign_in_the_mode_power_is_planned_with() -> None:
    pacing = PacingSettings(mode=DialMode.POWER, ratio=2.5)
    plan = plan_of(replace(CAMPAIGN, pacing=pacing), NOTHING_YET, Question(agents=2, hours=0.5, days=1))

    assert (plan.mode, plan.ratio) == (DialMode.POWER, 2.5)


def test_how_far_a_campaign_may_dial_ahead_and_whether_it_calls_off_is_planned_with() -> None:
    pacing = PacingSettings(max_over_dial=0, call_off_late=True)
    plan = plan_of(replace(CAMPAIGN, pacing=pacing), MANY_SEEN, Question(agents=9, hours=0.5, days=1))

    assert (plan.max_over_dial, plan.call_off_late) == (0, True)
    assert live_planned_day(plan, seed=1).abandoned_at == []
    ahead = replace(plan, max_over_dial=50, limit_ratio=0.4, target_ratio=0.3)
    assert live_planned_day(ahead, seed=1).abandoned_at != []


def test_the_agents_of_a_blended_campaign_take_callers_in_the_plan_too() -> None:
    blended = replace(CAMPAIGN, pacing=PacingSettings(blended=True))
    question = Question(agents=5, hours=1, days=1)
    seen = replace(MANY_SEEN, caller_talk_seconds=(120.0,) * 500)
    plan, alone = (plan_of(each, seen, question) for each in (blended, CAMPAIGN))

    day = live_planned_day(plan, seed=1)

    assert plan.scenario.inbound is not None
    assert alone.scenario.inbound is None
    assert len(day.callers_waited) > 5
    assert day.connected < live_planned_day(alone, seed=1).connected


def test_as_many_callers_are_planned_with_as_came_for_each_conversation() -> None:
    blended = replace(CAMPAIGN, pacing=PacingSettings(blended=True))

    def callers(count: int) -> float:
        seen = replace(MANY_SEEN, caller_talk_seconds=(120.0,) * count)
        inbound = plan_of(blended, seen, Question(agents=5, hours=1, days=1)).scenario.inbound
        assert inbound is not None
        return inbound.calls_per_agent_hour

    few, many = callers(100), callers(1000)

    # Conversations of 90 s and 10 s of wrap-up, callers of 120 s: with one caller for each, 3600 · 0.85 ÷ (100 + 130) an hour.
    assert many == pytest.approx(13.3, rel=0.03)
    assert few < many / 4


def test_of_a_campaign_that_has_seen_nobody_yet_the_usual_number_of_callers_is_planned_with() -> None:
    blended = replace(CAMPAIGN, pacing=PacingSettings(blended=True))

    inbound = plan_of(blended, NOTHING_YET, Question(agents=5, hours=1, days=1)).scenario.inbound

    assert inbound is not None
    assert inbound.calls_per_agent_hour == pytest.approx(5.0, rel=0.01)
