"""Every breach of a campaign's rules is found on the wire."""

from dataclasses import replace
from datetime import UTC, datetime, time

import pytest

from tests.checker.recount import Caller, Seen
from tests.checker.rules import Limits, Pause, breaches, disturbed, silences

LIMITS = Limits(per_second=2.0, at_once=2, attempts=2)
FIRST = Seen("+311", 10.0, 10.1, ended_at=11.0, ended_by_them=True, status=486)
AGAIN = replace(FIRST, invited_at=400.0, ringing_at=400.1, ended_at=401.0)
ANSWERED = Seen("+312", 20.0, 20.1, 21.0, connected_at=21.3, ended_at=30.0, status=200)
GIVEN_UP = Seen("+313", 20.0, 20.1, ended_at=35.1, status=487)
OBJECTED = Seen("+314", 20.0, 20.1, 21.0, message_at=22.7, objected_at=26.0, ended_at=60.0, status=200)


def test_a_campaign_within_its_limits_has_no_breach() -> None:
    assert breaches([FIRST, AGAIN, ANSWERED], LIMITS, {}) == []
    assert breaches([GIVEN_UP, OBJECTED], LIMITS, {"+314": 26.1}) == []


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        ([FIRST, replace(AGAIN, invited_at=10.5)], "+311: dialled again at 10.500 while an attempt was open"),
        ([replace(FIRST, ended_at=None), AGAIN], "+311: dialled again at 400.000 while an attempt was open"),
        (
            [FIRST, AGAIN, replace(AGAIN, invited_at=800.0, ended_at=801.0)],
            "+311: dialled 3 times, 2 are allowed",
        ),
        ([replace(FIRST, ended_at=None)], "+311: never ended"),
        ([replace(ANSWERED, connected_at=None)], "+312: answered, and heard nobody for 9.000 s"),
        ([replace(ANSWERED, connected_at=23.5)], "+312: answered, and heard nobody for 2.500 s"),
        ([replace(ANSWERED, quiet_seconds=5.5)], "+312: heard nothing for 5.500 s"),
        (
            [replace(FIRST, objected_at=10.8), AGAIN],
            "+311: dialled after an objection",
        ),
    ],
)
def test_a_breach_is_told_in_a_line_that_names_the_number(seen: list[Seen], line: str) -> None:
    assert line in breaches(seen, LIMITS, {})


@pytest.mark.parametrize(
    ("ringing_at", "ended_at", "ring_seconds", "told"),
    [
        (20.1, 35.1, 15.0, []),
        (20.1, 35.0, 15.0, ["+313: given up after 14.900 s of ringing"]),
        (20.1, 33.9, 15.0, ["+313: given up after 13.800 s of ringing"]),
        (20.1, 35.0, 22.0, ["+313: given up after 14.900 s of ringing"]),
        (25.0, 35.0, 15.0, ["+313: given up after 10.000 s of ringing"]),
        (None, 33.9, 15.0, ["+313: given up after 13.900 s of ringing"]),
    ],
)
def test_a_phone_that_is_given_up_before_it_rang_for_long_enough_is_found(
    ringing_at: float | None, ended_at: float, ring_seconds: float, told: list[str]
) -> None:
    given_up = replace(GIVEN_UP, ringing_at=ringing_at, ended_at=ended_at)

    assert breaches([given_up], replace(LIMITS, ring_seconds=ring_seconds), {}) == told


@pytest.mark.parametrize(
    ("objected_at", "told"),
    [(22.0, []), (23.5, ["+313: given up after 2.900 s of ringing"])],
)
def test_only_an_objection_before_it_excuses_giving_up_early(objected_at: float, told: list[str]) -> None:
    assert breaches([replace(GIVEN_UP, ended_at=23.0)], LIMITS, {"+313": objected_at}) == told


def test_who_refuses_the_call_or_answers_late_was_not_given_up() -> None:
    refused = replace(GIVEN_UP, ended_at=23.0, ended_by_them=True, status=603)

    assert breaches([refused, replace(ANSWERED, answered_at=21.0)], LIMITS, {}) == []


