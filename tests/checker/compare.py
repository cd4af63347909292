"""Where the books and the wire disagree, one line for each call.

Exact means: what is on the wire is in the books once, with its outcome, its agent, and each moment within 100 ms. What fell
into a time in which no controller lived can be learnt only afterwards: the books then may have its moment as late as the
controller could first look, an attempt may be in doubt unless the message was heard or a conversation was seen to begin, and
whom Asterisk alone served may be let go of before the message is over. Who was never dialled may be in the books only in doubt,
and only if the controller died between the commit and the request. The moment of the answer is exact all the same when the
call lived until a controller looked, for Asterisk has kept it.

Who is connected: by the wire, whoever was reached by the agent's sound before hanging up; by the books, whoever was in the
agent's bridge before hanging up. Sound comes in frames of 20 ms once the bridge mixes, so between the two lies a moment in which
the wire shows nothing. A customer who hung up within 100 ms of the join, or of the message's beginning, and heard nothing is
`unclear`: connected, or abandoned, in the books and silent on the wire.

On a machine that has other work to do Asterisk comes late to a packet, and its own time of it is late too; or the sound is. What
is from 100 to 500 ms late is `slow`. A test bounds how many may be: on an idle machine it is none.

Nothing else is forgiven, and these are counted apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields

from tests.checker.account import contradictions
from tests.checker.books import Books, Counts, Entry, counts_of
from tests.checker.recount import Seen

EXACT_SECONDS = 0.1
GRACE_SECONDS, LIMIT_SECONDS = (
    1.6,
    2.0,
)  # the message begins between the two; whoever leaves then may be either
SLOW_SECONDS = 0.5
UNWRITTEN_SECONDS = 1.0  # what happened so shortly before the end of a controller may not be written yet
LEAST_RING_SECONDS = 15.0
LOOKED_SECONDS = 5.0  # until a new controller has looked at everything
# From the commit to the INVITE: 30 ms as a rule, and 1 s on a machine with four times the work that it can do.
REQUEST_SECONDS = 2.0
_BUSY, _CANCELLED = (486, 600, 603), 487
_COUNTED = {"connected", "abandoned"}


@dataclass(frozen=True, slots=True)
class Away:
    """A time in which no controller lived, in seconds since 1970."""

    since: float
    until: float

    def hides(self, at: float) -> bool:
        """Whether what happened then may be known only afterwards."""
        return self.since - UNWRITTEN_SECONDS <= at <= self.until + EXACT_SECONDS

    def cuts_short(self, committed_at: float) -> bool:
        """Whether the controller that committed an attempt then may have died before its request went out."""
        return self.since - REQUEST_SECONDS <= committed_at <= self.since + EXACT_SECONDS


@dataclass(slots=True)
class Verdict:
    """`wrong`: each disagreement, naming its call. `late`: what no controller could see, and the books say so late or in doubt.

    `unclear`: who hung up in the moment of being joined, or told the message. `slow`: what a busy machine did late.
    `outcomes` has for each call on the wire when it was answered (dialled, if it was not) and what became of it: by the wire,
    and by the books only where the wire leaves it open or no controller could see it.
    """

    wrong: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)
    slow: list[str] = field(default_factory=list)
    outcomes: list[tuple[float, str]] = field(default_factory=list)


def compare(seen: Iterable[Seen], books: Books, away: Sequence[Away] = ()) -> Verdict:
    """Compare all books with the wire, and with each other."""
    verdict = Verdict(wrong=[*books.repeated])
    for entry, sight in _pairs(books.table, seen):
        if entry is None and sight is not None:
            verdict.wrong.append(f"{sight.number}: dialled at {sight.invited_at:.3f} and in no book")
            verdict.outcomes.append(_unbooked(sight))
        elif entry is not None and sight is None:
            verdict.wrong += [f"{_name(entry)}: {what}" for what in _never_dialled(entry, away)]
        elif entry is not None and sight is not None:
            _Pair(entry, sight, away, verdict).compare()
    verdict.wrong += _between_books(books)
    return verdict


def _pairs(entries: Iterable[Entry], seen: Iterable[Seen]) -> Iterable[tuple[Entry | None, Seen | None]]:
    """Each attempt in the books with the first dialling of its number before the next attempt to it."""
    sights: dict[str, list[Seen]] = defaultdict(list)
    for sight in sorted(seen, key=lambda sight: sight.invited_at):
        sights[sight.number].append(sight)
    by_number: dict[str, list[Entry]] = defaultdict(list)
    for entry in sorted(entries, key=lambda entry: entry.committed_at):
        by_number[entry.number].append(entry)
    for number, attempts in by_number.items():
        nexts = [entry.committed_at for entry in attempts[1:]] + [float("inf")]
        for entry, following in zip(attempts, nexts, strict=True):
            left = sights[number]
            is_its = bool(left) and entry.committed_at - EXACT_SECONDS <= left[0].invited_at < following
            yield entry, left.pop(0) if is_its else None
    for unmatched in sights.values():
        for sight in unmatched:
            yield None, sight


@dataclass(slots=True)
class _Pair:
    entry: Entry
    sight: Seen
    away: Sequence[Away]
    verdict: Verdict

    def compare(self) -> None:
        entry, sight = self.entry, self.sight
        allowed = self._outcomes()
        outcome = entry.outcome
        if outcome not in allowed:
            if outcome == "in_doubt" and self._may_be_in_doubt(allowed):
                self._late("in doubt", f"{'/'.join(sorted(allowed))} on the wire")
            else:
                self._wrong(f"{outcome} in the books, {'/'.join(sorted(allowed))} on the wire")
                outcome = min(allowed)
        self.verdict.outcomes.append((sight.answered_at or sight.invited_at, outcome or ""))
        self._moment("answered", entry.answered_at, sight.answered_at, kept=self._outlived_the_controllers())
        if entry.outcome == "connected" and self._hung_up_just_after(entry.connected_at):
            self.verdict.unclear.append(f"{_name(entry)}: hung up in the moment of being joined")
        elif seconds := _late_sound(entry.connected_at, sight.connected_at):
            self.verdict.slow.append(f"{_name(entry)}: heard the agent {seconds:.3f} s after the join")
        else:
            self._moment("connected", entry.connected_at, sight.connected_at)
        if entry.outcome == "abandoned" and self._hung_up_just_after(entry.message_at):
            self.verdict.unclear.append(f"{_name(entry)}: hung up in the moment of being told the message")
        elif seconds := _late_sound(entry.message_at, sight.message_at):
            self.verdict.slow.append(f"{_name(entry)}: heard the message {seconds:.3f} s after it began")
        else:
            self._moment("message", entry.message_at, sight.message_at)
        if not self._let_go():
            self._moment("ended", entry.ended_at, sight.ended_at)
        self._committed()
        self._abandoned()
        self._objected()
        for what in contradictions(entry, sight.invited_at):
            self._wrong(what)
        if sight.agent is not None and entry.agent != sight.agent and entry.outcome != "in_doubt":
            self._wrong(f"with {entry.agent} in the books, with {sight.agent} on the wire")
        if sight.unheard:
            self._wrong(f"{sight.agent} did not hear the customer")
        self._called_off()

    def _committed(self) -> None:
        """The intention is stored first, and the request goes out at once."""
        before = self.sight.invited_at - self.entry.committed_at
        if not 0 <= before <= REQUEST_SECONDS:
            self._wrong(f"committed {before:.3f} s before it was dialled")

    def _abandoned(self) -> None:
        """Abandoned is whoever got the message, when it began, or heard nobody for the grace, between that and the end."""
        entry, sight, booked = self.entry, self.sight, self.entry.abandoned_at
        if booked is None or sight.answered_at is None:
            return
        if seconds := _late_sound(booked, sight.message_at):
            if _late_sound(entry.message_at, sight.message_at) is None:  # else that is counted
                self.verdict.slow.append(f"{_name(entry)}: the message began {seconds:.3f} s after the grace")
        elif sight.message_at is not None:
            self._moment("abandoned", booked, sight.message_at)
        else:
            # Without a controller the message begins at the answer.
            earliest = sight.answered_at + (0 if self._hidden(sight.answered_at) else GRACE_SECONDS)
            over = sight.ended_at or float("inf")
            latest = _looked(self.away, over) if self._hidden(over) else over + EXACT_SECONDS
            if not earliest - EXACT_SECONDS <= booked <= latest:
                self._wrong(f"abandoned {booked - sight.answered_at:.3f} s after the answer")

    def _objected(self) -> None:
        """An objection is never excused; it is heard when the key is let go of."""
        entry, sight = self.entry, self.sight
        if (entry.objected_at is None) != (sight.objected_at is None):
            self._wrong(f"objected at {entry.objected_at} in the books, at {sight.objected_at} on the wire")
        else:
            self._moment("objected", entry.objected_at, sight.keyed_until)

    def _called_off(self) -> None:
        """Nobody is called off who has not rung for long enough; who ended by that was cancelled by us."""
        entry, sight = self.entry, self.sight
        if entry.called_off_at is not None:
            rang = entry.called_off_at - (sight.ringing_at or entry.called_off_at)
            if rang < LEAST_RING_SECONDS:
                self._wrong(f"called off after {rang:.3f} s of ringing")
        cancelled = sight.status == _CANCELLED and not sight.ended_by_them and sight.answered_at is None
        if entry.called_off and not cancelled:
            self._wrong(f"called off in the books, ended with {sight.status} on the wire")

    def _outcomes(self) -> set[str]:
        sight = self.sight
        if sight.answered_at is None:
            if sight.status in _BUSY:
                return {"busy"}
            return {"unanswered"} if sight.status in (_CANCELLED, None) else {"failed"}
        if sight.connected_at is not None:
            return {"connected"}
        if sight.message_at is not None:
            return {"abandoned"}
        stayed = (sight.ended_at or float("inf")) - sight.answered_at
        allowed = {"hung_up"} if stayed <= GRACE_SECONDS else {"abandoned"}
        if GRACE_SECONDS < stayed < LIMIT_SECONDS:
            allowed.add("hung_up")
        if self._hung_up_just_after(self.entry.connected_at):
            allowed.add("connected")
        if self._hung_up_just_after(self.entry.message_at):
            allowed.add("abandoned")
        return allowed

    def _may_be_in_doubt(self, allowed: set[str]) -> bool:
        """Whether no controller could see the end, nor, of a conversation, that it began. An abandoned call never may."""
        if not self._hidden(self.sight.ended_at):
            return False
        return bool(allowed - _COUNTED) or self._hidden(self.sight.connected_at)

    def _hung_up_just_after(self, booked: float | None) -> bool:
        """Whether the customer left so soon after something that the wire need not show anything of it."""
        sight = self.sight
        if booked is None or sight.ended_at is None or not sight.ended_by_them:
            return False
        heard = sight.connected_at is not None or sight.message_at is not None
        return not heard and abs(sight.ended_at - booked) <= EXACT_SECONDS

    def _let_go(self) -> bool:
        """Whether Asterisk alone played the message to the end, after the attempt was over in the books."""
        booked, ended, message = self.entry.ended_at, self.sight.ended_at, self.sight.message_at
        if booked is None or ended is None or message is None or not self._hidden(self.sight.answered_at):
            return False
        if not message - EXACT_SECONDS <= booked < ended - EXACT_SECONDS:
            return False
        self._late(f"ended {ended - booked:.3f} s early", "let go of while Asterisk played the message")
        return True

    def _outlived_the_controllers(self) -> bool:
        """Whether the call went on when a controller looked that did not die before it could store what it found."""
        answered, until = self.sight.answered_at, 0.0
        for away in sorted(self.away, key=lambda away: away.since):
            if answered is not None and (away.hides(answered) or away.since <= until + UNWRITTEN_SECONDS):
                until = max(until, away.until)
        return self.sight.ended_at is None or self.sight.ended_at > until + EXACT_SECONDS

    def _moment(self, what: str, booked: float | None, seen: float | None, *, kept: bool = False) -> None:
        if booked is None and seen is None:
            return
        if seen is not None and self._hidden(seen) and not kept:
            if booked is None:
                self._late(f"not {what} in the books", f"at {seen:.3f} on the wire")
            elif seen - EXACT_SECONDS <= booked <= _looked(self.away, seen):
                if booked - seen > EXACT_SECONDS:
                    self._late(f"{what} {booked - seen:.3f} s late", "in the books")
            else:
                self._wrong(f"{what} {booked - seen:+.3f} s off, in a time without a controller")
        elif booked is None or seen is None:
            where = "on the wire" if booked is None else "in the books"
            self._wrong(f"{what} only {where}, at {(booked or seen or 0):.3f}")
        elif EXACT_SECONDS < booked - seen <= SLOW_SECONDS:
            self.verdict.slow.append(f"{_name(self.entry)}: {what} {booked - seen:.3f} s late in the books")
        elif abs(booked - seen) > EXACT_SECONDS:
            self._wrong(f"{what} {booked - seen:+.3f} s off in the books")

    def _hidden(self, at: float | None) -> bool:
        return at is not None and any(away.hides(at) for away in self.away)

    def _wrong(self, what: str) -> None:
        self.verdict.wrong.append(f"{_name(self.entry)}: {what}")

    def _late(self, what: str, where: str) -> None:
        self.verdict.late.append(f"{_name(self.entry)}: {what}, {where}")


def _late_sound(booked: float | None, heard: float | None) -> float | None:
    """How long after what the books say it was heard, where that is what a busy machine may do; else None."""
    if booked is None or heard is None or not EXACT_SECONDS < heard - booked <= SLOW_SECONDS:
        return None
    return heard - booked


def _never_dialled(entry: Entry, away: Sequence[Away]) -> Iterator[str]:
    """What is wrong with an attempt of which the wire shows nothing."""
    died = [each for each in away if each.cuts_short(entry.committed_at)]
    if entry.outcome != "in_doubt" or not died:
        yield f"never dialled, but {entry.outcome} in the books"
    met = entry.answered_at, entry.connected_at, entry.message_at, entry.objected_at
    if any(each is not None for each in met):
        yield "never dialled, but met somebody in the books"
    if died and entry.ended_at is not None and entry.ended_at > _looked(away, died[-1].since):
        yield f"never dialled, but ended {entry.ended_at - entry.committed_at:.3f} s after its commit"
    yield from contradictions(entry, None)


def _looked(away: Sequence[Away], at: float) -> float:
    """By when a controller has looked that lived long enough to, after a moment that no controller could see."""
    until = max(each.until for each in away if each.hides(at)) + LOOKED_SECONDS
    for each in sorted(away, key=lambda each: each.since):
        if each.since <= until < each.until + LOOKED_SECONDS:
            until = each.until + LOOKED_SECONDS
    return until


def _unbooked(sight: Seen) -> tuple[float, str]:
    met = (
        "connected" if sight.connected_at is not None else "abandoned" if sight.message_at is not None else ""
    )
    return sight.answered_at or sight.invited_at, met


def _between_books(books: Books) -> list[str]:
    lines = []
    journal = {entry.call_id: entry for entry in books.journal}
    table = {entry.call_id: entry for entry in books.table}
    for call_id in sorted(journal.keys() | table.keys()):
        if call_id not in journal or call_id not in table:
            lines.append(f"{call_id}: only in the {'journal' if call_id in journal else 'table'}")
            continue
        for each in fields(Entry):
            kept, told = getattr(table[call_id], each.name), getattr(journal[call_id], each.name)
            if kept != told:
                lines.append(
                    f"{_name(table[call_id])}: {each.name} is {kept} in the table, {told} in the journal"
                )
    counted = counts_of(books.table)
    for name, figures in books.figures.items():
        for each in fields(Counts):
            kept, told = getattr(counted, each.name), getattr(figures, each.name)
            if kept != told:
                lines.append(f"{name}: {each.name} is {told}, the table counts {kept}")
    return lines


def _name(entry: Entry) -> str:
    return f"{entry.number} ({entry.call_id})"
