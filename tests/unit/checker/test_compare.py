"""Books that disagree with the wire or with each other are found; what nobody could see is told apart from a lie."""

from dataclasses import replace

import pytest

from tests.checker.books import Books, Entry, counts_of
from tests.checker.compare import Away, compare
from tests.checker.recount import Seen
from tests.unit.checker.accounts import (
    BUSY,
    ENGAGED,
    MISS,
    MISSED,
    SEEN,
    TABLE,
    TALK,
    TALKED,
    altered,
    books_of,
)


def test_an_attempt_that_is_in_no_book_is_found() -> None:
    wrong = compare(SEEN, books_of(TABLE[:2])).wrong

    assert wrong == ["+313: dialled at 0.100 and in no book"]


def test_a_doubled_attempt_is_found() -> None:
    wrong = compare(SEEN, books_of([*TABLE, altered(ENGAGED, call_id="c4", committed_at=0.2)])).wrong

    assert wrong == ["+313 (c4): never dialled, but busy in the books"]


def test_a_number_dialled_twice_is_compared_attempt_by_attempt() -> None:
    again = replace(BUSY, invited_at=300.1, ringing_at=300.2, ended_at=300.6)
    entry = altered(ENGAGED, call_id="c4", committed_at=300.0, ended_at=300.6)

    assert compare([again, *SEEN], books_of([*TABLE, entry])).wrong == []


def test_a_table_that_says_something_else_than_the_journal_is_found() -> None:
    books = Books(TABLE, [altered(TALK, agent="agent2"), MISS], [], {}, {})

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
    table = [altered(TALK, ended_at=11.5), MISS, altered(ENGAGED, ended_at=3.0, outcome="in_doubt")]
    away = [Away(8.0, 11.0), Away(0.5, 1.0)]

    verdict = compare(SEEN, books_of(table), away)

    assert verdict.wrong == []
    assert [line.split(": ")[1].split(",")[0] for line in verdict.late] == [
        "ended 2.500 s late",
        "in doubt",
        "ended 2.400 s late",
    ]


def test_whoever_left_before_the_message_while_no_controller_lived_may_be_in_doubt() -> None:
    left = Seen("+311", 0.1, 0.2, 2.0, ended_at=3.0, status=200)
    entry = altered(Entry("c1", "+311", 0.0, 2.0, ended_at=5.0, outcome="in_doubt"))

    hidden, watched = (compare([left], books_of([entry]), away) for away in ([Away(2.5, 4.9)], []))

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
    lie = altered(TALK, answered_at=booked, connected_at=max(2.1, booked or 2.1), ended_at=max(9.0, until))

    verdict = compare(SEEN, books_of([lie, MISS, ENGAGED]), [Away(1.5, until)])

    assert len([line for line in verdict.wrong if "answered" in line]) == wrong
    assert len([line for line in verdict.late if "answered" in line and "+311" in line]) == late


def test_an_answer_may_be_late_when_the_controller_that_looked_died_too_and_the_call_was_over_by_then() -> (
    None
):
    lie = altered(TALK, answered_at=None)

    verdict = compare(SEEN, books_of([lie, MISS, ENGAGED]), [Away(1.5, 4.0), Away(4.5, 9.5)])

    assert [line for line in verdict.wrong if "answered" in line] == []


@pytest.mark.parametrize(("since", "wrong"), [(1.5, 0), (4.0, 1)])
def test_a_conversation_may_be_in_doubt_only_if_no_controller_saw_it_begin(since: float, wrong: int) -> None:
    entry = altered(TALK, outcome="in_doubt")

    verdict = compare([TALKED], books_of([entry]), [Away(since, 9.5)])

    assert len(verdict.wrong) == wrong


@pytest.mark.parametrize("lie", [altered(TALK, ended_at=8.5), altered(TALK, ended_at=17.0)])
def test_no_time_without_a_controller_excuses_a_moment_before_it_happened_or_long_after(lie: Entry) -> None:
    verdict = compare(SEEN, books_of([lie, MISS, ENGAGED]), [Away(8.0, 11.0)])

    assert len(verdict.wrong) == 1


@pytest.mark.parametrize(("again", "wrong"), [(13.0, 0), (16.5, 1)])
def test_a_controller_that_died_before_it_had_looked_leaves_it_to_the_next(again: float, wrong: int) -> None:
    late = altered(TALK, ended_at=21.0)

    verdict = compare([TALKED], books_of([late]), [Away(8.0, 11.0), Away(again, 20.0)])

    assert len(verdict.wrong) == wrong


def test_no_time_without_a_controller_excuses_a_wrong_outcome() -> None:
    lie = altered(MISS, abandoned_at=None, message_at=None, outcome="in_doubt")

    verdict = compare(SEEN, books_of([TALK, lie, ENGAGED]), [Away(0.0, 11.0)])

    assert any("in_doubt in the books, abandoned on the wire" in line for line in verdict.wrong)


