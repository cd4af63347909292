import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.ids import (
    CALL_ID_LENGTH,
    LEG_ID_LENGTH,
    CallId,
    LegMark,
    NodeId,
    attempt_leg,
    bridge_of,
    call_of_bridge,
    call_of_uuid,
    call_uuid,
    leg_mark,
    line_leg,
    listener_leg,
    new_call_id,
    offer_leg,
)

NODE = NodeId("n1")
call_ids = st.builds(
    lambda ms, seed: new_call_id(NODE, ms, random.Random(seed)), st.integers(0, 2**48 - 1), st.integers()
)


@given(call_ids, call_ids, st.integers(0, 255), st.integers(0, 255))
def test_no_channel_id_begins_another_whatever_the_case(
    one: CallId, other: CallId, number: int, other_number: int
) -> None:
    ids = {attempt_leg(one), line_leg(one), offer_leg(one, number), attempt_leg(other), line_leg(other)}
    ids |= {offer_leg(other, other_number), offer_leg(one, other_number)}

    assert all(len(leg_id) == LEG_ID_LENGTH and leg_id == leg_id.lower() for leg_id in ids)
    assert not any(a != b and a.lower().startswith(b.lower()) for a in ids for b in ids)


@given(call_ids, st.integers(0, 255))
def test_a_leg_tells_its_call_its_kind_and_its_number(call_id: CallId, number: int) -> None:
    assert leg_mark(attempt_leg(call_id)) == LegMark(call_id, "x", 0)
    assert leg_mark(line_leg(call_id)) == LegMark(call_id, "l", 0)
    assert leg_mark(listener_leg(call_id)) == LegMark(call_id, "m", 0)
    assert leg_mark(offer_leg(call_id, number)) == LegMark(call_id, "a", number)


@given(call_ids)
def test_a_call_is_known_again_by_its_uuid(call_id: CallId) -> None:
    assert call_of_uuid(NODE, call_uuid(call_id)) == call_id


@given(call_ids)
def test_a_bridge_tells_its_call_and_is_no_leg(call_id: CallId) -> None:
    assert call_of_bridge(bridge_of(call_id)) == call_id
    assert leg_mark(bridge_of(call_id)) is None
    assert call_of_bridge(attempt_leg(call_id)) is None


@given(st.text(max_size=40))
def test_what_somebody_else_named_is_never_taken_for_ours(text: str) -> None:
    mark = leg_mark(text)

    assert mark is None or (len(text) == LEG_ID_LENGTH and text.startswith(mark.call_id))


@pytest.mark.parametrize("tail", ["-a_1", "-azz", "-b00", "_a01"])
def test_a_tail_that_is_no_mark_of_ours_is_refused(tail: str) -> None:
    call_id = new_call_id(NODE, 1, random.Random(1))

    assert leg_mark(f"{call_id}{tail}") is None


@given(st.lists(st.integers(0, 2**48 - 1), min_size=2, unique=True), st.integers())
def test_ids_of_one_node_sort_by_their_time(moments: list[int], seed: int) -> None:
    rng = random.Random(seed)
    ids = [new_call_id(NODE, ms, rng) for ms in sorted(moments)]

    assert all(earlier < later for earlier, later in pairwise(ids))
    assert {len(call_id) for call_id in ids} == {CALL_ID_LENGTH}


def test_two_calls_of_one_millisecond_have_two_ids() -> None:
    rng = random.Random(1)

    assert len({new_call_id(NODE, 1_770_000_000_000, rng) for _ in range(1000)}) == 1000


def test_the_257th_offer_uses_the_number_of_the_first_again() -> None:
    call_id = new_call_id(NODE, 1, random.Random(1))

    assert offer_leg(call_id, 256) == offer_leg(call_id, 0)


@pytest.mark.parametrize("node", ["", "n", "N1", "n10"])
def test_a_node_has_two_lower_case_characters(node: str) -> None:
    with pytest.raises(ValueError, match="2 lower-case"):
        new_call_id(NodeId(node), 1, random.Random(1))
