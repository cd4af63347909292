"""Whom a campaign may call at a moment, told once more: from what was known before the run and from the wire of the run itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tests.checker.recount import Seen


@dataclass(frozen=True, slots=True)
class Earlier:
    """A call before the run: by which campaign, when (seconds since 1970), and whether somebody answered and met nobody."""

    campaign: str
    at: float
    abandoned: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """A number on the list of a campaign, whose it is, and what was known before the run; moments in seconds since 1970.

    `consented_at` is the person's consent to this kind of call, `objected_at` an objection of the person or at the number,
    `earlier` all calls to the person or the number. `wrong`: the number was said not to be theirs. `dear`: it costs the one
    who is called, or is none to call.
    """

    campaign: str
    number: str
    person: str
    consented_at: float | None = None
    objected_at: float | None = None
    refused_at: float | None = None
    wrong: bool = False
    dear: bool = False
    timezone: str = "Europe/Amsterdam"
    earlier: tuple[Earlier, ...] = ()


@dataclass(frozen=True, slots=True)
class Law:
    """What the campaigns of a run must keep. Hours are on the clock where the person lives; `shown` has the one number that each
    campaign shows to whom it calls.
    """

    needs_consent: bool = True
    opens: time = time(0)
    closes: time = time.max
    closed_days: frozenset[date] = frozenset()
    attempts: int = 3
    a_day: int = 1
    after_abandoned: timedelta = timedelta(hours=72)
    after_refusal: timedelta = timedelta(weeks=4)
    shown: Mapping[str, str] = field(default_factory=dict)


def bans(known: Known, law: Law, at: float, earlier: Sequence[Earlier] = ()) -> list[str]:
    """Every reason why this number must not be rung at a moment; `earlier` are calls besides those known."""
    calls = (*known.earlier, *earlier)
    zone = _zone(known.timezone)
    return [
        reason
        for reason, holds in (
            (
                "no consent",
                law.needs_consent and (known.consented_at is None or known.consented_at > at),
            ),
            ("an objection", known.objected_at is not None and known.objected_at <= at),
            ("a wrong number", known.wrong),
            ("a dear number", known.dear),
            (
                "a refusal lately",
                known.refused_at is not None and at - known.refused_at < law.after_refusal.total_seconds(),
            ),
            ("no attempt left", sum(call.campaign == known.campaign for call in calls) >= law.attempts),
            (
                "abandoned lately",
                any(call.abandoned and at - call.at < law.after_abandoned.total_seconds() for call in calls),
            ),
            (
                "called that day",
                zone is not None
                and sum(_day(call.at, zone) == _day(at, zone) for call in calls) >= law.a_day,
            ),
            ("outside hours", zone is None or not _open(at, zone, law)),
        )
        if holds
    ]


def unlawful(seen: Iterable[Seen], list_: Iterable[Known], law: Law) -> list[str]:
    """Every call on the wire that must not have been made, or not so, with each of its reasons.

    By the number that a call shows it is known which campaign made it, where campaigns show different ones.
    """
    by_number: dict[str, list[Known]] = defaultdict(list)
    for known in list_:
        by_number[known.number].append(known)
    called: dict[str, list[Earlier]] = defaultdict(list)
    lines = []
    for each in sorted(seen, key=lambda sight: sight.invited_at):
        if each.number not in by_number:
            lines.append(f"{each.number}: dialled at {each.invited_at:.3f} and on no list")
        known_as = by_number[each.number]
        if law.shown and known_as:
            mays = {law.shown[known.campaign] for known in known_as}
            known_as = [known for known in known_as if each.shown == (law.shown[known.campaign],)]
            if not known_as:
                told = ", ".join(each.shown) or "nothing"
                lines.append(
                    f"{each.number}: shown {told} at {each.invited_at:.3f} and not {' or '.join(sorted(mays))}"
                )
                known_as = by_number[each.number]
        people = sorted({known.person for known in known_as})
        before = {id(call): call for key in (each.number, *people) for call in called[key]}
        reasons = {known: bans(known, law, each.invited_at, list(before.values())) for known in known_as}
        if reasons and all(reasons.values()):
            told = "; ".join(", ".join(them) for them in reasons.values())
            lines.append(f"{each.number}: dialled at {each.invited_at:.3f} in spite of {told}")
        campaign = known_as[0].campaign if known_as else ""
        call = Earlier(
            campaign,
            each.invited_at,
            each.answered_at is not None and each.connected_at is None and each.message_at is not None,
        )
        for key in (each.number, *people):
            called[key].append(call)
    return lines


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return None


def _day(at: float, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(at, UTC).astimezone(zone).date()


def _open(at: float, zone: ZoneInfo, law: Law) -> bool:
    local = datetime.fromtimestamp(at, UTC).astimezone(zone)
    return local.date() not in law.closed_days and law.opens <= local.time() < law.closes