def test_whom_asterisk_alone_served_may_be_let_go_of_while_the_message_plays() -> None:
    table = [TALK, altered(MISS, ended_at=4.0), ENGAGED]

    verdict = compare(SEEN, books_of(table), [Away(1.5, 3.9)])

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
            books_of(
                [
                    altered(
                        Entry("c1", "+311", 0.0, 2.0, ended_at=2.0 + stayed, outcome=outcome),
                        abandoned_at=3.6 if outcome == "abandoned" else None,
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
    entry = altered(TALK, connected_at=joined, ended_at=2.11)

    verdict = compare([sight], books_of([entry]))

    assert len(verdict.unclear) == unclear
    assert (verdict.wrong == []) is right


def test_who_hung_up_as_the_message_began_is_counted_apart() -> None:
    sight = Seen("+312", 0.1, 0.2, 2.0, ended_by_them=True, status=200)
    entry = altered(MISS, objected_at=None)

    soon, later = (
        compare([replace(sight, ended_at=at)], books_of([altered(entry, ended_at=at)])) for at in (3.75, 3.95)
    )

    assert (soon.wrong, len(soon.unclear)) == ([], 1)
    assert "+312 (c2): message only in the books, at 3.700" in later.wrong


@pytest.mark.parametrize(
    ("away", "abandoned_at", "wrong"),
    [([], 4.0, 0), ([], 2.05, 1), ([], 5.2, 1), ([Away(1.5, 4.5)], 2.05, 0), ([Away(1.5, 5.5)], 11.0, 1)],
)
def test_who_heard_nobody_was_abandoned_between_the_grace_and_the_end_and_without_a_controller_from_the_answer_on(
    away: list[Away], abandoned_at: float, wrong: int
) -> None:
    sight = Seen("+312", 0.1, 0.2, 2.0, ended_at=5.0, ended_by_them=True, status=200)
    entry = altered(MISS, message_at=None, objected_at=None, abandoned_at=abandoned_at, ended_at=5.0)

    told = compare([sight], books_of([entry]), away).wrong

    assert len([line for line in told if "after the answer" in line]) == wrong


def test_what_a_busy_machine_did_late_is_counted_apart() -> None:
    late = [altered(TALK, answered_at=2.2, connected_at=2.4, ended_at=9.2), MISS, ENGAGED]

    verdict = compare(SEEN, books_of(late))

    assert (verdict.wrong, len(verdict.slow)) == ([], 3)


def test_who_hung_up_before_the_join_has_no_agent_in_thebooks_of() -> None:
    sight = Seen("+311", 0.1, 0.2, 2.0, ended_at=2.1, ended_by_them=True, status=200)
    entry = altered(Entry("c1", "+311", 0.0, 2.0, ended_at=2.11, outcome="hung_up"))

    assert compare([sight], books_of([entry])).wrong == []


def test_whom_the_agents_voice_reached_was_connected_however_short_it_was() -> None:
    sight = Seen(
        "+311", 0.1, 0.2, 2.0, connected_at=2.08, ended_at=2.1, ended_by_them=True, status=200, agent="agent1"
    )
    entry = Entry("c1", "+311", 0.0, 2.0, ended_at=2.1, outcome="hung_up")

    wrong = compare([sight], books_of([entry])).wrong

    assert "+311 (c1): hung_up in the books, connected on the wire" in wrong


def test_an_agent_who_did_not_hear_the_customer_and_moments_out_of_order_are_found() -> None:
    deaf = compare([replace(TALKED, unheard=True), MISSED, BUSY], books_of(TABLE)).wrong
    mixed = compare(SEEN, books_of([altered(TALK, ended_at=2.05), MISS, ENGAGED])).wrong

    assert deaf == ["+311 (c1): agent1 did not hear the customer"]
    assert "+311 (c1): its moments in the books are not in order" in mixed


@pytest.mark.parametrize(
    ("heard", "booked", "what", "seconds", "wrong"),
    [
        (TALKED, TALK, "connected_at", (2.3, 2.7), 1),
        (MISSED, MISS, "message_at", (3.9, 4.3), 2),  # the message, and being abandoned
    ],
)
def test_sound_that_comes_late_is_counted_apart_up_to_half_a_second(
    heard: Seen, booked: Entry, what: str, seconds: tuple[float, float], wrong: int
) -> None:
    late, much_too_late = (
        compare([replace(heard, **{what: at})], books_of([booked]))  # type: ignore[arg-type]
        for at in seconds
    )

    assert (late.wrong, len(late.slow)) == ([], 1)
    assert (len(much_too_late.wrong), much_too_late.slow) == (wrong, [])


def test_a_message_that_began_late_after_the_grace_is_counted_once() -> None:
    late, much_too_late = (
        compare([replace(MISSED, message_at=at)], books_of([altered(MISS, message_at=at)]))
        for at in (3.9, 4.3)
    )

    assert (late.wrong, len(late.slow)) == ([], 1)
    assert much_too_late.wrong == ["+312 (c2): abandoned -0.600 s off in the books"]


RANG = Seen("+315", 0.1, 1.0, ended_at=17.0, status=487)
CALLED_OFF = altered(
    Entry("c5", "+315", 0.0, ended_at=17.0, outcome="unanswered", called_off_at=16.9, called_off=True)
)


def test_a_call_that_was_called_off_after_its_ring_time_agrees() -> None:
    assert compare([RANG], books_of([CALLED_OFF])).wrong == []


@pytest.mark.parametrize(
    ("seen", "entry", "line"),
    [
        (RANG, altered(CALLED_OFF, called_off_at=15.9), "called off after 14.900 s of ringing"),
        (replace(RANG, ringing_at=None), CALLED_OFF, "called off after 0.000 s of ringing"),
        (
            replace(RANG, ended_by_them=True),
            CALLED_OFF,
            "called off in the books, ended with 487 on the wire",
        ),
        (
            replace(RANG, status=486),
            altered(CALLED_OFF, outcome="busy"),
            "called off in the books, ended with 486 on the wire",
        ),
    ],
)
def test_calling_off_too_soon_and_an_end_that_was_another_are_found(
    seen: Seen, entry: Entry, line: str
) -> None:
    assert compare([seen], books_of([entry])).wrong == [f"+315 (c5): {line}"]


def test_a_call_that_was_counted_as_called_off_by_one_book_alone_is_found() -> None:
    books = books_of([CALLED_OFF])
    lie = replace(books.figures["API"], called_off=0)

    assert compare([RANG], replace(books, figures={"API": lie})).wrong == [
        "API: called_off is 0, the table counts 1"
    ]
