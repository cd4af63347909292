"""A number that people saw must stay answerable for six months: is each still a number of its dealer?"""

from collections.abc import Sequence
from datetime import timedelta

from app.asterisk.check_config import Finding
from app.dealers import Dealers
from app.storage.campaigns import NumberShown

ANSWERABLE = timedelta(days=184)  # no six months are longer


def lost_numbers(shown: Sequence[NumberShown], dealers: Dealers, file: str) -> list[Finding]:
    """A finding for each number shown of late that its dealer no longer has."""
    known = {dealer: entry.ddis for dealer, entry in dealers.dealers.items()}
    return [
        Finding(
            file,
            f"dealers.{each.dealer}.ddis",
            each.shown_number,
            "not there",
            f"keep it until {each.last + ANSWERABLE:%Y-%m-%d}: people who saw it may call it back until then",
        )
        for each in shown
        if each.shown_number not in known.get(each.dealer, ())
    ]
