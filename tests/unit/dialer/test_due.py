from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.due import (
    NOT_DUE,
    DueChange,
    DueWindow,
    ListedContact,
    called_about,
    due_change,
    first_due,
    is_due,
)

TODAY = date(2026, 6, 2)
WINDOW = DueWindow(days_before=42, days_after=14)
DUE = TODAY + timedelta(days=10)
NEXT_YEAR = DUE + timedelta(days=365)


def listed(
    *due_dates: date | None, closed_reason: str | None = None, in_air: bool = False, agreed: bool = False
) -> ListedContact:
    return ListedContact(in_air, closed_reason, due_dates, due_dates, agreed)


@pytest.mark.parametrize(("days", "due"), [(43, False), (42, True), (0, True), (-14, True), (-15, False)])
def test_the_window_holds_its_first_and_last_day(days: int, due: bool) -> None:
    assert WINDOW.holds(TODAY + timedelta(days=days), TODAY) is due


@pytest.mark.parametrize(
    ("contact", "change"),
    [
        (listed(DUE), None),
        (listed(DUE, closed_reason=NOT_DUE), DueChange.APPEARS),
        (listed(NEXT_YEAR), DueChange.DISAPPEARS),
        (listed(NEXT_YEAR, closed_reason=NOT_DUE), None),
        (listed(NEXT_YEAR, DUE), None),
        (listed(NEXT_YEAR, DUE, closed_reason=NOT_DUE), DueChange.APPEARS),
        (listed(None, NEXT_YEAR), DueChange.DISAPPEARS),
        (listed(None), None),
        (listed(None, closed_reason=NOT_DUE), None),
        (listed(), None),
        (listed(NEXT_YEAR, in_air=True), None),
        (listed(NEXT_YEAR, agreed=True), None),
        (listed(DUE, agreed=True), None),
        (listed(DUE, closed_reason=NOT_DUE, agreed=True), DueChange.APPEARS),
    ],
)
def test_contacts_appear_when_due_and_disappear_when_the_date_moves(
    contact: ListedContact, change: DueChange | None
) -> None:
    assert due_change(contact, WINDOW, TODAY) is change


@pytest.mark.parametrize(
    ("closed_reason", "due_on", "change"),
    [(NOT_DUE, DUE, None), (None, DUE, None), (None, NEXT_YEAR, DueChange.DISAPPEARS)],
)
def test_a_date_that_nobody_answered_for_brings_no_contact_back(
    closed_reason: str | None, due_on: date, change: DueChange | None
) -> None:
    contact = replace(listed(due_on, closed_reason=closed_reason), answered_dates=())

    assert due_change(contact, WINDOW, TODAY) is change


def test_a_car_that_was_answered_for_brings_its_contact_back_beside_one_that_was_not() -> None:
    contact = replace(listed(NEXT_YEAR, DUE, closed_reason=NOT_DUE), answered_dates=(DUE,))

    assert due_change(contact, WINDOW, TODAY) is DueChange.APPEARS


@pytest.mark.parametrize("reason", ["objection", "no_basis", "booked", "attempt_limit"])
@pytest.mark.parametrize("due_on", [DUE, NEXT_YEAR])
def test_a_contact_closed_for_another_reason_stays_closed(reason: str, due_on: date) -> None:
    assert due_change(listed(due_on, closed_reason=reason), WINDOW, TODAY) is None


@given(
    st.lists(st.none() | st.dates()),
    st.none() | st.sampled_from([NOT_DUE, "objection"]),
    st.booleans(),
    st.integers(0, 400),
    st.integers(0, 400),
    st.dates(),
)
def test_a_refresh_is_done_after_one_step_and_opens_only_what_it_closed(
    dates: list[date | None], reason: str | None, in_air: bool, before: int, after: int, today: date
) -> None:
    window = DueWindow(before, after)
    contact = listed(*dates, closed_reason=reason, in_air=in_air)

    change = due_change(contact, window, today)

    if change is DueChange.APPEARS:
        assert reason == NOT_DUE
        assert not in_air
        assert due_change(replace(contact, closed_reason=None), window, today) is None
    if change is DueChange.DISAPPEARS:
        assert due_change(replace(contact, closed_reason=NOT_DUE), window, today) is None


@given(st.lists(st.none() | st.dates()), st.dates())
def test_the_call_is_about_a_car_that_is_due_when_any_is(dates: list[date | None], today: date) -> None:
    due_on = first_due(dates, WINDOW, today)

    assert due_on in dates or due_on is None
    assert is_due(dates, WINDOW, today) is (None if due_on is None else WINDOW.holds(due_on, today))


@pytest.mark.parametrize(
    ("dates", "window", "place"),
    [
        ((NEXT_YEAR, DUE, DUE), WINDOW, 1),
        ((NEXT_YEAR, None), WINDOW, 0),
        ((None, NEXT_YEAR), WINDOW, 1),
        ((TODAY - timedelta(days=15), DUE), WINDOW, 1),
        ((DUE, TODAY - timedelta(days=15)), None, 1),
        ((None, None), WINDOW, 0),
        ((None, None), None, 0),
    ],
)
def test_the_car_called_about_is_the_first_that_is_due_else_the_first_of_all(
    dates: tuple[date | None, ...], window: DueWindow | None, place: int
) -> None:
    assert called_about(dates, window, TODAY) == place
