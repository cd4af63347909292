"""Every kind of lie in the books is found, named by its call; what nobody could see is told apart from a lie."""

from dataclasses import replace

import pytest

from tests.checker.books import Books, Entry, counts_of
from tests.checker.compare import Away, compare
from tests.checker.recount import Seen

TALKED = Seen("+311", 0.1, 0.2, 2.0, connected_at=2.1, ended_at=9.0, status=200, agent="agent1")
MISSED = Seen("+312", 0.1, 0.2, 2.0, message_at=3.7, objected_at=6.0, ended_at=9.0, status=200)
BUSY = Seen("+313", 0.1, 0.2, ended_at=0.6, status=486)
SEEN = [TALKED, MISSED, BUSY]
TALK = Entry("c1", "+311", 0.0, 2.0, 2.1, None, None, 9.0, "agent1", "connected")
MISS = Entry("c2", "+312", 0.0, 2.0, None, 3.7, 3.7, 9.0, None, "abandoned", objected=True)
ENGAGED = Entry("c3", "+313", 0.0, ended_at=0.6, outcome="busy")
TABLE = [TALK, MISS, ENGAGED]


def _books(table: list[Entry]) -> Books:
    return Books(table, list(table), [], {}, {"API": counts_of(table)})


def test_true_books_have_no_disagreement() -> None:
    verdict = compare(SEEN, _books(TABLE))

    assert (verdict.wrong, verdict.late) == ([], [])


@pytest.mark.parametrize(
    ("lie", "line"),
    [
        (replace(MISS, abandoned_at=None, message_at=None, outcome="hung_up"), "abandoned on the wire"),
        (replace(MISS, message_at=None), "message only on the wire"),
        (replace(MISS, message_at=4.3), "message +0.600 s off"),
        (replace(MISS, abandoned_at=None), "abandoned at None"),
        (replace(MISS, objected=False), "objected False in the books"),
        (replace(MISS, outcome="in_doubt"), "in_doubt in the books, abandoned on the wire"),
        (
            replace(TALK, outcome="abandoned", abandoned_at=3.7),
            "abandoned in the books, connected on the wire",
        ),
        (replace(TALK, connected_at=None), "connected only on the wire"),
        (replace(TALK, answered_at=1.8), "answered -0.200 s off"),
        (replace(TALK, connected_at=2.7), "connected +0.600 s off"),
        (replace(TALK, ended_at=9.6), "ended +0.600 s off"),
        (replace(TALK, ended_at=None), "ended only on the wire"),
        (replace(TALK, agent="agent2"), "with agent2 in the books, with agent1 on the wire"),
        (replace(ENGAGED, outcome="failed"), "failed in the books, busy on the wire"),
        (replace(ENGAGED, outcome="in_doubt"), "in_doubt in the books, busy on the wire"),
        (replace(ENGAGED, answered_at=0.5), "answered only in the books"),
    ],
)
def test_a_lie_about_a_call_is_told_in_a_line_that_names_it(lie: Entry, line: str) -> None:
    table = [lie if entry.call_id == lie.call_id else entry for entry in TABLE]

    wrong = compare(SEEN, _books(table)).wrong

    assert any(told.startswith(f"{lie.number} ({lie.call_id}): ") and line in told for told in wrong)


def test_an_attempt_that_is_in_no_book_is_found() -> None:
    wrong = compare(SEEN, _books(TABLE[:2])).wrong

    assert wrong == ["+313: dialled at 0.100 and in no book"]


def test_a_doubled_attempt_is_found() -> None:
    wrong = compare(SEEN, _books([*TABLE, replace(ENGAGED, call_id="c4", committed_at=0.2)])).wrong

    assert wrong == ["+313 (c4): never dialled, but busy in the books"]


def test_an_attempt_that_was_never_dialled_may_only_be_in_doubt() -> None:
    doubtful = Entry("c4", "+314", 0.0, ended_at=3.0, outcome="in_doubt")

    assert compare(SEEN, _books([*TABLE, doubtful])).wrong == []


