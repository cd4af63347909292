"""Amounts of money on a list, in whatever way a spreadsheet or a dealer's own system writes them."""

import re

MOST_EUROS = 100_000
_MARKS = re.compile(r"(?i)^(?:€|eur(?:o)?)\s*|\s*(?:€|eur(?:o)?)$")
_DUTCH = re.compile(r"(?P<whole>\d{1,3}(?:\.\d{3})+|\d+)(?:,(?P<cents>\d{1,2}|-))?")
_ENGLISH = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)\.(?P<cents>\d+)")


def euros(text: str) -> float | None:
    """Read an amount: `95`, `1.250`, `1.250,50`, `€ 95,-`, `1,250.50` or `94.5`; None when it is no amount, or out of bounds."""
    bare = _MARKS.sub("", text.strip())
    found = _DUTCH.fullmatch(bare) or _ENGLISH.fullmatch(bare)
    if found is None:
        return None
    whole = found["whole"].replace(".", "").replace(",", "")
    cents = (found["cents"] or "").strip("-")
    amount = float(f"{whole}.{cents or 0}")
    return amount if amount <= MOST_EUROS else None
