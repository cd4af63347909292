"""What an attempt in the books contradicts by itself, whatever was on the wire."""

from collections.abc import Iterator

from tests.checker.books import Entry

SAME_SECONDS = 0.001  # of a time in the books, and of the two moments between which it lies


def contradictions(entry: Entry, invited_at: float | None) -> Iterator[str]:
    """What is not as the rest of it says, in words. `invited_at` is when it was dialled, None when it was not.

    A comparison that holds the moments to the wire holds the seconds to it with this.
    """
    moments = [entry.committed_at, entry.answered_at, entry.connected_at, entry.ended_at]
    known = [moment for moment in moments if moment is not None]
    if known != sorted(known):
        yield "its moments in the books are not in order"
    if (entry.abandoned_at is not None) != (entry.outcome == "abandoned"):
        yield f"{entry.outcome}, but abandoned at {entry.abandoned_at}"
    if (entry.agent is not None) != (entry.connected_at is not None):
        yield f"with {entry.agent} in the books, connected at {entry.connected_at}"
    yield from _seconds(entry, invited_at)


def _seconds(entry: Entry, invited_at: float | None) -> Iterator[str]:
    rang_until, ended_at = entry.answered_at or entry.ended_at, entry.ended_at
    least = most = talked = None
    if rang_until is not None:
        # A ring counts from the request, which lies between the commit and the INVITE.
        least, most = rang_until - (invited_at or rang_until), rang_until - entry.committed_at
    if ended_at is not None:
        talked = ended_at - (entry.connected_at or ended_at)
    if not _lies_between(entry.ring_seconds, least, most):
        yield f"rang for {entry.ring_seconds} s, by its moments for {least} to {most}"
    if not _lies_between(entry.talk_seconds, talked, talked):
        yield f"talked for {entry.talk_seconds} s, by its moments for {talked}"


def _lies_between(told: float | None, least: float | None, most: float | None) -> bool:
    if told is None or least is None or most is None:
        return told is least is most
    return least - SAME_SECONDS <= told <= most + SAME_SECONDS
