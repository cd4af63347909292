import re
from string import ascii_uppercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.errors import PlateError
from customers.plate import as_on_car, parse_plate

SIDECODES = [
    "XX-99-99",
    "99-99-XX",
    "99-XX-99",
    "XX-99-XX",
    "XX-XX-99",
    "99-XX-XX",
    "99-XXX-9",
    "9-XXX-99",
    "XX-999-X",
    "X-999-XX",
    "XXX-99-X",
    "X-99-XXX",
    "9-XX-999",
    "999-XX-9",
]
SPECIAL = ["AA-9", "AA-99", "CDJ-99", "CDJ-999"]
HOSTILE = [
    "",
    " ",
    "AB-123",
    "AB-123-CD",
    "') or 1=1 --",
    "AB'123C",
    "AB\x00123C",
    "ＡＢ１２３Ｃ",
    "AB-١٢٣-C",
    "1-ABC-123 (D)",
    "CD-1",
    "AA",
    "ß-123-C",
    "A" * 10_000,
]


def spelled(pattern: str) -> st.SearchStrategy[str]:
    """Every plate of a series, as on the car."""
    signs = {"X": st.sampled_from(ascii_uppercase), "9": st.sampled_from(digits)}
    return st.tuples(*(signs.get(sign, st.just(sign)) for sign in pattern)).map("".join)


on_cars = st.sampled_from([*SIDECODES, *SPECIAL]).flatmap(spelled)


@given(on_cars)
def test_a_plate_is_shown_as_it_is_on_the_car(text: str) -> None:
    assert as_on_car(parse_plate(text)) == text


@given(on_cars, st.data())
def test_a_plate_has_one_normal_form_however_it_is_spelled(text: str, data: st.DataObject) -> None:
    bare = text.replace("-", "")
    between = data.draw(
        st.lists(st.sampled_from(["", "-", " ", ".", " - ", "–"]), min_size=6, max_size=6), "separators"
    )
    other = "".join(separator + sign for separator, sign in zip(between, bare, strict=False)).lower()

    assert parse_plate(f" {other} ") == bare


@given(st.text(max_size=60))
def test_any_text_is_a_plate_in_normal_form_or_refused(text: str) -> None:
    try:
        plate = parse_plate(text)
    except PlateError:
        return

    assert re.fullmatch("[A-Z0-9]{3,6}", plate)
    assert parse_plate(as_on_car(plate)) == plate


@pytest.mark.parametrize("text", HOSTILE)
def test_what_is_no_dutch_plate_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(PlateError) as caught:
        parse_plate(text)

    assert "AB-123-C" in caught.value.remedy


def test_the_fourteen_series_are_all_there() -> None:
    read = [parse_plate(pattern.replace("X", "B").replace("9", "1")) for pattern in SIDECODES]

    assert len(set(read)) == 14


def test_a_foreign_plate_is_shown_as_it_is() -> None:
    assert as_on_car("1ABC001") == "1ABC001"
