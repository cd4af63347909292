from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calls.errors import NumberError
from calls.numbers import DIALLABLE_KINDS, NumberKind, PhoneNumber, parse_number
from dialer.contact_columns import Field, HeaderError, bare, find_columns
from dialer.contact_file import ConsentProof, ContactRow, RowFault, RowReader, one_line
from dialer.list_amounts import MOST_EUROS, euros
from dialer.list_numbers import NumberReader, zone_of

TODAY = date(2026, 6, 2)
COUNTRIES = ("NL", "BE", "AU")


def read(headings: str, cells: str) -> ContactRow | list[RowFault]:
    columns = find_columns(headings.split(";"), {})
    return RowReader(columns, DIALLABLE_KINDS, COUNTRIES, TODAY).read(2, cells.split(";"))


def good(headings: str, cells: str) -> ContactRow:
    row = read(headings, cells)
    assert isinstance(row, ContactRow), row
    return row


def faults(headings: str, cells: str) -> list[RowFault]:
    row = read(headings, cells)
    assert isinstance(row, list), row
    return row


@pytest.mark.parametrize(
    "headings", ["Naam;Telefoon", "NAME;Phone number", "klant-naam;Mobiel nummer", " name ;number"]
)
def test_columns_are_found_by_dutch_and_english_headings(headings: str) -> None:
    columns = find_columns(headings.split(";"), {})

    assert columns.positions == {Field.NAME: 0, Field.NUMBER: 1}


def test_a_chosen_column_goes_before_a_guessed_one() -> None:
    columns = find_columns(["Naam", "Telefoon", "Mobiel"], {Field.NUMBER: "mobiel"})

    assert columns.positions[Field.NUMBER] == 2


def test_all_faults_of_a_heading_line_are_told_at_once() -> None:
    with pytest.raises(HeaderError) as caught:
        find_columns(["Telefoon", "Mobiel", "Adres"], {Field.PLATE: "Auto"})

    several, absent, nameless = caught.value.remedies
    assert "several columns could be number (Telefoon, Mobiel)" in several
    assert "there is no column Auto for plate" in absent
    assert "no column with names" in nameless


def test_a_row_is_read_whole() -> None:
    row = good(
        "Voornaam;Tussenvoegsel;Achternaam;Telefoon;Kenteken;APK-datum;Prioriteit;Klantnummer;"
        "Toestemmingsdatum;Toestemmingsbron;Toestemmingstekst",
        "Anna;van den;Berg ;06-1012 0304;g-012-ba;31-12-2026;2;K 17;1-5-2026;website;Ja, bel mij",
    )

    assert row == ContactRow(
        line=2,
        name="Anna van den Berg",
        number=PhoneNumber("+31610120304"),
        number_kind=NumberKind.MOBILE,
        timezone="Europe/Amsterdam",
        plate="G012BA",
        due_on=date(2026, 12, 31),
        priority=2,
        reference="K 17",
        consent=ConsentProof(date(2026, 5, 1), "website", "Ja, bel mij"),
    )


@pytest.mark.parametrize("heading", ["Waarde", "Orderwaarde", "order-waarde", "Waarde (euro)", "value"])
@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("95", 95),
        ("0", 0),
        ("1250,5", 1250.5),
        ("1.250", 1250),
        ("1.250,50", 1250.5),
        ("12.345.678", None),
        ("€ 95,-", 95),
        ("95 euro", 95),
        ("EUR 1,250.50", 1250.5),
        ("94.5", 94.5),
        ("94.333333333", 94.333333333),
        ("100.000", 100_000),
        ("", None),
    ],
)
def test_the_value_of_a_contact_is_read_however_it_is_written(
    heading: str, text: str, value: float | None
) -> None:
    row = read(f"Naam;Telefoon;{heading}", f"Anna;0610120304;{text}")

    if text and value is None:
        assert isinstance(row, list)
    else:
        assert isinstance(row, ContactRow)
        assert row.value_euros == value


@pytest.mark.parametrize("text", ["veel", "-5", "1,250", "1.25.00", "100001", "1e3", "=95", "€"])
def test_what_is_no_amount_is_a_fault_with_a_remedy(text: str) -> None:
    [fault] = faults("Naam;Telefoon;Waarde", f"Anna;0610120304;{text}")

    assert (fault.column, fault.reason) == ("Waarde", "not an amount in euro")
    assert "1.250,50" in fault.remedy


@given(st.floats(0, MOST_EUROS))
def test_an_amount_as_the_netherlands_write_it_is_read_to_the_cent(amount: float) -> None:
    english = f"{amount:,.2f}"
    dutch = english.translate(str.maketrans(",.", ".,"))

    assert euros(dutch) == euros(english) == float(f"{amount:.2f}")


