"""The tables a pacing decision looks things up in: chances within the next half minute, given how long something lasts.

A candidate call that is answered needs an agent at some moment τ from now. The ring time's distribution is represented by
`MOMENTS` equally likely moments (its quantiles), a column each. What is counted are the events that leave an agent in hand:

- an agent t seconds into a talk is free within τ + grace, wrap-up included: the talk's remaining time convolved with
  the wrap-up, in steps of a second;
- an agent w seconds into wrap-up is free within τ + grace: 1 − S(w+τ+grace) ÷ S(w);
- a call that has rung for r seconds, answered with a chance of p when it was dialled, is not answered within τ:
  1 − p (F(r+τ) − F(r)) ÷ (p S(r) + (1−p) S°(r)), with S the survival of the ring time of the answered, S° that of the others.

Chances p are rounded to one of `_LEVELS`, which stand closer together where they are low.
"""

from dataclasses import dataclass, field
from math import floor, sqrt
from operator import add

import numpy as np

from dialer.shortage import EventTable, Floats, Rows, event_table

MOMENTS = 4
_TINY = 1e-9
_TOP_LEVEL = 96
_LEVELS = (np.arange(_TOP_LEVEL + 1) / _TOP_LEVEL) ** 2


class NewRows(dict[float, int]):
    """The row of a call that is dialled now, by its chance; what was asked once is known."""

    def __init__(self, first: int, steps: int) -> None:
        super().__init__()
        self._first = first
        self._steps = steps

    def __missing__(self, chance: float) -> int:
        self[chance] = row = self._first + self._steps * floor(_TOP_LEVEL * sqrt(chance) + 0.5)
        return row


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """One table: talks in steps of `talk_bin_seconds`, then wrap-ups, then ringing calls, both in steps of a second.

    Of ringing calls there are `ring_steps` rows for each level of their chance. The last row of each part serves all that
    lasts longer. `counted` is the number of attempts behind `answer_rate`; `moments` are the columns: seconds from now in
    which a new call may be answered.
    """

    answer_rate: float
    counted: int
    moments: Floats
    events: EventTable
    wrap_up_row: int
    ring_row: int
    ring_steps: int
    talk_bin_seconds: float
    new_rows: NewRows = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Nobody was dialled with these tables yet."""
        object.__setattr__(self, "new_rows", NewRows(self.ring_row, self.ring_steps))

    @property
    def soonest(self) -> EventTable:
        """The table of the first moment alone."""
        return self.events.first or self.events

    def new_row(self, chance: float) -> int:
        """The row of a call that is dialled now, answered with this chance."""
        return self.new_rows[chance]

    def rows(
        self,
        talking: tuple[float, ...],
        wrapping_up: tuple[float, ...],
        ringing: tuple[float, ...],
        chances: tuple[float, ...],
    ) -> Rows:
        """The rows of the table for what has lasted so many seconds, none below 0; `chances` are those of the ringing."""
        # For some dozens of numbers this is quicker than arrays, and floor() three times as quick as int().
        bin_seconds, last_talk = self.talk_bin_seconds, self.wrap_up_row - 1
        longest_talk = last_talk * bin_seconds
        rows = [floor(lasted / bin_seconds) if lasted < longest_talk else last_talk for lasted in talking]
        first, last_wrap_up = self.wrap_up_row, self.ring_row - 1
        longest = last_wrap_up - first
        rows += [first + floor(lasted) if lasted < longest else last_wrap_up for lasted in wrapping_up]
        if ringing and max(ringing) >= self.ring_steps:
            ringing = tuple(min(rung, self.ring_steps - 1) for rung in ringing)
        rows += map(add, map(self.new_rows.__getitem__, chances), map(floor, ringing))
        return rows


def make_forecast(
    *,
    ring: Floats,
    silent: Floats,
    talk: Floats,
    wrap_up: Floats,
    talk_bin_seconds: float,
    grace_seconds: float,
    answer_rate: float,
    counted: int,
) -> Forecast:
    """Make it from survival functions, given at the edges of bins of one second (talk: its own bins)."""
    shares = (np.arange(MOMENTS) + 0.5) / MOMENTS
    moments = np.interp(shares, 1 - ring, np.arange(len(ring), dtype=np.float64))
    reach = moments + grace_seconds
    talks = _talk_over_within(reach, talk, wrap_up, talk_bin_seconds)
    wraps = _over_within(reach, wrap_up)
    rings = 1 - _answered_within(moments, ring, silent)
    return Forecast(
        answer_rate=answer_rate,
        counted=counted,
        moments=moments,
        events=event_table(np.concatenate((talks, wraps, rings))),
        wrap_up_row=len(talks),
        ring_row=len(talks) + len(wraps),
        ring_steps=len(silent),
        talk_bin_seconds=talk_bin_seconds,
    )


def _answered_within(moments: Floats, ring: Floats, silent: Floats) -> Floats:
    """A row for each level and second that a call has rung."""
    elapsed = np.arange(len(silent), dtype=np.float64)
    now = _at(ring, elapsed)
    later = _at(ring, elapsed[:, None] + moments)
    chance = _LEVELS[:, None]
    still_ringing = chance * now + (1 - chance) * silent
    answered = chance[:, :, None] * (now[:, None] - later) / np.maximum(still_ringing, _TINY)[:, :, None]
    return np.asarray(answered.reshape(-1, len(moments)))


def _over_within(reach: Floats, survival: Floats) -> Floats:
    elapsed = np.arange(len(survival) - 1, dtype=np.float64)
    return np.asarray(1 - _at(survival, elapsed[:, None] + reach) / np.maximum(survival[:-1], _TINY)[:, None])


def _talk_over_within(reach: Floats, talk: Floats, wrap_up: Floats, bin_seconds: float) -> Floats:
    elapsed = np.arange(len(talk) - 1, dtype=np.float64) * bin_seconds
    steps = np.arange(int(reach.max()) + 2, dtype=np.float64)
    alive = _at(talk, (elapsed[:, None] + steps) / bin_seconds) / np.maximum(talk[:-1], _TINY)[:, None]
    ends = alive[:, :-1] - alive[:, 1:]
    wrapped = 1 - _at(wrap_up, np.maximum(reach - steps[:-1, None] - 0.5, 0.0))
    return np.asarray(ends @ wrapped)


def _at(survival: Floats, bins: Floats) -> Floats:
    """A survival function at a place counted in bins, straight between the edges and 0 beyond the last."""
    return np.interp(bins, np.arange(len(survival), dtype=np.float64), survival)
