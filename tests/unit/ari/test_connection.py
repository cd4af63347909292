"""The connection's pure decisions: names and pauses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.ari.connection import ConnectionLimits, application_name, is_application, pause_seconds

LIMITS = ConnectionLimits()


@pytest.mark.parametrize(("number", "name"), [(0, "dealerlijn"), (1, "dealerlijn-2"), (2, "dealerlijn-3")])
def test_each_deaf_application_is_followed_by_the_next_number(number: int, name: str) -> None:
    assert application_name("dealerlijn", number) == name


@pytest.mark.parametrize(
    ("name", "ours"),
    [
        ("app", True),
        ("app-2", True),
        ("app-13", True),
        ("app-", False),
        ("app-x", False),
        ("app2", False),
        ("another", False),
        ("", False),
    ],
)
def test_our_application_is_known_by_all_its_names(name: str, ours: bool) -> None:
    assert is_application(name, "app") is ours


def test_pauses_double_until_the_longest() -> None:
    pauses = [pause_seconds(failures, LIMITS, 1.0) for failures in range(1, 9)]

    assert pauses == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


@given(failures=st.integers(1, 100_000), chance=st.floats(0, 1, exclude_max=True))
def test_a_pause_is_never_shorter_than_half_the_least_nor_longer_than_the_most(
    failures: int, chance: float
) -> None:
    assert LIMITS.pause_least / 2 <= pause_seconds(failures, LIMITS, chance) <= LIMITS.pause_most
