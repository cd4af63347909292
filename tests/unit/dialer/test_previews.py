from dataclasses import replace

import pytest

from calls.ids import CampaignId, ContactId
from calls.words import AgentState
from dialer.campaign import Campaign, CampaignState, DialMode, PacingSettings
from dialer.pacing import Reason
from dialer.previews import HELD_FOR, LATE, Now, Preview, held_until, may_show, skips_left, what_now
from tests.fakes.virtual_time import START, after
from tests.unit.app.people import ANNA, APK, CAMPAIGN

MANUAL = PacingSettings(mode=DialMode.PREVIEW_MANUAL)
TIMED = PacingSettings(mode=DialMode.PREVIEW_TIMED, preview_seconds=20)
RUNNING = replace(CAMPAIGN, pacing=TIMED)
SHOWN = Preview(ANNA, APK, ContactId(1), START, after(80), after(20), 0)
FREE = AgentState.AVAILABLE


def test_without_a_timer_a_contact_is_held_for_a_while_and_with_one_until_a_little_after_it() -> None:
    assert held_until(MANUAL, START) == (START + HELD_FOR, None)
    assert held_until(TIMED, START) == (after(20) + LATE, after(20))


@pytest.mark.parametrize(
    ("seconds", "what"), [(0, Now.WAIT), (19.9, Now.WAIT), (20, Now.DIAL), (79, Now.DIAL), (80, Now.EXPIRE)]
)
def test_a_timed_preview_waits_is_dialled_and_is_given_back_when_nothing_came_of_it(
    seconds: float, what: Now
) -> None:
    assert what_now(SHOWN, RUNNING, FREE, APK, after(seconds)) is what


def test_without_a_timer_nothing_is_dialled_by_itself() -> None:
    manual = replace(SHOWN, dials_at=None)

    assert what_now(manual, RUNNING, FREE, APK, after(79)) is Now.WAIT


@pytest.mark.parametrize("state", set(AgentState) - {FREE})
def test_an_agent_who_is_not_available_gives_the_contact_back(state: AgentState) -> None:
    assert what_now(SHOWN, RUNNING, state, APK, after(1)) is Now.RELEASE


@pytest.mark.parametrize(
    "campaign",
    [
        None,
        replace(RUNNING, state=CampaignState.STOPPED),
        *(
            replace(RUNNING, pacing=PacingSettings(mode=mode))
            for mode in (DialMode.PREDICTIVE, DialMode.PROGRESSIVE, DialMode.POWER)
        ),
    ],
)
def test_a_campaign_that_stops_or_works_in_another_way_takes_the_contact_back(
    campaign: Campaign | None,
) -> None:
    assert what_now(SHOWN, campaign, FREE, APK, after(20)) is Now.RELEASE


def test_a_contact_of_a_campaign_that_the_agent_has_left_goes_back() -> None:
    assert what_now(SHOWN, RUNNING, FREE, CampaignId("tyres"), after(1)) is Now.RELEASE


def test_between_the_preview_modes_an_open_preview_stays_what_it_was() -> None:
    manual = replace(RUNNING, pacing=MANUAL)

    assert what_now(SHOWN, manual, FREE, APK, after(20)) is Now.DIAL
    assert what_now(replace(SHOWN, dials_at=None), RUNNING, FREE, APK, after(20)) is Now.WAIT


@pytest.mark.parametrize(("skipped", "left"), [(0, 2), (1, 1), (2, 0), (5, 0)])
def test_skips_in_a_row_are_limited(skipped: int, left: int) -> None:
    assert skips_left(replace(TIMED, max_skips=2), skipped) == left


@pytest.mark.parametrize(
    ("reason", "may"),
    [
        (Reason.PREVIEW, True),
        (Reason.CAP, True),
        (Reason.IN_BALANCE, True),
        (Reason.WINDOW_CLOSED, False),
        (Reason.WORKSHOP_FULL, True),
        (Reason.CLOCK_JUMPED, False),
        (None, False),
    ],
)
def test_nobody_is_shown_outside_calling_hours_or_with_a_clock_in_doubt(
    reason: Reason | None, may: bool
) -> None:
    assert may_show(reason) is may
