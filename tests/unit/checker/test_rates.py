"""The abandon rate is counted anew from the wire, and whoever tells another one is found."""

from dataclasses import replace

import pytest

from tests.checker.books import Books, Entry, counts_of
from tests.checker.compare import Away, compare
from tests.checker.rates import DAY_SECONDS, Rates, counted, rates_disagree
from tests.checker.recount import Seen

NOW = 2 * DAY_SECONDS
TODAY, BEFORE = NOW - 3600, NOW - DAY_SECONDS - 3600
TRUE = Rates(ever=0.5, day=1 / 3)


def _talked(number: int, at: float) -> tuple[Seen, Entry]:
    phone = f"+31{number}"
    seen = Seen(phone, at, at + 0.1, at + 2, connected_at=at + 2.1, ended_at=at + 9, status=200, agent="anna")
    return seen, Entry(
        phone,
        phone,
        at - 0.1,
        at + 2,
        at + 2.1,
        ended_at=at + 9,
        agent="anna",
        outcome="connected",
        ring_seconds=2.05,
        talk_seconds=6.9,
    )


def _missed(number: int, at: float) -> tuple[Seen, Entry]:
    phone = f"+31{number}"
    seen = Seen(phone, at, at + 0.1, at + 2, message_at=at + 3.7, ended_at=at + 9, status=200)
    return seen, Entry(
        phone,
        phone,
        at - 0.1,
        at + 2,
        None,
        at + 3.7,
        at + 3.7,
        at + 9,
        outcome="abandoned",
        ring_seconds=2.05,
        talk_seconds=0.0,
    )


RUN = [_talked(1, TODAY), _talked(2, TODAY), _missed(3, TODAY), _missed(4, BEFORE)]


def _books(entries: list[Entry]) -> Books:
    return Books(entries, list(entries), [], {}, {"API": counts_of(entries)})


def _disagree(run: list[tuple[Seen, Entry]], told: dict[str, Rates]) -> list[str]:
    books = _books([entry for _, entry in run])
    return rates_disagree(compare([seen for seen, _ in run], books), books, told, NOW)


def test_true_rates_have_no_line() -> None:
    assert _disagree(RUN, {"API": TRUE, "/metrics": TRUE}) == []


@pytest.mark.parametrize(
    ("lie", "line"),
    [
        (replace(TRUE, ever=0.4), "API: abandon rate (ever) is 0.4, 0.5 on the wire"),
        (replace(TRUE, day=0.5), "API: abandon rate (day) is 0.5, 0.3333333333333333 on the wire"),
        (replace(TRUE, day=None), "API: abandon rate (day) is None, 0.3333333333333333 on the wire"),
    ],
)
def test_who_tells_another_rate_is_found(lie: Rates, line: str) -> None:
    assert _disagree(RUN, {"API": lie, "/metrics": TRUE}) == [line]


def test_tables_that_call_an_abandoned_call_a_conversation_tell_another_rate() -> None:
    seen, entry = _missed(3, TODAY)
    talk = replace(entry, connected_at=entry.abandoned_at, abandoned_at=None, outcome="connected")

    lines = _disagree([*RUN[:2], (seen, talk), RUN[3]], {})

    assert lines == [
        "tables: abandon rate (ever) is 0.25, 0.5 on the wire",
        "tables: abandon rate (day) is 0.0, 0.3333333333333333 on the wire",
    ]


def test_a_message_that_is_in_no_book_counts_all_the_same() -> None:
    seen = [seen for seen, _ in RUN]
    books = _books([entry for _, entry in RUN[:3]])

    lines = rates_disagree(compare(seen, books), books, {}, NOW)

    assert lines == ["tables: abandon rate (ever) is 0.3333333333333333, 0.5 on the wire"]


def test_where_the_wire_leaves_it_open_the_books_decide() -> None:
    seen, entry = _talked(1, TODAY)
    gone = replace(seen, connected_at=None, agent=None, ended_at=TODAY + 2.15, ended_by_them=True)
    joined = replace(entry, ended_at=TODAY + 2.15, talk_seconds=0.05)
    unseen, doubtful = _talked(2, TODAY)
    lost = replace(doubtful, connected_at=None, agent=None, outcome="in_doubt", talk_seconds=0.0)
    run = [(gone, joined), (unseen, lost), _missed(3, TODAY)]
    books = _books([entry for _, entry in run])

    verdict = compare([seen for seen, _ in run], books, [Away(TODAY + 1, TODAY + 10)])

    assert verdict.wrong == []
    assert rates_disagree(verdict, books, {"API": Rates(0.5, 0.5)}, NOW) == []


def test_a_campaign_that_met_nobody_has_no_rate() -> None:
    assert counted([(TODAY, "busy"), (TODAY, "hung_up")], NOW) == Rates(None, None)