def test_a_number_dialled_twice_is_compared_attempt_by_attempt() -> None:
    again = replace(BUSY, invited_at=300.1, ringing_at=300.2, ended_at=300.6)
    entry = replace(ENGAGED, call_id="c4", committed_at=300.0, ended_at=300.6)

    assert compare([again, *SEEN], _books([*TABLE, entry])).wrong == []


def test_a_table_that_says_something_else_than_the_journal_is_found() -> None:
    books = Books(TABLE, [replace(TALK, agent="agent2"), MISS], [], {}, {})

    wrong = compare(SEEN, books).wrong

    assert wrong == [
        "+311 (c1): agent is agent1 in the table, agent2 in the journal",
        "c3: only in the table",
    ]


def test_figures_that_count_otherwise_are_found() -> None:
    counts = counts_of(TABLE)
    books = Books(TABLE, TABLE, [], {}, {"/metrics": replace(counts, abandoned=0), "API": counts})

    assert compare(SEEN, books).wrong == ["/metrics: abandoned is 0, the table counts 1"]


def test_what_fell_into_a_time_without_a_controller_is_told_as_late_and_not_as_wrong() -> None:
    table = [replace(TALK, ended_at=11.5), MISS, replace(ENGAGED, ended_at=3.0, outcome="in_doubt")]
    away = [Away(8.0, 11.0), Away(0.5, 1.0)]

    verdict = compare(SEEN, _books(table), away)

    assert verdict.wrong == []
    assert [line.split(": ")[1].split(",")[0] for line in verdict.late] == [
        "ended 2.500 s late",
        "in doubt",
        "ended 2.400 s late",
    ]


def test_whoever_left_before_the_message_while_no_controller_lived_may_be_in_doubt() -> None:
    left = Seen("+311", 0.1, 0.2, 2.0, ended_at=3.0, status=200)
    entry = Entry("c1", "+311", 0.0, 2.0, ended_at=5.0, outcome="in_doubt")

    hidden, watched = (compare([left], _books([entry]), away) for away in ([Away(2.5, 4.9)], []))

    assert (hidden.wrong, len(hidden.late)) == ([], 2)
    assert "in_doubt in the books, hung_up on the wire" in watched.wrong[0]


@pytest.mark.parametrize(
    ("booked", "until", "wrong", "late"),
    [
        (2.0, 4.0, 0, 0),
        (4.0, 4.0, 1, 0),  # the call lived on: Asterisk could tell
        (None, 4.0, 1, 0),
        (9.5, 9.5, 0, 1),  # it was over by then
        (None, 9.5, 0, 1),
    ],
)
def test_the_answer_of_a_call_that_lives_when_a_controller_looks_is_exact(
    booked: float | None, until: float, wrong: int, late: int
) -> None:
    lie = replace(TALK, answered_at=booked, connected_at=max(2.1, booked or 2.1), ended_at=max(9.0, until))

    verdict = compare(SEEN, _books([lie, MISS, ENGAGED]), [Away(1.5, until)])

    assert len([line for line in verdict.wrong if "answered" in line]) == wrong
    assert len([line for line in verdict.late if "answered" in line and "+311" in line]) == late


def test_an_answer_may_be_late_when_the_controller_that_looked_died_too_and_the_call_was_over_by_then() -> (
    None
):
    lie = replace(TALK, answered_at=None)

    verdict = compare(SEEN, _books([lie, MISS, ENGAGED]), [Away(1.5, 4.0), Away(4.5, 9.5)])

    assert [line for line in verdict.wrong if "answered" in line] == []


@pytest.mark.parametrize(("since", "wrong"), [(1.5, 0), (4.0, 1)])
def test_a_conversation_may_be_in_doubt_only_if_no_controller_saw_it_begin(since: float, wrong: int) -> None:
    entry = replace(TALK, outcome="in_doubt", agent=None)

    verdict = compare([TALKED], _books([entry]), [Away(since, 9.5)])

    assert len(verdict.wrong) == wrong


