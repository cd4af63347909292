import pytest

from app.rdw.retries import TooOften, pause_seconds
from customers.errors import RegisterError, RegisterNonsense, RegisterRefused, RegisterUnreachable

UNREACHABLE = RegisterUnreachable("away", "wait")


def test_pauses_double_and_end() -> None:
    assert [pause_seconds(UNREACHABLE, tries, 0.0) for tries in (1, 2, 3, 4)] == [1.0, 2.0, 4.0, None]


def test_chance_spreads_a_pause_and_never_shortens_it() -> None:
    assert pause_seconds(UNREACHABLE, 1, 1.0) == 1.5


@pytest.mark.parametrize(
    ("asked", "pause"), [(None, 1.0), (0.0, 1.0), (30.0, 30.0), (60.0, 60.0), (61.0, None)]
)
def test_a_wait_the_register_asks_for_is_kept_unless_it_is_long(
    asked: float | None, pause: float | None
) -> None:
    assert pause_seconds(TooOften(asked), 1, 0.0) == pause


@pytest.mark.parametrize("error", [RegisterRefused("no", "x"), RegisterNonsense("?", "x")])
def test_what_will_not_change_is_not_asked_again(error: RegisterError) -> None:
    assert pause_seconds(error, 1, 0.0) is None
