import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from app.trunk_gate import DealerRoom, TrunkGate
from calls.facts import AttemptAnswered, AttemptEnded
from calls.ids import DealerId
from calls.words import AttemptOutcome, HangupCause
from dialer.breaker import IN_A_ROW, TrunkState
from dialer.caps import TrunkCaps
from tests.fakes.virtual_time import START, after
from tests.unit.app.people import APK, DEMO, attempt_ended, call_id, committed
from tests.unit.app.reached import REACHED

CAPS = TrunkCaps(per_second=10, at_once=5, per_day=8)
DAY = 24 * 3600


def reachable_gate(*, in_flight: int, dialled_today: int) -> TrunkGate:
    """A gate whose Asterisk can be reached."""
    gate = TrunkGate(
        CAPS,
        START,
        in_flight={DEMO: in_flight},
        dialled={START: dialled_today},
        heard=lambda: True,
        in_reach=lambda: True,
    )
    gate.on_fact(REACHED)
    return gate


def test_before_asterisk_is_reached_nothing_is_dialled() -> None:
    gate = TrunkGate(CAPS, START, in_flight={}, dialled={}, heard=lambda: True, in_reach=lambda: True)

    assert gate.room(after(10)) == 0


def test_before_it_is_known_who_objected_to_asterisk_alone_nothing_is_dialled() -> None:
    heard = [False]
    gate = TrunkGate(CAPS, START, in_flight={}, dialled={}, heard=lambda: heard[0], in_reach=lambda: True)
    gate.on_fact(REACHED)

    before = gate.take(1, after(10))
    heard[0] = True

    assert (before, gate.take(1, after(10))) == (0, 1)


def test_a_start_refills_nothing() -> None:
    gate = reachable_gate(in_flight=0, dialled_today=0)

    assert gate.room(START) == 0
    assert gate.room(after(0.2)) == 2


def test_what_an_earlier_process_left_in_the_air_takes_room_until_it_ends() -> None:
    gate = reachable_gate(in_flight=4, dialled_today=0)

    before = gate.room(after(10))
    gate.on_fact(attempt_ended(1))

    assert (before, gate.room(after(10))) == (1, 2)


def test_attempts_in_the_air_take_room_and_give_it_back() -> None:
    gate = reachable_gate(in_flight=0, dialled_today=0)

    for number in range(3):
        gate.on_fact(committed(number))
    in_the_air = gate.room(after(10))
    gate.on_fact(attempt_ended(0))

    assert (in_the_air, gate.room(after(10))) == (2, 3)


def test_an_end_too_many_makes_no_room() -> None:
    gate = reachable_gate(in_flight=0, dialled_today=0)

    gate.on_fact(attempt_ended(1))
    gate.on_fact(committed(2))

    assert gate.room(after(10)) == 4


def test_no_more_is_taken_than_there_is_room_and_what_is_taken_is_gone() -> None:
    gate = reachable_gate(in_flight=0, dialled_today=0)

    assert gate.take(2, after(0.3)) == 2
    assert gate.take(9, after(0.3)) == 1
    assert gate.take(9, after(0.3)) == 0


def test_a_day_has_its_limit() -> None:
    gate = reachable_gate(in_flight=0, dialled_today=7)

    gate.on_fact(committed(1, 5))
    gate.on_fact(attempt_ended(1))

    assert gate.room(after(60)) == 0


def test_a_day_later_there_is_room_again() -> None:
    gate = reachable_gate(in_flight=0, dialled_today=6)
    for number in range(2):
        gate.on_fact(committed(number, 3600))
        gate.on_fact(attempt_ended(number))

    assert gate.room(after(DAY - 1)) == 0
    assert gate.room(after(DAY)) == 5
    for number in range(4):
        gate.on_fact(committed(10 + number, DAY))
        gate.on_fact(attempt_ended(10 + number))
    assert gate.room(after(DAY + 60)) == 2
    assert gate.room(after(DAY + 3600)) == 4


def test_what_an_earlier_process_dialled_leaves_the_day_when_its_own_day_is_over() -> None:
    dialled = {START - timedelta(hours=23): 5, START - timedelta(hours=1): 3}
    gate = TrunkGate(CAPS, START, in_flight={}, dialled=dialled, heard=lambda: True, in_reach=lambda: True)
    gate.on_fact(REACHED)

    rooms = [gate.room(after(hours * 3600)) for hours in (0.9, 1, 22.9, 23)]

    assert rooms == [0, 5, 5, 5]
    for number in range(5):
        gate.on_fact(committed(number, 23 * 3600))
        gate.on_fact(attempt_ended(number))
    assert gate.room(after(23 * 3600 + 10)) == 3


