from datetime import UTC, datetime, timedelta

import pytest

from calls.words import AttemptOutcome, HangupCause
from dialer.breaker import IN_A_ROW, Breaker, after_end, within

NOW = datetime(2026, 3, 4, 10, tzinfo=UTC)
FAILED, BUSY, UNANSWERED = AttemptOutcome.FAILED, AttemptOutcome.BUSY, AttemptOutcome.UNANSWERED
ALMOST = Breaker(IN_A_ROW - 1)
OPEN = Breaker(IN_A_ROW, NOW + timedelta(seconds=30))


@pytest.mark.parametrize("cause", [HangupCause.CONGESTION, HangupCause.FAILURE])
def test_ten_refusals_in_a_row_stop_the_dialling_and_nine_do_not(cause: HangupCause) -> None:
    breaker = Breaker()
    for _ in range(IN_A_ROW - 1):
        breaker = after_end(breaker, FAILED, cause, 0.1, NOW)

    nine, ten = breaker, after_end(breaker, FAILED, cause, 0.1, NOW)

    assert within(nine, 7, NOW) == 7
    assert [within(ten, 7, NOW + timedelta(seconds=after)) for after in (0, 29, 30)] == [0, 0, 1]


def test_further_refusals_of_calls_on_their_way_do_not_put_off_the_trial() -> None:
    later = NOW + timedelta(seconds=20)

    assert after_end(OPEN, FAILED, HangupCause.CONGESTION, 20, later).trial_at == OPEN.trial_at


def test_a_rejection_at_once_is_the_trunks_and_one_after_a_while_the_persons() -> None:
    at_once = after_end(ALMOST, BUSY, HangupCause.REJECTED, 0.2, NOW)
    by_a_person = after_end(ALMOST, BUSY, HangupCause.REJECTED, 6, NOW)

    assert at_once.is_open
    assert by_a_person == Breaker()


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (BUSY, HangupCause.BUSY),
        (UNANSWERED, HangupCause.NO_ANSWER),
        (AttemptOutcome.CONNECTED, HangupCause.NORMAL),
    ],
)
def test_whatever_reaches_a_phone_begins_the_count_anew_and_ends_the_stop(
    outcome: AttemptOutcome, cause: HangupCause
) -> None:
    assert after_end(ALMOST, outcome, cause, 1, NOW) == Breaker()
    assert after_end(OPEN, outcome, cause, 1, NOW) == Breaker()


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (FAILED, HangupCause.INVALID_NUMBER),
        (FAILED, HangupCause.NOT_DIALLED),
        (UNANSWERED, HangupCause.CALLED_OFF),
        (AttemptOutcome.IN_DOUBT, HangupCause.LOST_WHILE_DOWN),
    ],
)
def test_what_tells_nothing_of_the_trunk_changes_nothing(outcome: AttemptOutcome, cause: HangupCause) -> None:
    assert after_end(ALMOST, outcome, cause, 0.1, NOW) == ALMOST
    assert after_end(OPEN, outcome, cause, 0.1, NOW) == OPEN
