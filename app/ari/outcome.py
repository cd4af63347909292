"""What became of a request to Asterisk, and the one table that says so.

Nobody above this package sees an HTTP status. A request ends in one of four ways:

- `Done`: Asterisk did it.
- `Gone`: what the request was about does not exist, or no longer does. Normal: people hang up at any moment.
- `WrongMoment`: it exists, in a state that does not allow this now.
- `Unknown`: no answer in time, or Asterisk's own failure. It may have happened: reconcile that object, never repeat blindly.

Anything else is a mistake of ours and raises `AriRequestError`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
D = TypeVar("D")


@dataclass(frozen=True, slots=True)
class Done(Generic[T_co]):
    """Asterisk carried the request out; `value` is its answer."""

    value: T_co


@dataclass(frozen=True, slots=True)
class Gone:
    """The object of the request does not exist; `message` is Asterisk's own."""

    message: str


@dataclass(frozen=True, slots=True)
class WrongMoment:
    """The object exists but its state refuses the request; `message` is Asterisk's own."""

    message: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have happened or not: no answer in time, a broken connection, or a failure inside Asterisk."""

    reason: str
    answered: bool = False
    """Asterisk did answer, with a failure of its own: the request is over, and a look tells what became of it."""


Undone: TypeAlias = Gone | WrongMoment | Unknown
Outcome: TypeAlias = Done[T] | Gone | WrongMoment | Unknown


def value_or(outcome: Outcome[T], default: D) -> T | D:
    """Return the answer when there is one, else `default`."""
    return outcome.value if isinstance(outcome, Done) else default


class AriRequestError(Exception):
    """A request that Asterisk could not make sense of or does not allow us: a mistake in this program or its settings.

    Attributes:
        method: The HTTP method.
        path: The path, with ids.
        message: Asterisk's own words.
    """

    def __init__(self, method: str, path: str, message: str) -> None:
        super().__init__(f"{method} {path}: {message}")
        self.method = method
        self.path = path
        self.message = message


# What each refusal means: the first row whose status and words fit. Asterisk's status alone does not tell: a vanished channel
# is a 400 to addChannel and a 422 to subscribe, and an unset variable of a living channel is a 404.
_REFUSALS: tuple[tuple[int, str, type[Gone | WrongMoment]], ...] = (
    (400, "channel not found", Gone),
    (400, "channel was not found", Gone),
    # A channel that is just hanging up takes no value.
    (400, "failed to execute function", WrongMoment),
    (404, "variable was not found", WrongMoment),
    (404, "", Gone),
    (409, "", WrongMoment),
    (412, "", WrongMoment),
    (422, "event source does not exist", Gone),
    (422, "", WrongMoment),
)


def undone(method: str, path: str, status: int, message: str) -> Undone:
    """Classify the refusal that Asterisk sent with `status` (300 or more).

    Raises:
        AriRequestError: The request itself was wrong.
    """
    if status >= 500:
        return Unknown(message, answered=True)
    words = message.lower()
    for row_status, row_words, kind in _REFUSALS:
        if status == row_status and row_words in words:
            return kind(message)
    raise AriRequestError(method, path, message)


async def confirmed(made: Outcome[T], find: Callable[[], Awaitable[Outcome[T]]]) -> Outcome[T]:
    """Look for an object before believing that it "already exists" or could not be made.

    Asterisk refuses a channel as existing also when its id begins like another's, and calls an endpoint that cannot be
    reached a failure of its own. `made` is the outcome of the create or originate with an id of ours, `find` the GET of
    that id.

    Returns:
        `Done` when the object is there, made now or before; `Gone` when it is not and will not be; `Unknown` when the
        request was not answered and may still be carried out, or when looking failed.
    """
    if isinstance(made, Done | Gone):
        return made
    found = await find()
    may_come = isinstance(made, Unknown) and not made.answered
    return made if may_come and isinstance(found, Gone) else found
