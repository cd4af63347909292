"""The one table from Asterisk's answers to outcomes."""

import pytest

from app.ari.outcome import (
    AriRequestError,
    Done,
    Gone,
    Outcome,
    Undone,
    Unknown,
    WrongMoment,
    confirmed,
    undone,
    value_or,
)

REFUSALS: list[tuple[int, str, Undone]] = [
    (404, "Channel not found", Gone("Channel not found")),
    (404, "Bridge not found", Gone("Bridge not found")),
    (404, "Provided variable was not found", WrongMoment("Provided variable was not found")),
    (400, "Failed to execute function", WrongMoment("Failed to execute function")),
    (400, "Channel not found", Gone("Channel not found")),
    (400, "Provided channel was not found", Gone("Provided channel was not found")),
    (409, "Channel not in Stasis application", WrongMoment("Channel not in Stasis application")),
    (412, "Channel in invalid state", WrongMoment("Channel in invalid state")),
    (422, "Channel not in Stasis application", WrongMoment("Channel not in Stasis application")),
    (422, "Event source does not exist", Gone("Event source does not exist")),
    (500, "Allocation failed", Unknown("Allocation failed", answered=True)),
    (503, "", Unknown("", answered=True)),
]


@pytest.mark.parametrize(("status", "message", "expected"), REFUSALS)
def test_each_refusal_has_one_meaning(status: int, message: str, expected: Undone) -> None:
    assert undone("POST", "/channels/x", status, message) == expected


@pytest.mark.parametrize(
    ("status", "message"), [(400, "Invalid endpoint specified"), (401, ""), (403, ""), (405, ""), (302, "")]
)
def test_everything_else_is_a_mistake_of_ours(status: int, message: str) -> None:
    with pytest.raises(AriRequestError) as raised:
        undone("POST", "/channels/x", status, message)

    assert (raised.value.method, raised.value.path, raised.value.message) == ("POST", "/channels/x", message)


def test_a_value_is_had_only_when_done() -> None:
    done: Outcome[int] = Done(3)
    gone: Outcome[int] = Gone("")

    assert value_or(done, 0) == 3
    assert value_or(gone, None) is None


DONE = Done("it")
GONE = Gone("none")
REFUSED = WrongMoment("already exists")
LATE = Unknown("no answer")
FAILED = Unknown("Allocation failed", answered=True)


@pytest.mark.parametrize(
    ("made", "found", "expected"),
    [
        (DONE, GONE, DONE),
        (GONE, DONE, GONE),
        (REFUSED, DONE, DONE),
        (REFUSED, GONE, GONE),
        (REFUSED, LATE, LATE),
        (FAILED, GONE, GONE),
        (FAILED, DONE, DONE),
        (LATE, DONE, DONE),
        (LATE, GONE, LATE),
    ],
)
async def test_a_refused_object_is_looked_for(
    made: Outcome[str], found: Outcome[str], expected: Outcome[str]
) -> None:
    async def find() -> Outcome[str]:
        return found

    assert await confirmed(made, find) == expected
