"""Every kind of lie about one call in the books is found, named by its call."""

from dataclasses import replace

import pytest

from tests.checker.books import Entry
from tests.checker.compare import Away, compare
from tests.unit.checker.accounts import ENGAGED, MISS, SEEN, TABLE, TALK, altered, books_of


def test_true_books_have_no_disagreement() -> None:
    verdict = compare(SEEN, books_of(TABLE))

    assert (verdict.wrong, verdict.late) == ([], [])


@pytest.mark.parametrize(
    ("lie", "line"),
    [
        (altered(MISS, abandoned_at=None, message_at=None, outcome="hung_up"), "abandoned on the wire"),
        (altered(MISS, message_at=None), "message only on the wire"),
        (altered(MISS, message_at=4.3), "message +0.600 s off"),
        (altered(MISS, abandoned_at=None), "abandoned at None"),
        (altered(MISS, objected_at=None), "objected at None in the books, at 5.9 on the wire"),
        (altered(MISS, outcome="in_doubt"), "in_doubt in the books, abandoned on the wire"),
        (
            altered(TALK, outcome="abandoned", abandoned_at=3.7),
            "abandoned in the books, connected on the wire",
        ),
        (altered(TALK, connected_at=None), "connected only on the wire"),
        (altered(TALK, answered_at=1.8), "answered -0.200 s off"),
        (altered(TALK, connected_at=2.7), "connected +0.600 s off"),
        (altered(TALK, ended_at=9.6), "ended +0.600 s off"),
        (altered(TALK, ended_at=None), "ended only on the wire"),
        (altered(TALK, agent="agent2"), "with agent2 in the books, with agent1 on the wire"),
        (altered(MISS, abandoned_at=603.7), "abandoned +600.000 s off"),
        (altered(MISS, abandoned_at=0.5), "abandoned -3.200 s off"),
        (altered(MISS, objected_at=16.0), "objected +10.000 s off"),
        (altered(MISS, agent="agent1"), "with agent1 in the books, connected at None"),
        (altered(ENGAGED, agent="agent1"), "with agent1 in the books, connected at None"),
        (altered(TALK, agent=None), "with None in the books, connected at 2.1"),
        (altered(TALK, committed_at=-3600.0), "committed 3600.100 s before it was dialled"),
        (altered(TALK, committed_at=-2.0), "committed 2.100 s before it was dialled"),
        (altered(TALK, committed_at=0.15), "committed -0.050 s before it was dialled"),
        (replace(TALK, ring_seconds=3.0), "rang for 3.0 s, by its moments"),
        (replace(ENGAGED, ring_seconds=0.1), "rang for 0.1 s, by its moments"),
        (replace(ENGAGED, ring_seconds=None), "rang for None s, by its moments"),
        (replace(TALK, talk_seconds=7.2), "talked for 7.2 s, by its moments"),
        (replace(TALK, talk_seconds=None), "talked for None s, by its moments"),
        (replace(MISS, talk_seconds=5.3), "talked for 5.3 s, by its moments"),
        (altered(ENGAGED, outcome="failed"), "failed in the books, busy on the wire"),
        (altered(ENGAGED, outcome="in_doubt"), "in_doubt in the books, busy on the wire"),
        (altered(ENGAGED, answered_at=0.5), "answered only in the books"),
    ],
)
def test_a_lie_about_a_call_is_told_in_a_line_that_names_it(lie: Entry, line: str) -> None:
    table = [lie if entry.call_id == lie.call_id else entry for entry in TABLE]

    wrong = compare(SEEN, books_of(table)).wrong

    assert any(told.startswith(f"{lie.number} ({lie.call_id}): ") and line in told for told in wrong)


@pytest.mark.parametrize(
    ("away", "wrong"),
    [
        ([], 1),
        ([Away(0.2, 2.0)], 0),  # its controller died on the way to the request
        ([Away(2.5, 2.8)], 1),  # it lived on for so long that the request went out
        ([Away(-5.0, -1.0)], 1),
        ([Away(-1.0, 2.0)], 1),  # there was none to commit it
    ],
)
def test_an_attempt_that_was_never_dialled_may_only_be_in_doubt_when_its_controller_died(
    away: list[Away], wrong: int
) -> None:
    doubtful = altered(Entry("c4", "+314", 0.0, ended_at=3.0, outcome="in_doubt"))

    assert len(compare(SEEN, books_of([*TABLE, doubtful]), away).wrong) == wrong


@pytest.mark.parametrize(
    ("lie", "line"),
    [
        ({"outcome": "unanswered"}, "never dialled, but unanswered in the books"),
        ({"message_at": 1.0}, "never dialled, but met somebody in the books"),
        ({"agent": "agent1"}, "with agent1 in the books, connected at None"),
        ({"committed_at": -400.0}, "never dialled, but in_doubt in the books"),
        ({"ended_at": 600.0}, "never dialled, but ended 600.000 s after its commit"),
    ],
)
def test_no_death_excuses_more_of_an_attempt_that_was_never_dialled(
    lie: dict[str, object], line: str
) -> None:
    doubtful = altered(Entry("c4", "+314", 0.0, ended_at=3.0, outcome="in_doubt"), **lie)

    assert compare(SEEN, books_of([*TABLE, doubtful]), [Away(0.2, 2.0)]).wrong[0] == f"+314 (c4): {line}"