@given(st.text())
def test_any_text_is_an_amount_within_bounds_or_none(text: str) -> None:
    amount = euros(text)

    assert amount is None or 0 <= amount <= MOST_EUROS


def test_all_faults_of_a_row_are_told_at_once() -> None:
    found = faults("Naam;Telefoon;Prioriteit;APK;Waarde", ";112;10;31-02-2026;veel;meer")

    assert [fault.column for fault in found] == ["", "Naam", "Telefoon", "APK", "Prioriteit", "Waarde"]
    assert all(fault.line == 2 and fault.remedy for fault in found)


@pytest.mark.parametrize("number", ["0900-1234", "0800 1234"])
def test_numbers_that_cost_or_are_free_are_refused(number: str) -> None:
    [fault] = faults("Naam;Telefoon", f"Anna;{number}")

    assert "are not called" in fault.reason


@pytest.mark.parametrize("cells", [";website;Ja", "1-5-2026;;Ja", "1-5-2026;website;"])
def test_a_proof_of_consent_is_whole_or_absent(cells: str) -> None:
    headings = "Naam;Telefoon;Toestemmingsdatum;Toestemmingsbron;Toestemmingstekst"

    [fault] = faults(headings, f"Anna;0610120304;{cells}")

    assert fault.reason == "the proof of consent is not complete"
    assert good(headings, "Anna;0610120304;;;").consent is None


def test_a_consent_of_tomorrow_is_refused() -> None:
    headings = "Naam;Telefoon;Toestemmingsdatum;Toestemmingsbron;Toestemmingstekst"

    [fault] = faults(headings, "Anna;0610120304;3-6-2026;website;Ja")

    assert "future" in fault.reason


@pytest.mark.parametrize("day", ["01-01-0001", "30-12-1899", "1900-01-01", "1-1-1904", "31-12-1970"])
def test_a_consent_of_a_day_that_cannot_be_is_a_fault_with_a_remedy(day: str) -> None:
    headings = "Naam;Tel;Consent on;Consent source;Consent wording"

    [fault] = faults(headings, f"Anna;0610120304;{day};web;ja")

    assert (fault.line, fault.column) == (2, "Consent on")
    assert fault.remedy


@pytest.mark.parametrize(
    "text", ["N.V.T.", "nvt", "n.v.t", "geen", "Onbekend", "-", "--", "?", "XX-XX-XX", "00-00-00", "N/A"]
)
def test_a_word_for_no_plate_is_none(text: str) -> None:
    assert good("Naam;Tel;Kenteken", f"Anna;0610120304;{text}").plate is None


@pytest.mark.parametrize("text", ["volgt", "ab", "123456", "12-06-2026", "volkswagen golf 1.6 tdi"])
def test_what_is_no_plate_is_a_fault_with_a_remedy(text: str) -> None:
    [fault] = faults("Naam;Tel;Kenteken", f"Anna;0610120304;{text}")

    assert (fault.column, fault.reason) == ("Kenteken", "not a licence plate")
    assert "leave it empty" in fault.remedy


@pytest.mark.parametrize(
    ("text", "plate"), [("1-ABC-001", "1ABC001"), ("AA-10", "AA10"), ("M-AB 1234", "MAB1234"), ("a1", "A1")]
)
def test_plates_of_other_countries_are_kept(text: str, plate: str) -> None:
    assert good("Naam;Tel;Kenteken", f"Anna;0610120304;{text}").plate == plate


@pytest.mark.parametrize("number", ["61234100.4", "6123410.04", "31612341.004"])
def test_an_amount_with_a_fraction_is_nobodys_number(number: str) -> None:
    [fault] = faults("Naam;Tel", f"Anna;{number}")

    assert "fraction" in fault.reason
    assert "06 12345678" in fault.remedy


@pytest.mark.parametrize("number", ["06.12345678", "06.12.34.56.78", "+31.612345678", "+31.6.12345678"])
def test_points_in_a_number_as_people_write_it_are_no_fraction(number: str) -> None:
    assert good("Naam;Tel", f"Anna;{number}").number == PhoneNumber("+31612345678")


