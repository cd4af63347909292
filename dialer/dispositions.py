"""How a campaign's conversation ended, in one word, and what follows from it for the contact."""

from collections.abc import Mapping, Sequence
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


def promise_opens(closed_reason: str) -> bool:
    """Whether a contact that was closed with this word is opened again by a call that is agreed afterwards.

    Not after an objection, for a number that is another's, or without a car to call about. What else closed it, such as the
    attempts that were used up, is for the rules to ask again.
    """
    rule = follow_up(closed_reason)
    return rule is None or not (rule.objection or rule.wrong_number or rule.sold)


def still_closes(last_words: Sequence[str]) -> int | None:
    """Which of the words that count of a contact's calls, the newest first, keeps it closed.

    None when a call was agreed since, or when none closes it.
    """
    for place, word in enumerate(last_words):
        rule = follow_up(word)
        if rule is not None and rule.closes:
            return place
        if word == Disposition.CALL_BACK:
            return None
    return None


def follow_up(word: str) -> FollowUp | None:
    """What follows from a recorded word; None when the word is no disposition of a campaign."""
    try:
        return FOLLOW_UPS[Disposition(word)]
    except ValueError:
        return None