@pytest.mark.parametrize("lie", [replace(TALK, ended_at=8.5), replace(TALK, ended_at=17.0)])
def test_no_time_without_a_controller_excuses_a_moment_before_it_happened_or_long_after(lie: Entry) -> None:
    verdict = compare(SEEN, _books([lie, MISS, ENGAGED]), [Away(8.0, 11.0)])

    assert len(verdict.wrong) == 1


@pytest.mark.parametrize(("again", "wrong"), [(13.0, 0), (16.5, 1)])
def test_a_controller_that_died_before_it_had_looked_leaves_it_to_the_next(again: float, wrong: int) -> None:
    late = replace(TALK, ended_at=21.0)

    verdict = compare([TALKED], _books([late]), [Away(8.0, 11.0), Away(again, 20.0)])

    assert len(verdict.wrong) == wrong


def test_no_time_without_a_controller_excuses_a_wrong_outcome() -> None:
    lie = replace(MISS, abandoned_at=None, message_at=None, outcome="in_doubt")

    verdict = compare(SEEN, _books([TALK, lie, ENGAGED]), [Away(0.0, 11.0)])

    assert any("in_doubt in the books, abandoned on the wire" in line for line in verdict.wrong)


def test_whom_asterisk_alone_served_may_be_let_go_of_while_the_message_plays() -> None:
    table = [TALK, replace(MISS, ended_at=4.0), ENGAGED]

    verdict = compare(SEEN, _books(table), [Away(1.5, 3.9)])

    assert verdict.wrong == []
    assert "ended 5.000 s early" in verdict.late[0]


@pytest.mark.parametrize(
    ("stayed", "outcomes"), [(1.0, {"hung_up"}), (1.8, {"hung_up", "abandoned"}), (2.5, {"abandoned"})]
)
def test_whoever_heard_nobody_is_abandoned_after_two_seconds(stayed: float, outcomes: set[str]) -> None:
    sight = Seen("+311", 0.1, 0.2, 2.0, ended_at=2.0 + stayed, status=200)
    told = {
        outcome: compare(
            [sight],
            _books(
                [
                    Entry(
                        "c1",
                        "+311",
                        0.0,
                        2.0,
                        ended_at=2.0 + stayed,
                        outcome=outcome,
                        abandoned_at=1.0 if outcome == "abandoned" else None,
                    )
                ]
            ),
        ).wrong
        for outcome in ("hung_up", "abandoned", "connected")
    }

    assert {outcome for outcome, wrong in told.items() if not wrong} == outcomes


@pytest.mark.parametrize(
    ("joined", "unclear", "right"),
    [(2.05, 1, True), (2.1, 1, True), (1.9, 0, False), (2.3, 0, False), (None, 0, False)],
)
def test_who_hung_up_in_the_moment_of_being_joined_is_counted_apart(
    joined: float | None, unclear: int, right: bool
) -> None:
    sight = Seen("+311", 0.1, 0.2, 2.0, ended_at=2.1, ended_by_them=True, status=200)
    entry = replace(TALK, connected_at=joined, ended_at=2.11)

    verdict = compare([sight], _books([entry]))

    assert len(verdict.unclear) == unclear
    assert (verdict.wrong == []) is right


def test_who_hung_up_as_the_message_began_is_counted_apart() -> None:
    sight = Seen("+311", 0.1, 0.2, 2.0, ended_at=2.1, ended_by_them=True, status=200)
    entry = replace(
        MISS, call_id="c1", number="+311", message_at=2.05, abandoned_at=2.05, ended_at=2.1, objected=False
    )

    soon, later = (
        compare([replace(sight, ended_at=at)], _books([replace(entry, ended_at=at)])) for at in (2.1, 2.3)
    )

    assert (soon.wrong, len(soon.unclear)) == ([], 1)
    assert "+311 (c1): message only in the books, at 2.050" in later.wrong