def test_a_foreign_number_without_one_time_zone_needs_it_told() -> None:
    [fault] = faults("Naam;Telefoon", "Anna;+61 491 570 006")

    assert "time of day" in fault.reason
    told = good("Naam;Telefoon;Tijdzone", "Anna;+61 491 570 006;Australia/Sydney")
    assert told.timezone == "Australia/Sydney"
    assert zone_of(PhoneNumber("+3224011234")) == "Europe/Brussels"
    assert faults("Naam;Telefoon;Tijdzone", "Anna;0610120304;Maan")[0].reason == "no such time zone"


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Honolulu", "Europe/London", "America/Curacao"])
def test_a_number_that_tells_its_time_of_day_is_called_by_no_other(zone: str) -> None:
    [dutch] = faults("Naam;Telefoon;Tijdzone", f"Anna;0610120304;{zone}")
    [belgian] = faults("Naam;Telefoon;Tijdzone", f"Anna;+32470123456;{zone}")

    assert (dutch.column, dutch.remedy) == ("Tijdzone", "leave it empty, or write Europe/Amsterdam")
    assert "Europe/Brussels" in belgian.reason


@pytest.mark.parametrize("zone", ["", "Europe/Amsterdam", "Europe/Berlin", "CET"])
def test_another_name_for_the_time_of_a_dutch_number_is_kept_as_europe_amsterdam(zone: str) -> None:
    assert good("Naam;Telefoon;Tijdzone", f"Anna;0610120304;{zone}").timezone == "Europe/Amsterdam"


@pytest.mark.parametrize(("number", "country"), [("+49 30 901820", "DE"), ("0044 20 7946 0018", "GB")])
def test_a_number_of_a_country_that_is_not_called_is_told_with_those_that_are(
    number: str, country: str
) -> None:
    [fault] = faults("Naam;Telefoon;Tijdzone", f"Anna;{number};Europe/Berlin")

    assert fault.reason == f"numbers of {country} are not called, only those of AU, BE, NL"
    assert "countries" in fault.remedy


def test_a_formula_and_control_characters_are_only_text() -> None:
    row = good("Naam;Telefoon", '=HYPERLINK("x")\x00\n\u202eAnna;0610120304')

    assert row.name == '=HYPERLINK("x") Anna'


@pytest.mark.parametrize("cell", ["A" * 501, "A" * 121])
def test_a_name_that_is_too_long_is_refused(cell: str) -> None:
    assert faults("Naam;Telefoon", f"{cell};0610120304")[0].column == "Naam"


@given(st.text(alphabet=st.one_of(st.sampled_from(" \t\x00\xa0\u2028a-ßİ1"), st.characters())))
def test_a_text_becomes_one_line_of_words_whatever_is_between_them(text: str) -> None:
    letters = "".join(letter if letter.isprintable() else " " for letter in text)
    assert one_line(text) == " ".join(letters.split())
    assert bare(text) == "".join(letter for letter in text.casefold() if letter.isalnum())


@pytest.mark.parametrize("heading", ["Klantnummer", "Voornaam", "Toestemmingstekst"])
def test_a_text_that_is_too_long_is_a_fault_in_any_column(heading: str) -> None:
    found = faults(f"Naam;Telefoon;{heading}", f"Anna;0610120304;{'A' * 501}")

    assert [(fault.column, fault.reason) for fault in found] == [(heading, "longer than 500 characters")]


@given(st.lists(st.text(max_size=40), max_size=8))
def test_no_row_breaks_the_reader(cells: list[str]) -> None:
    columns = find_columns(["Naam", "Telefoon", "APK", "Prioriteit", "Tijdzone", "Kenteken"], {})

    row = RowReader(columns, DIALLABLE_KINDS, COUNTRIES, TODAY).read(2, cells)

    assert isinstance(row, ContactRow) or row


@given(
    prefix=st.sampled_from(["0", "+31", "0031", "", "+31 (0)", "+310", "06 ", "(06)", "+32", "31", "00"]),
    digits=st.from_regex(r"[0-9]{6,10}", fullmatch=True),
    signs=st.lists(st.sampled_from([*" -.()/", "", "--", " (", "+", "x", "\u0661"]), max_size=4),
    places=st.lists(st.integers(0, 14), min_size=4, max_size=4),
    longer=st.sampled_from([0, 0, 0, 30, 60]),
)
def test_the_short_way_reads_numbers_as_the_library_does(
    prefix: str, digits: str, signs: list[str], places: list[int], longer: int
) -> None:
    text = prefix + digits
    for sign, place in zip(signs, places, strict=False):
        text = text[:place] + sign + text[place:]
    text += "-" * longer
    try:
        number = parse_number(text)
    except NumberError:
        with pytest.raises(NumberError):
            NumberReader().read(text)
        return

    assert NumberReader().read(text) == (number, number.kind)


def test_the_short_way_agrees_for_every_dutch_prefix() -> None:
    reader = NumberReader()
    for prefix in range(100, 1000, 7):
        text = f"0{prefix}123456"
        try:
            number = parse_number(text)
        except NumberError:
            with pytest.raises(NumberError):
                reader.read(text)
        else:
            assert reader.read(text) == (number, number.kind)
