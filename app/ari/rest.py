"""From a typed operation to its outcome: builds the request, sends it, reads the answer."""

from collections.abc import Iterable
from typing import TypeVar, cast
from urllib.parse import quote

import msgspec

from app.ari.outcome import Done, Outcome, Unknown, undone
from app.ari.transport import Lane, NoAnswer, Request, Transport

T = TypeVar("T")

QueryValue = str | int | bool | Iterable[str] | None


def part(value: str) -> str:
    """Quote `value` as one part of a path."""
    return quote(value, safe="")


class Rest:
    """Carries out the generated operations over a transport."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def call(
        self,
        kind: type[T],
        lane: Lane,
        method: str,
        path: str,
        query: dict[str, QueryValue] | None = None,
        body: object = None,
    ) -> Outcome[T]:
        """Send one request and read its answer as `kind`; a `query` value of None is left out.

        Raises:
            AriRequestError: The request itself was wrong.
        """
        target = path + _query_string(query) if query else path
        content = None if body is None else msgspec.json.encode(body)
        try:
            answer = await self._transport.send(Request(method, target, content, lane))
        except NoAnswer as error:
            return Unknown(str(error))
        if answer.status >= 300:
            return undone(method, path, answer.status, _message(answer.body))
        try:
            return Done(_value(kind, answer.body))
        except msgspec.DecodeError as error:
            return Unknown(f"unreadable answer: {error}", answered=True)


def _value(kind: type[T], body: bytes) -> T:
    if kind is type(None):
        return None
    if kind is bytes:
        return cast("T", body)
    return msgspec.json.decode(body, type=kind)


def _query_string(query: dict[str, QueryValue]) -> str:
    pairs = [f"{name}={quote(_text(value), safe='')}" for name, value in query.items() if value is not None]
    return "?" + "&".join(pairs) if pairs else ""


def _text(value: str | int | bool | Iterable[str]) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return ",".join(value)


class _Refusal(msgspec.Struct):
    message: str = ""
    error: str = ""


def _message(body: bytes) -> str:
    try:
        refusal = msgspec.json.decode(body, type=_Refusal)
    except msgspec.DecodeError:
        return body[:200].decode("utf-8", "replace")
    return refusal.message or refusal.error
