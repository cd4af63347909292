"""What a campaign must never do, read off the wire alone; one line for each breach, naming the number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

from tests.checker.recount import Caller, Seen

# Between the decision to dial and the INVITE a busy machine may take so long: as many seconds' calls may bunch together.
BUNCHED_SECONDS = 0.5
HEARD_WITHIN_SECONDS, QUIET_SECONDS = 2.0, 5.0
# Whom a controller that died was to serve, Asterisk serves alone after so long.
LEFT_ALONE_SECONDS = 6.0
JOINING_SECONDS = 0.2  # who was being joined when the agent asked for the pause is still joined
# The law's second, half of one while the key is held, and half of one for a busy machine.
CALLED_OFF_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed: calls per second and at once, attempts for each number, and from when to when on the clock there.

    A phone that nobody answers rings for `ring_seconds` at least. Who has objected in the call is let go of within
    `objector_seconds`: the rest of the message.
    """

    per_second: float
    at_once: int
    attempts: int
    ring_seconds: float = 15.0
    objector_seconds: float = 40.0
    opens: time = time(0)
    closes: time = time.max
    timezone: str = "Europe/Amsterdam"


def breaches(seen: Iterable[Seen], limits: Limits, objections: Mapping[str, float]) -> list[str]:
    """Every breach. `objections` are the moments from which numbers may not be dialled, beside those heard on the wire."""
    attempts = sorted(seen, key=lambda each: each.invited_at)
    return [
        *_per_number(attempts, limits, objections),
        *_hours(attempts, limits),
        *_per_second(attempts, limits),
        *_at_once(attempts, limits),
        *_rang_shortly(attempts, limits, objections),
        *_rung_after_objection(attempts, limits, objections),
        *_silence(attempts),
        *_one_conversation_each(attempts),
        *(f"{each.number}: never ended" for each in attempts if each.ended_at is None),
    ]


def _per_number(attempts: list[Seen], limits: Limits, objections: Mapping[str, float]) -> list[str]:
    lines = []
    by_number: dict[str, list[Seen]] = defaultdict(list)
    for each in attempts:
        by_number[each.number].append(each)
    for number, theirs in by_number.items():
        if len(theirs) > limits.attempts:
            lines.append(f"{number}: dialled {len(theirs)} times, {limits.attempts} are allowed")
        for before, after in pairwise(theirs):
            if before.ended_at is None or after.invited_at < before.ended_at:
                lines.append(f"{number}: dialled again at {after.invited_at:.3f} while an attempt was open")
        heard = [each.objected_at for each in theirs if each.objected_at is not None]
        if number in objections:
            heard.append(objections[number])
        if heard and theirs[-1].invited_at > min(heard):
            lines.append(f"{number}: dialled after an objection")
    return lines


def _hours(attempts: list[Seen], limits: Limits) -> list[str]:
    zone = ZoneInfo(limits.timezone)
    return [
        f"{each.number}: rung at {moment:%H:%M:%S}"
        for each in attempts
        for moment in (datetime.fromtimestamp(at, zone) for at in (each.invited_at, _rang_until(each)))
        if not limits.opens <= moment.time() <= limits.closes
    ]


def _rang_until(each: Seen) -> float:
    return each.answered_at or each.ended_at or each.invited_at


def _rang_shortly(attempts: list[Seen], limits: Limits, objections: Mapping[str, float]) -> list[str]:
    """Whom we gave up on too early, and who had not objected by then."""
    lines = []
    for each in attempts:
        if each.answered_at is not None or each.ended_at is None or each.ended_by_them:
            continue
        rang = each.ended_at - (each.ringing_at or each.invited_at)
        called_off = objections.get(each.number, float("inf")) <= each.ended_at
        if rang < limits.ring_seconds and not called_off:
            lines.append(f"{each.number}: given up after {rang:.3f} s of ringing")
    return lines


