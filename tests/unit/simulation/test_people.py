import random
import re
from datetime import date, timedelta
from itertools import islice

from calls.numbers import NumberKind, parse_number
from simulation.people import (
    CallerMix,
    callers,
    customers,
    talk_seconds,
)

TODAY = date(2026, 3, 2)


def test_the_same_seed_gives_the_same_people() -> None:
    first = list(islice(callers(random.Random(7), CallerMix()), 20))

    assert first == list(islice(callers(random.Random(7), CallerMix()), 20))
    assert first != list(islice(callers(random.Random(8), CallerMix()), 20))
    assert customers(random.Random(7), 20, TODAY) == customers(random.Random(7), 20, TODAY)


def test_customers_have_numbers_of_their_own_that_can_be_dialled() -> None:
    people = customers(random.Random(1), 50, TODAY)

    assert len({person.number for person in people}) == 50
    for person in people:
        assert parse_number(person.number).e164 == person.number
        assert parse_number(person.number).kind is NumberKind.MOBILE
        assert person.number.startswith("+31610")


def test_plates_look_dutch_and_cannot_exist() -> None:
    for person in customers(random.Random(1), 50, TODAY):
        assert re.fullmatch(r"[BDFGHJKLNPRSTVXZ]-\d{3}-[BDFGHJKLNPRSTVXZ][AEIOU]", person.plate)


def test_the_inspection_falls_due_within_ten_weeks() -> None:
    for person in customers(random.Random(1), 50, TODAY):
        assert TODAY <= person.apk_expiry < TODAY + timedelta(weeks=10)


def test_the_last_two_digits_tell_how_long_a_customer_talks() -> None:
    assert talk_seconds("+31610003975") == 20


def test_callers_keep_within_the_mix() -> None:
    mix = CallerMix(digits=(("3", 1.0),), hidden_ratio=0.5)
    people = list(islice(callers(random.Random(3), mix), 200))

    assert {person.digits for person in people} == {"3"}
    assert 60 < sum(person.cli is None for person in people) < 140
    assert all(person.talk_seconds >= 2 and person.press_delay_seconds > 0 for person in people)
    for person in people:
        assert person.cli is None or parse_number(person.cli).e164 == person.cli
