import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.ids import DealerId
from dialer.fairness import fair_room

A, B, C = DealerId("a"), DealerId("b"), DealerId("c")
counts = st.integers(0, 40)


def test_whoever_lacks_room_alone_gets_all_there_is() -> None:
    assert fair_room(7, {A: 20, B: 3}, A, {A}) == 7


def test_a_dealer_above_its_share_waits_for_one_below() -> None:
    in_flight = {A: 20, B: 0}

    shares = [fair_room(5, in_flight, dealer, {A, B}) for dealer in (A, B)]

    assert shares == [0, 5]


@pytest.mark.parametrize(("weight", "share"), [(1.0, 6), (2.0, 8), (5.0, 10)])
def test_shares_go_by_weight(weight: float, share: int) -> None:
    assert fair_room(12, {}, A, {A, B}, {A: weight}) == share


def test_the_last_place_is_never_left_empty() -> None:
    assert [fair_room(1, {}, dealer, {A, B, C}) for dealer in (A, B, C)] == [1, 1, 1]


def test_without_room_there_is_no_share() -> None:
    assert fair_room(-2, {}, A, {A, B}) == fair_room(-2, {}, A, {A}) == 0


@given(st.integers(1, 30), counts, counts, counts)
def test_there_is_always_one_who_may_and_nobody_gets_more_than_there_is(
    room: int, a: int, b: int, c: int
) -> None:
    in_flight = {A: a, B: b, C: c}

    shares = [fair_room(room, in_flight, dealer, {A, B, C}) for dealer in (A, B, C)]

    assert max(shares) >= 1
    assert all(0 <= share <= room for share in shares)


def test_dealers_who_take_their_turns_end_with_their_shares() -> None:
    rng = random.Random(1)
    in_flight: Counter[DealerId] = Counter({A: 40})
    weights = {A: 1.0, B: 1.0, C: 2.0}

    for turn in range(600):
        dealer = (A, B, C)[turn % 3]
        in_flight[dealer] += fair_room(40 - in_flight.total(), in_flight, dealer, weights, weights)
        in_flight[rng.choice(list(in_flight.elements()))] -= 1

    assert in_flight[C] == pytest.approx(20, abs=3)
    assert in_flight[A] == pytest.approx(in_flight[B], abs=3)
