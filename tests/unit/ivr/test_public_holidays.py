from datetime import date

from ivr.public_holidays import DutchHolidays, holiday_names


def test_easter_monday_moves_with_the_year() -> None:
    chosen = DutchHolidays(["Tweede paasdag"])

    assert date(2026, 4, 6) in chosen
    assert date(2027, 3, 29) in chosen
    assert date(2026, 4, 5) not in chosen


def test_kings_day_is_a_day_early_when_it_falls_on_a_sunday() -> None:
    chosen = DutchHolidays(["Koningsdag"])

    assert date(2025, 4, 26) in chosen
    assert date(2025, 4, 27) not in chosen


def test_holidays_of_choice_can_be_chosen_every_year() -> None:
    chosen = DutchHolidays(["Bevrijdingsdag", "Goede vrijdag"])

    assert date(2026, 5, 5) in chosen
    assert date(2026, 4, 3) in chosen


def test_the_names_are_dutch_and_complete() -> None:
    assert len(holiday_names()) == 11
    assert {"Nieuwjaarsdag", "Koningsdag", "Bevrijdingsdag", "Tweede kerstdag"} <= holiday_names()
