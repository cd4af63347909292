from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.list_order import WAITING, has_waited, list_rank, ranks_beside, with_date

JUNE, JULY = date(2026, 6, 20), date(2026, 7, 20)
priorities = st.integers(1, 9)
dates = st.none() | st.dates()
values = st.none() | st.floats(0, 10**6)
chances = st.none() | st.floats(0, 1)


@pytest.mark.parametrize(
    ("first", "later"),
    [
        (list_rank(1, None), list_rank(2, JUNE)),
        (list_rank(5, JUNE), list_rank(5, JULY, value_euros=900, answer_probability=1)),
        (list_rank(5, JULY), list_rank(5, None)),
        (list_rank(5, JUNE, value_euros=200), list_rank(5, JUNE)),
        (list_rank(5, JUNE, answer_probability=0.5), list_rank(5, JUNE)),
        (list_rank(5, JUNE), list_rank(5, JUNE, answer_probability=0.1)),
        (
            list_rank(5, JUNE, value_euros=100, answer_probability=0.6),
            list_rank(5, JUNE, value_euros=500, answer_probability=0.1),
        ),
    ],
)
def test_priority_counts_before_date_and_date_before_what_an_attempt_is_worth(first: int, later: int) -> None:
    assert first < later


def test_what_nothing_tells_apart_is_equal() -> None:
    assert list_rank(5, JUNE) == list_rank(5, JUNE)


@given(priorities, dates, values, chances)
def test_whoever_has_waited_too_long_goes_before_everyone_who_has_not(
    priority: int, due_on: date | None, value: float | None, chance: float | None
) -> None:
    rank = list_rank(priority, due_on, value_euros=value, answer_probability=chance)

    waited = rank - WAITING

    assert has_waited(waited)
    assert not has_waited(rank)
    assert waited < list_rank(1, date.min, value_euros=10**6, answer_probability=1)


@given(priorities, dates, dates, values, st.sampled_from((0, WAITING, 10 * WAITING)))
def test_another_date_changes_nothing_but_the_date(
    priority: int, before: date | None, after: date | None, value: float | None, less: int
) -> None:
    rank = list_rank(priority, before, value_euros=value) - less

    assert with_date(rank, after) == list_rank(priority, after, value_euros=value) - less


@given(priorities, priorities, dates, st.dates(), st.dates(), values)
def test_the_ranks_beside_hold_just_the_contacts_of_that_priority_and_date(
    priority: int, other: int, of: date | None, due_on: date, wanted: date, value: float | None
) -> None:
    lowest, highest = ranks_beside(list_rank(priority, of), wanted)

    held = lowest <= list_rank(other, due_on, value_euros=value) <= highest

    assert held == (other == priority and due_on == wanted)
