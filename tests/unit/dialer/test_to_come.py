import pytest

from dialer.to_come import answers_to_come


@pytest.mark.parametrize(
    ("seconds_left", "contacts_left", "expected"),
    [
        (600.0, None, 30.0),
        (None, 60, 15.0),
        (600.0, 60, 15.0),
        (100.0, 60, 5.0),
        (600.0, 0, 0.0),
        (None, None, None),
    ],
)
def test_the_hours_and_the_list_each_bound_how_many_will_still_answer(
    seconds_left: float | None, contacts_left: int | None, expected: float | None
) -> None:
    assert answers_to_come(0.05, seconds_left, 0.25, contacts_left) == expected