def test_what_a_busy_machine_did_late_is_counted_apart() -> None:
    late = [replace(TALK, answered_at=2.2, connected_at=2.4, ended_at=9.2), MISS, ENGAGED]

    verdict = compare(SEEN, _books(late))

    assert (verdict.wrong, len(verdict.slow)) == ([], 3)


def test_who_hung_up_before_the_join_has_no_agent_in_the_books() -> None:
    sight = Seen("+311", 0.1, 0.2, 2.0, ended_at=2.1, ended_by_them=True, status=200)
    entry = Entry("c1", "+311", 0.0, 2.0, ended_at=2.11, outcome="hung_up")

    assert compare([sight], _books([entry])).wrong == []


def test_whom_the_agents_voice_reached_was_connected_however_short_it_was() -> None:
    sight = Seen(
        "+311", 0.1, 0.2, 2.0, connected_at=2.08, ended_at=2.1, ended_by_them=True, status=200, agent="agent1"
    )
    entry = Entry("c1", "+311", 0.0, 2.0, ended_at=2.1, outcome="hung_up")

    wrong = compare([sight], _books([entry])).wrong

    assert "+311 (c1): hung_up in the books, connected on the wire" in wrong


def test_an_agent_who_did_not_hear_the_customer_and_moments_out_of_order_are_found() -> None:
    deaf = compare([replace(TALKED, unheard=True), MISSED, BUSY], _books(TABLE)).wrong
    mixed = compare(SEEN, _books([replace(TALK, ended_at=2.05), MISS, ENGAGED])).wrong

    assert deaf == ["+311 (c1): agent1 did not hear the customer"]
    assert "+311 (c1): its moments in the books are not in order" in mixed


@pytest.mark.parametrize(
    ("heard", "booked", "what", "seconds"),
    [(TALKED, TALK, "connected_at", (2.3, 2.7)), (MISSED, MISS, "message_at", (3.9, 4.3))],
)
def test_sound_that_comes_late_is_counted_apart_up_to_half_a_second(
    heard: Seen, booked: Entry, what: str, seconds: tuple[float, float]
) -> None:
    late, much_too_late = (
        compare([replace(heard, **{what: at})], _books([booked]))  # type: ignore[arg-type]
        for at in seconds
    )

    assert (late.wrong, len(late.slow)) == ([], 1)
    assert (len(much_too_late.wrong), much_too_late.slow) == (1, [])


RANG = Seen("+315", 0.1, 1.0, ended_at=17.0, status=487)
CALLED_OFF = Entry(
    "c5", "+315", 0.0, ended_at=17.0, outcome="unanswered", called_off_at=16.9, called_off=True
)


def test_a_call_that_was_called_off_after_its_ring_time_agrees() -> None:
    assert compare([RANG], _books([CALLED_OFF])).wrong == []


@pytest.mark.parametrize(
    ("seen", "entry", "line"),
    [
        (RANG, replace(CALLED_OFF, called_off_at=15.9), "called off after 14.900 s of ringing"),
        (replace(RANG, ringing_at=None), CALLED_OFF, "called off after 0.000 s of ringing"),
        (
            replace(RANG, ended_by_them=True),
            CALLED_OFF,
            "called off in the books, ended with 487 on the wire",
        ),
        (
            replace(RANG, status=486),
            replace(CALLED_OFF, outcome="busy"),
            "called off in the books, ended with 486 on the wire",
        ),
    ],
)
def test_calling_off_too_soon_and_an_end_that_was_another_are_found(
    seen: Seen, entry: Entry, line: str
) -> None:
    assert compare([seen], _books([entry])).wrong == [f"+315 (c5): {line}"]


def test_a_call_that_was_counted_as_called_off_by_one_book_alone_is_found() -> None:
    books = _books([CALLED_OFF])
    lie = replace(books.figures["API"], called_off=0)

    assert compare([RANG], replace(books, figures={"API": lie})).wrong == [
        "API: called_off is 0, the table counts 1"
    ]
