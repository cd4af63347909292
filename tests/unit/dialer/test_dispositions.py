import pytest

from dialer.dispositions import FOLLOW_UPS, Disposition, follow_up, still_closes


@pytest.mark.parametrize("disposition", list(Disposition))
def test_every_disposition_says_what_follows(disposition: Disposition) -> None:
    assert follow_up(disposition.value) is FOLLOW_UPS[disposition]


@pytest.mark.parametrize("disposition", list(Disposition))
def test_after_every_disposition_the_contact_is_closed_or_waits(disposition: Disposition) -> None:
    follow = FOLLOW_UPS[disposition]

    assert follow.closes is (follow.not_before_after is None)


def test_only_an_objection_holds_for_ever() -> None:
    assert [word for word, follow in FOLLOW_UPS.items() if follow.objection] == [Disposition.OBJECTION]


def test_a_word_of_another_list_has_no_follow_up() -> None:
    assert follow_up("parts_ordered") is None


@pytest.mark.parametrize(
    ("newest_first", "place"),
    [
        ([], None),
        (["booked"], 0),
        (["not_now", "machine", "parts_ordered", "booked"], 3),
        (["call_back", "booked"], None),
        (["machine", "call_back", "booked"], None),
        (["already_done", "call_back", "booked"], 0),
    ],
)
def test_a_contact_is_closed_by_the_last_word_that_closes_unless_a_call_was_agreed_since(
    newest_first: list[str], place: int | None
) -> None:
    assert still_closes(newest_first) == place
