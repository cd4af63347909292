"""Three calls on the wire, and what true books say of them."""

from dataclasses import replace

from tests.checker.books import Books, Entry, counts_of
from tests.checker.recount import Seen

TALKED = Seen("+311", 0.1, 0.2, 2.0, connected_at=2.1, ended_at=9.0, status=200, agent="agent1")
MISSED = Seen(
    "+312", 0.1, 0.2, 2.0, message_at=3.7, objected_at=5.9, keyed_until=6.0, ended_at=9.0, status=200
)
BUSY = Seen("+313", 0.1, 0.2, ended_at=0.6, status=486)
SEEN = [TALKED, MISSED, BUSY]
TALK = Entry("c1", "+311", 0.0, 2.0, 2.1, None, None, 9.0, "agent1", "connected", None, 1.95, 6.9)
MISS = Entry("c2", "+312", 0.0, 2.0, None, 3.7, 3.7, 9.0, None, "abandoned", 6.0, 1.95, 0.0)
ENGAGED = Entry("c3", "+313", 0.0, ended_at=0.6, outcome="busy", ring_seconds=0.55, talk_seconds=0.0)
TABLE = [TALK, MISS, ENGAGED]


def books_of(table: list[Entry]) -> Books:
    return Books(table, list(table), [], {}, {"API": counts_of(table)})


def altered(entry: Entry, **changes: object) -> Entry:
    """Another entry, whose seconds go with its moments."""
    other = replace(entry, **changes)  # type: ignore[arg-type]
    rang, talked = other.answered_at or other.ended_at, other.connected_at or other.ended_at
    return replace(
        other,
        ring_seconds=None if rang is None else max(0.0, rang - other.committed_at - 0.05),
        talk_seconds=None if other.ended_at is None or talked is None else other.ended_at - talked,
    )
