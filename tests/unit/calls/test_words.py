import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.words import HangupCause, cause_from_q850


@pytest.mark.parametrize(
    ("number", "cause"),
    [
        (1, HangupCause.INVALID_NUMBER),
        (16, HangupCause.NORMAL),
        (17, HangupCause.BUSY),
        (18, HangupCause.NO_ANSWER),
        (19, HangupCause.NO_ANSWER),
        (20, HangupCause.NO_ANSWER),
        (21, HangupCause.REJECTED),
        (28, HangupCause.INVALID_NUMBER),
        (31, HangupCause.NORMAL),
        (34, HangupCause.CONGESTION),
        (38, HangupCause.FAILURE),
        (42, HangupCause.CONGESTION),
        (127, HangupCause.FAILURE),
        (0, HangupCause.FAILURE),
    ],
)
def test_a_cause_of_the_network_is_reduced_to_ours(number: int, cause: HangupCause) -> None:
    assert cause_from_q850(number) is cause


@given(st.integers(-1000, 1000))
def test_every_number_has_a_cause_and_none_of_them_is_kept_for_ourselves(number: int) -> None:
    assert cause_from_q850(number) is not HangupCause.LOST_WHILE_DOWN