@pytest.mark.parametrize(
    ("seen", "told"),
    [
        (replace(GIVEN_UP, ended_at=23.9), []),
        (replace(GIVEN_UP, ended_at=24.5), ["+313: rung for 2.500 s after an objection"]),
        (GIVEN_UP, ["+313: rung for 13.100 s after an objection"]),
        (replace(ANSWERED, number="+313", answered_at=23.5, connected_at=24.0), []),
        (
            replace(ANSWERED, number="+313", answered_at=25.0, connected_at=25.1),
            ["+313: rung for 3.000 s after an objection"],
        ),
    ],
)
def test_a_phone_that_rings_on_after_an_objection_is_found(seen: Seen, told: list[str]) -> None:
    assert breaches([seen], LIMITS, {"+313": 22.0}) == told


@pytest.mark.parametrize(("ended_at", "told"), [(65.9, 0), (66.1, 1)])
def test_who_objects_by_a_key_is_let_go_of_when_the_message_is_over(ended_at: float, told: int) -> None:
    assert len(breaches([replace(OBJECTED, ended_at=ended_at)], LIMITS, {"+314": 26.1})) == told


def test_nobody_is_dialled_after_an_objection_in_the_books() -> None:
    assert breaches([FIRST, AGAIN], LIMITS, {"+311": 12.0}) == ["+311: dialled after an objection"]


def test_more_calls_at_once_than_the_trunk_may_carry_are_found() -> None:
    seen = [replace(ANSWERED, number=f"+31{number}", invited_at=20.0 + number) for number in range(3)]

    assert breaches(seen, replace(LIMITS, per_second=50), {}) == [
        "+312: call 3 at once at 22.000, 2 are allowed"
    ]


def test_more_calls_a_second_than_the_trunk_may_carry_are_found() -> None:
    seen = [
        replace(FIRST, number=f"+31{number}", invited_at=10.0 + number / 10, ended_at=11.0)
        for number in range(5)
    ]

    lines = breaches(seen, replace(LIMITS, at_once=10), {})

    assert lines == ["+313: call 4 within 0.300 s"]


@pytest.mark.parametrize(("hour", "told"), [(8, ["+311"]), (12, []), (21, ["+311"])])
def test_a_phone_that_rings_outside_the_hours_is_found(hour: int, told: list[str]) -> None:
    at = datetime(2026, 11, 20, hour - 1, 59, 50, tzinfo=UTC).timestamp()  # Amsterdam is an hour ahead
    rang = Seen("+311", at, at, ended_at=at + 20, status=487)

    lines = breaches([rang], replace(LIMITS, opens=time(9), closes=time(22)), {})

    assert [line.split(":")[0] for line in lines] == told


def test_an_agent_in_two_conversations_at_once_is_found() -> None:
    talks = replace(ANSWERED, agent="agent1", parted_at=29.9)
    other = replace(
        talks, number="+313", invited_at=27.0, answered_at=28.0, connected_at=29.0, parted_at=29.5
    )

    assert breaches([talks, replace(other, agent="agent2")], LIMITS, {}) == []
    assert breaches([talks, other], LIMITS, {}) == [
        "+313: heard agent1 at 29.000, who was in another conversation"
    ]


@pytest.mark.parametrize(("since", "told"), [(20.0, 1), (21.2, 0), (22.0, 0), (10.0, 0)])
def test_an_agent_who_is_given_somebody_in_a_pause_is_found(since: float, told: int) -> None:
    talks = replace(ANSWERED, agent="agent1", parted_at=29.9)

    pauses = [Pause("agent1", since, since + 5), Pause("agent2", 20.0, 30.0)]

    assert len(disturbed([talks], pauses)) == told


def test_a_caller_who_hears_nothing_for_too_long_is_found_and_one_whose_call_never_ends() -> None:
    quiet = Caller("+311", 1.0, 1.1, 60.0, ((4.0, 9.0), (20.0, 25.5)))
    endless = Caller("+312", 1.0, 1.1, None)

    assert silences([quiet, endless]) == [
        "+312: never ended",
        "+311: heard nothing for 5.500 s from 20.000 on",
    ]


@pytest.mark.parametrize(
    ("until", "away", "told"),
    [(15.5, [(3.0, 5.0)], 1), (14.5, [(3.0, 5.0)], 0), (14.5, [(15.0, 16.0)], 1), (14.5, [(1.0, 3.5)], 1)],
)
def test_asterisk_alone_has_its_time_to_serve_a_caller(
    until: float, away: list[tuple[float, float]], told: int
) -> None:
    caller = Caller("+311", 1.0, 1.1, 60.0, ((4.0, until),))

    assert len(silences([caller], away)) == told
