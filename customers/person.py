"""Who a person is to us, and how a number is remembered without keeping it."""

from hashlib import blake2b

HASH_LENGTH = 32


def person_key(name: str, e164: str, reference: str | None) -> str:
    """A text that is equal for rows about the same person of one dealer.

    The dealer's own customer number decides when there is one; else the name and the number together, since a number
    may be shared, or pass to somebody else, and a consent must not pass with it.
    """
    if reference:
        return f"ref:{reference.casefold()}"
    return f"name:{bare_name(name)}|{e164}"


def bare_name(name: str) -> str:
    """A name without what makes no other name of it: capitals and spaces."""
    return " ".join(name.casefold().split())


def number_hash(key: bytes, e164: str) -> str:
    """A keyed hash of a number: 128 bits, as hexadecimal text. Without `key` it cannot be found by trying all numbers."""
    return blake2b(e164.encode(), key=key, digest_size=HASH_LENGTH // 2).hexdigest()
