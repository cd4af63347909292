"""Made-up people: callers who ring the dealer, and customers on a campaign's list. The same seed gives the same people.

Nobody here exists. Mobile numbers lie in +316 10…, and their last four digits RRTT tell the pretend telephone network
what the person does: RR 00 to 39 answers after 2 + RR mod 9 seconds, 40 to 46 is busy, 47 to 49 fails, all
others let it ring; who answers talks for 5 + TT mod 60 seconds. Licence plates have the Dutch shape with vowels in them,
which no real plate has.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_FIRST_NAMES = (
    "Anna",
    "Bram",
    "Carmen",
    "Daan",
    "Eva",
    "Floor",
    "Gijs",
    "Hanna",
    "Ilse",
    "Jasper",
    "Kim",
    "Lotte",
    "Mees",
    "Noor",
    "Olaf",
    "Petra",
    "Yara",
    "Zoë",
    "Fatima",
    "Youssef",
)
_LAST_NAMES = (
    "Jansen",
    "de Vries",
    "van den Berg",
    "Bakker",
    "van Dijk",
    "Visser",
    "Smit",
    "Meijer",
    "de Boer",
    "Mulder",
    "de Groot",
    "Bos",
    "Vos",
    "Peters",
    "El Amrani",
    "Yılmaz",
    "Ramdin",
    "Kowalski",
    "van 't Hof",
    "Oude Luttikhuis",
)
_CONSONANTS = "BDFGHJKLNPRSTVXZ"
_VOWELS = "AEIOU"
_PLATES = len(_CONSONANTS) ** 2 * len(_VOWELS) * 1000


@dataclass(frozen=True, slots=True)
class CallerMix:
    """How callers behave: means in seconds, and shares between 0 and 1.

    `digits` are the keys they press, each with its weight; an empty one presses nothing.
    """

    gap_seconds: float = 8.0
    digits: tuple[tuple[str, float], ...] = (("1", 3), ("2", 2), ("3", 4), ("0", 1), ("9", 0.4), ("", 0.3))
    press_delay_seconds: float = 3.0
    patience_seconds: float = 90.0
    talk_seconds: float = 25.0
    hidden_ratio: float = 0.15


@dataclass(frozen=True, slots=True)
class Caller:
    """One caller: comes `gap_seconds` after the one before, presses `digits` `press_delay_seconds` after the prompts begin.

    Hangs up after `patience_seconds` without an agent, or after `talk_seconds` with one. `cli` is E.164, None when hidden.
    """

    gap_seconds: float
    digits: str
    press_delay_seconds: float
    patience_seconds: float
    talk_seconds: float
    cli: str | None


@dataclass(frozen=True, slots=True)
class MadeUpCustomer:
    """One customer for a campaign's list. `number` is E.164."""

    name: str
    number: str
    plate: str
    apk_expiry: date


def callers(rng: random.Random, mix: CallerMix) -> Iterator[Caller]:
    """Callers without end: arrivals, patience and talk are exponential, and nobody talks for less than two seconds."""
    digits, weights = zip(*mix.digits, strict=True)
    while True:
        yield Caller(
            gap_seconds=rng.expovariate(1 / mix.gap_seconds),
            digits=rng.choices(digits, weights)[0],
            press_delay_seconds=rng.uniform(0.5, 2 * mix.press_delay_seconds - 0.5),
            patience_seconds=rng.expovariate(1 / mix.patience_seconds),
            talk_seconds=2 + rng.expovariate(1 / max(mix.talk_seconds - 2, 0.1)),
            cli=None if rng.random() < mix.hidden_ratio else f"+3161{rng.randrange(10**7):07d}",
        )


def customers(rng: random.Random, count: int, today: date) -> list[MadeUpCustomer]:
    """So many customers, each with a number and a car of its own, whose APK falls due within ten weeks of `today`."""
    return [
        MadeUpCustomer(
            name=f"{rng.choice(_FIRST_NAMES)} {rng.choice(_LAST_NAMES)}",
            number=f"+31610{number:06d}",
            plate=_plate(car),
            apk_expiry=today + timedelta(days=rng.randrange(70)),
        )
        for number, car in zip(
            rng.sample(range(10**6), count), rng.sample(range(_PLATES), count), strict=True
        )
    ]


def talk_seconds(number: str) -> int:
    """How long a customer who answers talks."""
    return 5 + int(number[-2:]) % 60


def _plate(car: int) -> str:
    car, digits = divmod(car, 1000)
    car, last = divmod(car, len(_VOWELS))
    first, second = divmod(car, len(_CONSONANTS))
    return f"{_CONSONANTS[first]}-{digits:03d}-{_CONSONANTS[second]}{_VOWELS[last]}"
