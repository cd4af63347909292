"""What serves a route: only the server knows it, the client asks by the route alone."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic

from app.console.routes import Answer, Body, Query, Route
from app.control import Control


@dataclass(frozen=True, slots=True)
class Asked(Generic[Body, Query]):
    """A request that was found to be in order. `who` is the name for the audit log."""

    path: Mapping[str, str]
    body: Body
    query: Query
    who: str


@dataclass(frozen=True, slots=True)
class Operation(Generic[Body, Query, Answer]):
    """A route and its handler, whose name and first line are the operation's name and summary in the API description."""

    route: Route[Body, Query, Answer]
    handle: Callable[[Control, Asked[Body, Query]], Awaitable[Answer]]

    @property
    def name(self) -> str:
        """The operation's name."""
        return self.handle.__name__

    @property
    def summary(self) -> str:
        """What it does, in a line."""
        return (self.handle.__doc__ or self.name).partition("\n")[0]


AnyOperation = Operation[Any, Any, Any]
