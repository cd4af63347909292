"""A trunk that refuses whatever it is sent, and how its dialling stops.

After `IN_A_ROW` attempts in a row that it would not have, nobody is dialled through it but for one trial each `TRIAL_EVERY`. The first that
rings, is answered or finds somebody busy ends that. A number that does not exist says nothing: the network may well know all others.

A refusal is a congestion or a failure, at whatever time. A rejection is one only when it comes at once: it is how a provider says that
it will not serve us, and how a person declines a call that rings.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from calls.words import AttemptOutcome, HangupCause

IN_A_ROW = 10
TRIAL_EVERY = timedelta(seconds=30)
# Whoever took room for a trial may have found nobody to call.
_ANOTHER_MAY_TRY = timedelta(seconds=2)
AT_ONCE_SECONDS = 2.0
# With these an attempt that failed at once has reached nobody: nothing is learned from it about those on the list.
OF_THE_TRUNK = frozenset({HangupCause.CONGESTION, HangupCause.FAILURE, HangupCause.NOT_DIALLED})
_TAKEN = frozenset({HangupCause.BUSY, HangupCause.REJECTED, HangupCause.NO_ANSWER, HangupCause.NORMAL})


def reached_nobody(outcome: AttemptOutcome, cause: HangupCause, seconds: float) -> bool:
    """Whether an attempt that ended like this, so long after it was dialled, says nothing of who answers."""
    return outcome is AttemptOutcome.FAILED and cause in OF_THE_TRUNK and seconds < AT_ONCE_SECONDS


class TrunkState(StrEnum):
    """Whether attempts can go out through the trunk, as far as is known."""

    WELL = "well"
    REFUSES = "refuses"
    UNREACHABLE = "unreachable"
    """It does not answer, or our registration there is lost."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """`refused` is how many attempts it would not have, in a row; `trial_at` when the next may be tried, None while all may."""

    refused: int = 0
    trial_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether dialling has stopped."""
        return self.trial_at is not None


def after_end(
    breaker: Breaker, outcome: AttemptOutcome, cause: HangupCause, seconds: float, now: datetime
) -> Breaker:
    """The breaker after an attempt that ended like this, `seconds` after it was dialled or until it was answered."""
    refused = outcome is AttemptOutcome.FAILED and cause in (HangupCause.CONGESTION, HangupCause.FAILURE)
    if refused or (cause is HangupCause.REJECTED and seconds < AT_ONCE_SECONDS):
        row = breaker.refused + 1
        opens = not breaker.is_open and row >= IN_A_ROW
        return Breaker(row, now + TRIAL_EVERY if opens else breaker.trial_at)
    return taken() if cause in _TAKEN else breaker


def taken() -> Breaker:
    """The breaker after an attempt that rang, was answered, or found somebody busy."""
    return Breaker()


def tried(breaker: Breaker, now: datetime) -> Breaker:
    """The breaker after an attempt was committed."""
    return replace(breaker, trial_at=now + TRIAL_EVERY) if breaker.is_open else breaker


def about_to_try(breaker: Breaker, now: datetime) -> Breaker:
    """The breaker after room was taken: others wait a moment, whether or not anybody is dialled."""
    return replace(breaker, trial_at=now + _ANOTHER_MAY_TRY) if breaker.is_open else breaker


def within(breaker: Breaker, room: int, now: datetime) -> int:
    """How much of this room may be used at `now`."""
    if breaker.trial_at is None:
        return room
    return min(room, 1) if now >= breaker.trial_at else 0


def moved(breaker: Breaker, by: timedelta) -> Breaker:
    """The breaker when the wall clock was set to another time."""
    return breaker if breaker.trial_at is None else replace(breaker, trial_at=breaker.trial_at + by)
