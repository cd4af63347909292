"""From a message on the events socket to a typed event. Never fails: what cannot be read becomes an `UnknownEvent`."""

from typing import TypeAlias

import msgspec

from app.ari.models import KnownEvent


class UnknownEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A message of a kind, or with a content, that the generated models do not know.

    `problem` is empty when only the type is new, else it says what was wrong; the content is left out on purpose,
    it may hold a customer's number.
    """

    type: str = ""
    application: str = ""
    problem: str = ""


AriEvent: TypeAlias = KnownEvent | UnknownEvent

_KNOWN = msgspec.json.Decoder(KnownEvent)
_ANY = msgspec.json.Decoder(UnknownEvent)
_KNOWN_TYPES = frozenset(kind.__name__ for kind in KnownEvent.__args__)


def decode_event(message: bytes | str) -> AriEvent:
    """Return the event in `message`."""
    try:
        event: AriEvent = _KNOWN.decode(message)
    except msgspec.DecodeError as error:
        return _unknown(message, str(error))
    return event


def _unknown(message: bytes | str, problem: str) -> UnknownEvent:
    try:
        event = _ANY.decode(message)
    except msgspec.DecodeError as error:
        return UnknownEvent(problem=str(error))
    return msgspec.structs.replace(event, problem=problem if event.type in _KNOWN_TYPES else "")
