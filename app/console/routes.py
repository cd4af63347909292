"""What a route of the API is: one typed value from which the server, the API description and the client all work.

The client needs nothing else: what serves a route is in `app.console.handlers`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar
from urllib.parse import quote

from pydantic import BaseModel

from app.console.fields import PATH_PATTERNS, Ask

Body = TypeVar("Body", bound=Ask)
Query = TypeVar("Query", bound=Ask)
Answer = TypeVar("Answer", bound=BaseModel)

ROOT = "/api/v1"
DESCRIPTION_PATH = f"{ROOT}/openapi.json"
WHO_HEADER = "Dealerlijn-Who"


class Nothing(Ask):
    """A body or query that has no fields."""


@dataclass(frozen=True, slots=True)
class Route(Generic[Body, Query, Answer]):
    """One way of asking, below `ROOT`."""

    method: Literal["GET", "POST", "PATCH", "PUT"]
    path: str
    body: type[Body]
    query: type[Query]
    answer: type[Answer]
    status: int

    @property
    def parameters(self) -> list[str]:
        """The names in the path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def server_path(self) -> str:
        """The path as aiohttp wants it: a name that breaks its pattern leads nowhere."""
        return re.sub(r"{(\w+)}", lambda name: f"{{{name[1]}:{PATH_PATTERNS[name[1]]}}}", ROOT + self.path)

    def filled_path(self, names: Mapping[str, str]) -> str:
        """The path of one request."""
        return ROOT + self.path.format_map({name: quote(value, safe="") for name, value in names.items()})


AnyRoute = Route[Any, Any, Any]


def reading(
    path: str,
    query: type[Query],
    answer: type[Answer],
) -> Route[Nothing, Query, Answer]:
    """An operation that changes nothing."""
    return Route("GET", path, Nothing, query, answer, 200)


def changing(
    method: Literal["POST", "PATCH", "PUT"],
    path: str,
    body: type[Body],
    answer: type[Answer],
    status: int = 200,
) -> Route[Body, Nothing, Answer]:
    """An operation that changes something."""
    return Route(method, path, body, Nothing, answer, status)
