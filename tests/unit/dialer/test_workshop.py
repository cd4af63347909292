from datetime import date, timedelta

import pytest
from msgspec.structs import replace as changed

from dialer.campaign import DialMode, PacingSettings
from dialer.pacing import Reason, decide
from dialer.workshop import WorkshopDay, agents_borne, dates_to_call_first, decide_within, pace
from tests.unit.dialer.situations import situations

MONDAY = date(2026, 6, 8)
PROGRESSIVE, PREDICTIVE = PacingSettings(mode=DialMode.PROGRESSIVE), PacingSettings()


def week(*taken: int, places: int = 10) -> list[WorkshopDay]:
    return [WorkshopDay(MONDAY + timedelta(days=day), places, count) for day, count in enumerate(taken)]


FULL = week(10, 10, 12)


@pytest.mark.parametrize(
    ("coming", "share"),
    [
        ([], 1.0),
        (week(0, 0), 1.0),
        (week(10, 5), 1.0),
        (week(9, 8, 10), 0.4),
        (FULL, 0.0),
        (week(0, 0, places=0), 0.0),
    ],
)
def test_the_pace_goes_down_with_the_last_quarter_of_the_free_places(
    coming: list[WorkshopDay], share: float
) -> None:
    assert pace(coming) == pytest.approx(share)


def test_cars_too_many_on_one_day_take_no_place_of_another() -> None:
    assert WorkshopDay(MONDAY, 10, 12).free == 0


@pytest.mark.parametrize("settings", [PROGRESSIVE, PREDICTIVE])
def test_without_known_places_a_campaign_goes_at_its_own_pace(settings: PacingSettings) -> None:
    for snapshot in situations(50):
        assert decide_within(snapshot, settings, []) == decide(snapshot, settings)


@pytest.mark.parametrize("settings", [PROGRESSIVE, PREDICTIVE])
def test_a_full_workshop_stops_a_campaign_and_is_the_reason_shown(settings: PacingSettings) -> None:
    for snapshot in situations(50):
        decision = decide_within(snapshot, settings, FULL)

        assert (decision.calls_to_place, decision.reason) == (0, Reason.WORKSHOP_FULL)


@pytest.mark.parametrize("settings", [PROGRESSIVE, PREDICTIVE])
def test_fewer_places_never_mean_more_calls(settings: PacingSettings) -> None:
    for snapshot in situations(50):
        placed = [decide_within(snapshot, settings, week(taken)).calls_to_place for taken in (0, 8, 9, 10)]

        assert placed == sorted(placed, reverse=True)


def test_a_slow_campaign_keeps_some_of_its_agents_busy() -> None:
    [snapshot] = situations(1)
    idle = changed(snapshot, free=10, talking=(), wrapping_up=(), ringing=(), chances=(), waiting=0, room=50)

    decision = decide_within(idle, PROGRESSIVE, week(9))

    assert (decision.calls_to_place, decision.reason) == (4, Reason.AGENTS_CERTAIN)


@pytest.mark.parametrize("mode", [DialMode.PREVIEW_MANUAL, DialMode.PREVIEW_TIMED])
def test_in_the_preview_modes_nobody_is_shown_a_contact_while_as_many_are_busy_as_the_workshop_bears(
    mode: DialMode,
) -> None:
    [snapshot] = situations(1)
    team = changed(snapshot, wrapping_up=(), ringing=(), chances=(), waiting=0, room=50)
    reasons = [
        decide_within(
            changed(team, free=10 - busy, talking=(5.0,) * busy), PacingSettings(mode=mode), week(9)
        ).reason
        for busy in (0, 3, 4, 10)
    ]

    assert reasons == [Reason.PREVIEW, Reason.PREVIEW, Reason.WORKSHOP_FULL, Reason.WORKSHOP_FULL]


def test_a_contact_that_an_agent_sees_counts_as_one_that_may_book() -> None:
    [snapshot] = situations(1)
    team = changed(snapshot, wrapping_up=(), ringing=(), chances=(), waiting=0, room=50)
    reasons = [
        decide_within(
            changed(team, free=8, talking=(5.0,) * 2, previewing=seen),
            PacingSettings(mode=DialMode.PREVIEW_MANUAL),
            week(9),
        ).reason
        for seen in (0, 1, 2, 8)
    ]

    assert agents_borne(10, week(9)) == 4
    assert reasons == [Reason.PREVIEW, Reason.PREVIEW, Reason.WORKSHOP_FULL, Reason.WORKSHOP_FULL]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"window_open": False}, Reason.WINDOW_CLOSED),
        ({"free": 0, "talking": (), "wrapping_up": ()}, Reason.NO_AGENTS),
    ],
)
def test_what_stops_a_campaign_anyway_is_told_first(change: dict[str, object], reason: Reason) -> None:
    [snapshot] = situations(1)

    assert decide_within(changed(snapshot, **change), PROGRESSIVE, FULL).reason is reason


def test_cars_due_soon_after_the_quietest_day_are_called_for_first() -> None:
    quiet = MONDAY + timedelta(days=2)

    dates = dates_to_call_first(week(10, 9, 0, 10))

    assert dates == tuple(quiet + timedelta(days=later) for later in range(7))


def test_days_that_are_alike_put_no_date_first() -> None:
    assert (
        dates_to_call_first([])
        == dates_to_call_first(week(3, 3, 3))
        == dates_to_call_first(week(0, places=0))
        == ()
    )
