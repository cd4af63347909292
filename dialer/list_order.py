"""The order of a list: a number for each contact that an index can hold, smallest first.

Its decimal digits, from the left, are what counts most first:

    age (1) · priority (1) · date (8, as 20260620) · 9999 less worth (4)

A contact that has waited for `WAIT_LIMIT` loses the first digit and so goes before all that have not, whatever their
priority: everyone on a list is called. Contacts of one priority and one date stand together, so that an index finds them.
What is equal is called as it was added. Among the next few of one
priority the dialler may choose by the chance of an answer (`dialer.answering`). The number is stored, and stored again when something in it changes.
"""

from datetime import date, timedelta

WAIT_LIMIT = timedelta(days=28)
WAITING = 10**13
"""What the rank of a contact that has waited too long is smaller by."""
AGREED = 10**14
"""What the rank of a contact with whom a call was agreed is smaller by, so that it is below 0."""

_DATE_PLACE = 10**4
_DATES = 10**8
_NO_DATE = 99_991_231
_MOST_WORTH = 9_999
# A booking is worth about 95 euro; about three in ten attempts are answered.
_USUAL_EUROS = 95.0
_USUAL_ANSWER_PROBABILITY = 0.3


def list_rank(
    priority: int,
    due_on: date | None,
    *,
    value_euros: float | None = None,
    answer_probability: float | None = None,
) -> int:
    """The rank of a contact that has just come onto its list. `priority` is 1 (first) to 9.

    Among contacts of one date the one goes first of which an attempt is worth most: value times the chance of an answer.
    """
    worth = _worth(value_euros, answer_probability)
    return WAITING + (priority * _DATES + _digits(due_on)) * _DATE_PLACE + _MOST_WORTH - worth


def with_date(rank: int, due_on: date | None) -> int:
    """The rank with another date; all else stays."""
    return rank + (_digits(due_on) - rank // _DATE_PLACE % _DATES) * _DATE_PLACE


def is_agreed(rank: int) -> bool:
    """Whether a call was agreed with this contact, which is not made yet."""
    return rank < 0


def has_waited(rank: int) -> bool:
    """Whether this contact goes before all others because it has waited too long, or for a better reason."""
    return rank < WAITING


def urgency(rank: int) -> int | None:
    """The same for contacts among whom the dialler may choose: equal in priority. None for who is called strictly in order."""
    return None if has_waited(rank) else rank // (_DATES * _DATE_PLACE)


def ranks_beside(rank: int, due_on: date) -> tuple[int, int]:
    """The lowest and the highest rank of contacts as urgent as one of this rank, with this date."""
    lowest = with_date(rank, due_on) // _DATE_PLACE * _DATE_PLACE
    return lowest, lowest + _MOST_WORTH


def _worth(value_euros: float | None, answer_probability: float | None) -> int:
    """What an attempt is expected to bring, in tenths of a euro."""
    euros = _USUAL_EUROS if value_euros is None else value_euros
    chance = _USUAL_ANSWER_PROBABILITY if answer_probability is None else answer_probability
    return max(0, min(_MOST_WORTH, round(10 * euros * chance)))


def _digits(due_on: date | None) -> int:
    return _NO_DATE if due_on is None else due_on.year * 10_000 + due_on.month * 100 + due_on.day