def _rung_after_objection(attempts: list[Seen], limits: Limits, objections: Mapping[str, float]) -> list[str]:
    """Whose phone rang on after an objection, and who was kept on the line after objecting there."""
    lines = []
    for each in attempts:
        if each.objected_at is not None and each.ended_at is not None:
            seconds = each.ended_at - each.objected_at
            if seconds > limits.objector_seconds:
                lines.append(f"{each.number}: kept on the line for {seconds:.3f} s after objecting")
        elif each.number in objections:
            since = objections[each.number]
            if each.invited_at <= since and _rang_until(each) > since + CALLED_OFF_SECONDS:
                lines.append(f"{each.number}: rung for {_rang_until(each) - since:.3f} s after an objection")
    return lines


def _per_second(attempts: list[Seen], limits: Limits) -> list[str]:
    """A bucket that holds one second's calls lets so many through in any stretch of time; says the first stretch that has more."""
    moments = [each.invited_at for each in attempts]
    for last, until in enumerate(moments):
        for first in range(last):
            allowed = limits.per_second * (1 + BUNCHED_SECONDS + until - moments[first])
            if last - first + 1 > max(allowed, 1):
                seconds = until - moments[first]
                return [f"{attempts[last].number}: call {last - first + 1} within {seconds:.3f} s"]
    return []


def _at_once(attempts: list[Seen], limits: Limits) -> list[str]:
    changes = [(each.invited_at, 1, each.number) for each in attempts]
    changes += [(each.ended_at, -1, each.number) for each in attempts if each.ended_at is not None]
    lines, now = [], 0
    for at, change, number in sorted(changes):
        now += change
        if change > 0 and now > limits.at_once:
            lines.append(f"{number}: call {now} at once at {at:.3f}, {limits.at_once} are allowed")
    return lines


def _silence(attempts: list[Seen]) -> list[str]:
    lines = []
    for each in attempts:
        if each.answered_at is None:
            continue
        met = [at for at in (each.connected_at, each.message_at) if at is not None]
        until = min([*met, each.ended_at or float("inf")])
        if until - each.answered_at > HEARD_WITHIN_SECONDS:
            lines.append(f"{each.number}: answered, and heard nobody for {until - each.answered_at:.3f} s")
        elif each.quiet_seconds > QUIET_SECONDS:
            lines.append(f"{each.number}: heard nothing for {each.quiet_seconds:.3f} s")
    return lines


def _one_conversation_each(attempts: list[Seen]) -> list[str]:
    lines = []
    for agent, theirs in _conversations(attempts).items():
        for (_, _, until), (number, since, _) in pairwise(theirs):
            if since <= until:
                lines.append(f"{number}: heard {agent} at {since:.3f}, who was in another conversation")
    return lines


def _conversations(attempts: Iterable[Seen]) -> dict[str, list[tuple[str, float, float]]]:
    """Each agent's conversations in order: the number, and from when to when the agent was heard."""
    found: dict[str, list[tuple[str, float, float]]] = defaultdict(list)
    for each in attempts:
        if each.agent is not None and each.connected_at is not None and each.parted_at is not None:
            found[each.agent].append((each.number, each.connected_at, each.parted_at))
    return {
        agent: sorted(theirs, key=lambda conversation: conversation[1]) for agent, theirs in found.items()
    }


@dataclass(frozen=True, slots=True)
class Pause:
    """From when to when an agent was not to be given anybody, in seconds since 1970."""

    agent: str
    since: float
    until: float


def disturbed(seen: Iterable[Seen], pauses: Iterable[Pause]) -> list[str]:
    """Every conversation that an agent was given in a pause."""
    talks = _conversations(seen)
    return [
        f"{number}: given to {pause.agent} at {since:.3f}, who has paused since {pause.since:.3f}"
        for pause in pauses
        for number, since, _ in talks.get(pause.agent, ())
        if pause.since + JOINING_SECONDS < since < pause.until
    ]


def silences(callers: Sequence[Caller], away: Sequence[tuple[float, float]] = ()) -> list[str]:
    """Every caller who heard nothing for too long, or whose call never ended; `away` are the times without a controller."""
    lines = [f"{each.number}: never ended" for each in callers if each.ended_at is None]
    for each in callers:
        for since, until in each.quiet:
            alone = any(began <= until and since <= ended for began, ended in away)
            if until - since > QUIET_SECONDS + alone * LEFT_ALONE_SECONDS:
                lines.append(f"{each.number}: heard nothing for {until - since:.3f} s from {since:.3f} on")
    return lines
