"""What goes on failing is told at first, for each reason, and once a minute."""

from app.seldom import AGAIN_SECONDS, Seldom


def test_a_reason_is_told_at_first_and_then_once_a_minute() -> None:
    seldom = Seldom()

    told = [now for now in range(0, 200, 2) if seldom.is_due("no connection", float(now))]

    assert told == [0, AGAIN_SECONDS, 2 * AGAIN_SECONDS, 3 * AGAIN_SECONDS]


def test_another_reason_is_told_at_once_and_two_that_alternate_are_not_told_in_turn() -> None:
    seldom = Seldom()

    told = [seldom.is_due(reason, 0.0) for reason in ("refused", "silent", "refused", "silent")]

    assert told == [True, True, False, False]


def test_a_failure_after_all_was_well_is_told_at_once() -> None:
    seldom = Seldom()
    seldom.is_due("no connection", 0.0)

    seldom.is_over()

    assert seldom.is_due("no connection", 1.0)
