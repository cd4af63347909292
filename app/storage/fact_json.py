"""Facts as JSON: the body holds the fields, the kind is the name of the class."""

from functools import cache
from typing import get_args

import msgspec

from calls.facts import Fact

_ENCODER = msgspec.json.Encoder()


def encode(fact: Fact) -> str:
    """Write a fact's fields as a JSON object."""
    return _ENCODER.encode(fact).decode()


def decode(kind: str, body: str) -> Fact | None:
    """Read a fact back. None when this program does not know the kind or cannot read the body; unknown fields are ignored."""
    decoder = _decoders().get(kind)
    if decoder is None:
        return None
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        return None


@cache
def _decoders() -> dict[str, msgspec.json.Decoder[Fact]]:
    return {kind.__name__: msgspec.json.Decoder(kind) for kind in get_args(Fact)}
