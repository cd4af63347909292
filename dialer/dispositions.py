"""How a campaign's conversation ended, in one word, and what follows from it for the contact."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType


class Disposition(StrEnum):
    """The words an agent (or the system) chooses from."""

    BOOKED = "booked"
    CALL_BACK = "call_back"
    NOT_NOW = "not_now"
    REFUSED = "refused"
    OBJECTION = "objection"
    WRONG_NUMBER = "wrong_number"
    SOLD_THE_CAR = "sold_the_car"
    ALREADY_DONE = "already_done"
    MACHINE = "machine"
    LANGUAGE = "language"
    SATISFIED = "satisfied"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """What a disposition does to the contact.

    `closes`: it is not called again for this campaign. `refusal`: the dealer's campaigns leave this person alone for the
    profile's four weeks. `objection`: nobody calls this person again, ever. `not_before_after`: it is not called again
    before so long from now, or before the moment that was named. `wrong_number`: this number is not called again for this
    person. `sold`: the vehicle leaves all lists of the dealer; whoever has another one stays on a list with that.
    """

    closes: bool = False
    refusal: bool = False
    objection: bool = False
    not_before_after: timedelta | None = None
    wrong_number: bool = False
    sold: bool = False


FOLLOW_UPS: Mapping[Disposition, FollowUp] = MappingProxyType(
    {
        Disposition.BOOKED: FollowUp(closes=True),
        Disposition.CALL_BACK: FollowUp(not_before_after=timedelta(days=1)),
        Disposition.NOT_NOW: FollowUp(not_before_after=timedelta(days=14)),
        Disposition.REFUSED: FollowUp(closes=True, refusal=True),
        Disposition.OBJECTION: FollowUp(closes=True, objection=True),
        Disposition.WRONG_NUMBER: FollowUp(closes=True, wrong_number=True),
        Disposition.SOLD_THE_CAR: FollowUp(closes=True, sold=True),
        Disposition.ALREADY_DONE: FollowUp(closes=True),
        Disposition.MACHINE: FollowUp(not_before_after=timedelta(days=1)),
        Disposition.LANGUAGE: FollowUp(not_before_after=timedelta(days=1)),
        Disposition.SATISFIED: FollowUp(closes=True),
        Disposition.COMPLAINT: FollowUp(closes=True),
    }
)


def follow_up(word: str) -> FollowUp | None:
    """What follows from a recorded word; None when the word is no disposition of a campaign."""
    try:
        return FOLLOW_UPS[Disposition(word)]
    except ValueError:
        return None
