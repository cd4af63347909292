import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from calls.errors import NumberError
from calls.numbers import NumberKind, PhoneNumber, cli_from_sip, is_country, mask, parse_number

HOSTILE = [
    "",
    "anonymous",
    "Anonymous <sip:anonymous@anonymous.invalid>",
    "'; DROP TABLE calls; --",
    "<script>alert(1)</script>",
    "+31612345678@evil",
    "0612345678&SIP/attacker",
    "0612345678\r\nX-Header: 1",
    "${SHELL(rm -rf)}",
    "\x00",
    "٠٦١٢٣٤٥٦٧٨" * 20,
    "+" * 64,
    "0" * 65,
]


@pytest.mark.parametrize(
    "text", ["0612345678", "06 12345678", "06-12 34 56 78", "+31 6 12345678", "0031612345678"]
)
def test_a_number_is_read_however_people_write_it(text: str) -> None:
    assert parse_number(text).e164 == "+31612345678"


def test_a_number_of_another_country_keeps_its_country() -> None:
    assert parse_number("+32 470 12 34 56").e164 == "+32470123456"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0612345678", NumberKind.MOBILE),
        ("040 244 5566", NumberKind.FIXED),
        ("0800 1234", NumberKind.FREE),
        ("0900 1234", NumberKind.PREMIUM),
        ("085 123 4567", NumberKind.VOIP),
        ("088 123 4567", NumberKind.OTHER),
        ("+870 301 234 567", NumberKind.SATELLITE),
        ("+881 612 345 678", NumberKind.SATELLITE),
        ("+883 5100 1234 5678", NumberKind.UNKNOWN),
        ("+878 10 1234567890", NumberKind.UNKNOWN),
        ("+32 470 12 34 56", NumberKind.MOBILE),
        ("+800 1234 5678", NumberKind.FREE),
    ],
)
def test_a_number_tells_what_sort_of_line_it_is(text: str, kind: NumberKind) -> None:
    assert parse_number(text).kind is kind


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("0612345678", "NL"),
        ("+32 470 12 34 56", "BE"),
        ("+44 1534 496000", "JE"),
        ("+1 345 949 1234", "KY"),
        ("+599 9 561 1234", "CW"),
        ("+881 612 345 678", None),
    ],
)
def test_a_number_tells_its_country_also_where_countries_share_a_code(text: str, country: str | None) -> None:
    number = parse_number(text)

    assert number.country == country
    assert country is None or is_country(country)


@pytest.mark.parametrize("code", ["", "nl", "XX", "001", "Nederland"])
def test_what_is_no_country_is_told(code: str) -> None:
    assert not is_country(code)


@pytest.mark.parametrize(
    "text", ["12", "00000000000", "+31 6 1", "06123456789012", "1" * 65, "abc", "+49 30 1234567890123"]
)
def test_what_is_no_number_is_refused_with_a_remedy(text: str) -> None:
    with pytest.raises(NumberError) as caught:
        parse_number(text)

    assert caught.value.reason
    assert caught.value.remedy in str(caught.value)


@given(st.text(max_size=80))
@example("٠٦١٢٣٤٥٦٧٨")
@example("+٣١٦١٢٣٤٥٦٧٨")
@example("+49301234567890123")
@example("+810037123456789012345")
def test_whatever_a_caller_shows_is_a_clean_number_or_none(text: str) -> None:
    number = cli_from_sip(text)

    if number is not None:
        assert number.e164.startswith("+")
        assert number.e164[1:].isascii()
        assert number.e164[1:].isdecimal()
        assert 8 <= len(number.e164) <= 16


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_caller_number_never_reaches_us_as_written(text: str) -> None:
    number = cli_from_sip(text)

    assert number is None or number.e164 == "+31612345678"


def test_a_number_is_masked_wherever_it_is_shown() -> None:
    number = PhoneNumber("+31612345678")

    assert f"{number}" == repr(number) == str(number) == "+316******78"
    assert "12345" not in repr([number])


@given(st.text(max_size=30))
def test_a_mask_keeps_the_length_and_at_most_six_characters(text: str) -> None:
    masked = mask(text)

    assert len(masked) == len(text)
    assert sum(kept != "*" for kept in masked) <= 6
    assert len(text) > 6 or set(masked) <= {"*"}
