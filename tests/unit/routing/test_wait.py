import pytest

from routing.wait import RecentService, estimated_wait_seconds


def test_the_wait_is_the_ends_of_conversations_still_to_come() -> None:
    assert estimated_wait_seconds(3, 0, 4, RecentService(200, 20)) == 150


def test_free_agents_take_the_first_in_line() -> None:
    assert estimated_wait_seconds(2, 2, 4, RecentService(200, 20)) == 0
    assert estimated_wait_seconds(3, 2, 4, RecentService(200, 20)) == 50


def test_nobody_at_work_makes_the_wait_unknown() -> None:
    assert estimated_wait_seconds(1, 0, 0, RecentService()) is None


def test_the_first_call_replaces_the_guess() -> None:
    assert RecentService().after(90).mean_handle_seconds == 90


def test_the_first_calls_weigh_the_same() -> None:
    assert RecentService().after(60).after(120).mean_handle_seconds == pytest.approx(90)


def test_an_old_call_is_forgotten_in_the_end() -> None:
    service = RecentService().after(10_000)
    for _ in range(200):
        service = service.after(100)

    assert service.mean_handle_seconds == pytest.approx(100, rel=0.01)
