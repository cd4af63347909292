"""What is asked of the laboratory when a supervisor plans a campaign."""

from dataclasses import replace

import pytest

from app.what_if import Question, plan_of
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