def test_an_attempt_of_the_future_counts_for_a_day_from_the_start_on() -> None:
    gate = TrunkGate(
        CAPS,
        START,
        in_flight={},
        dialled={START + timedelta(hours=5): 8},
        heard=lambda: True,
        in_reach=lambda: True,
    )
    gate.on_fact(REACHED)

    assert (gate.room(after(DAY - 1)), gate.room(after(DAY))) == (0, 5)


def test_a_dealer_who_lacks_room_gets_what_comes_free_from_one_with_more_than_its_share() -> None:
    gate = reachable_gate(in_flight=0, dialled_today=0)
    demo, other = DealerRoom(gate, DealerId("demo")), DealerRoom(gate, DealerId("other"))
    for number in range(5):
        gate.on_fact(committed(number))
    demo.lack(after(10))
    other.lack(after(10))
    gate.on_fact(attempt_ended(0))

    taken = (demo.take(3, after(10)), other.take(3, after(10)))

    assert taken == (0, 1)


def test_room_is_not_kept_for_a_dealer_who_lacks_it_no_longer() -> None:
    gate = reachable_gate(in_flight=0, dialled_today=0)
    demo, other = DealerRoom(gate, DealerId("demo")), DealerRoom(gate, DealerId("other"))
    for number in range(4):
        gate.on_fact(committed(number))
    other.lack(after(10))

    rooms = (demo.room(after(10)), demo.room(after(14)))

    assert rooms == (0, 1)


def test_what_an_earlier_process_left_in_the_air_counts_as_its_dealers_share() -> None:
    gate = reachable_gate(in_flight=4, dialled_today=0)
    demo, other = DealerRoom(gate, DEMO), DealerRoom(gate, DealerId("other"))
    demo.lack(after(10))
    other.lack(after(10))

    assert (demo.room(after(10)), other.room(after(10))) == (0, 1)


def refused(number: int, seconds: float) -> AttemptEnded:
    ended = attempt_ended(number, AttemptOutcome.FAILED, seconds)
    return replace(ended, cause=HangupCause.CONGESTION, ring_seconds=0.1)


def refusing_gate() -> TrunkGate:
    """A gate whose trunk has refused so many calls that it is tried now and then, next at 40 s."""
    gate = TrunkGate(TrunkCaps(), START, in_flight={}, dialled={}, heard=lambda: True, in_reach=lambda: True)
    gate.on_fact(REACHED)
    for number in range(IN_A_ROW):
        gate.on_fact(committed(number, 9))
        gate.on_fact(refused(number, 10))
    return gate


def test_nobody_is_dialled_while_the_trunk_is_out_of_reach() -> None:
    well = [False]
    gate = TrunkGate(CAPS, START, in_flight={}, dialled={}, heard=lambda: True, in_reach=lambda: well[0])
    gate.on_fact(REACHED)

    before = gate.state(), gate.take(1, after(10))
    well[0] = True

    assert before == (TrunkState.UNREACHABLE, 0)
    assert (gate.state(), gate.take(1, after(10))) == (TrunkState.WELL, 1)


def test_a_trunk_that_refuses_is_tried_by_one_each_half_minute() -> None:
    gate = refusing_gate()

    stopped = gate.state(), gate.room(after(39.9))
    first = gate.take(5, after(40)), gate.take(5, after(40))
    gate.on_fact(committed(20, 40))
    gate.on_fact(refused(20, 41))

    assert stopped == (TrunkState.REFUSES, 0)
    assert first == (1, 0)
    assert (gate.take(5, after(69)), gate.take(5, after(70))) == (0, 1)


def test_a_trial_for_which_there_was_nobody_is_anothers_a_moment_later() -> None:
    gate = refusing_gate()

    taken = gate.take(1, after(40)), gate.take(1, after(41)), gate.take(1, after(42))

    assert taken == (1, 0, 1)


@pytest.mark.parametrize("how", ["rings", "answers"])
def test_the_first_that_gets_through_opens_the_trunk_again(how: str) -> None:
    gate = refusing_gate()
    gate.on_fact(committed(20, 40))

    if how == "rings":
        gate.rang()
    else:
        gate.on_fact(AttemptAnswered(after(43), call_id(20), APK, DEMO, 3.0))

    assert gate.state() is TrunkState.WELL
    assert gate.room(after(44)) == 5


def test_a_clock_that_is_set_back_does_not_put_off_the_trial() -> None:
    gate = refusing_gate()

    gate.clock_moved(timedelta(hours=-1))

    assert (gate.room(after(39 - 3600)), gate.room(after(40 - 3600))) == (0, 1)


def test_it_is_told_once_that_a_trunk_refuses_and_once_that_it_takes_calls(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.WARNING):
        gate = refusing_gate()
        gate.on_fact(refused(21, 41))
        gate.rang()
        gate.rang()

    assert [record.message for record in caplog.records] == [
        "the trunk refuses calls; one is tried now and then",
        "the trunk takes calls again",
    ]
