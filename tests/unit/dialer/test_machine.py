from collections.abc import Iterable

import pytest

from calls.words import AmdVerdict
from dialer.machine import (
    BEEP_LIMIT_SECONDS,
    FRAME_SECONDS,
    Frame,
    Hearing,
    Opinion,
    hear,
    opinion_of_app_amd,
)

SPEECH, PAUSE, HUM = Frame(0.9, -20.0, None), Frame(0.02, -70.0, None), Frame(0.1, -25.0, None)


def tone(hertz: float) -> Frame:
    return Frame(0.05, -20.0, hertz)


def opinions(*parts: tuple[Frame, float]) -> list[tuple[AmdVerdict, str, bool]]:
    """Every opinion on a sound made of parts, each a frame and how many seconds it lasts."""
    hearing, said = Hearing(), list[Opinion]()
    for frame in (frame for frame, seconds in parts for _ in range(round(seconds / FRAME_SECONDS))):
        hearing = hear(hearing, frame)
        if hearing.opinion is not None and hearing.opinion not in said:
            said.append(hearing.opinion)
    return [(opinion.verdict, opinion.reason, opinion.certain) for opinion in said]


@pytest.mark.parametrize("said", [0.2, 1.0, 2.3])
def test_who_says_little_and_waits_is_a_person(said: float) -> None:
    assert opinions((PAUSE, 0.5), (SPEECH, said), (PAUSE, 3)) == [(AmdVerdict.PERSON, "short_answer", False)]


def test_a_firms_whole_name_is_a_person_after_a_longer_pause() -> None:
    assert opinions((SPEECH, 3), (PAUSE, 1)) == []
    assert opinions((SPEECH, 3), (PAUSE, 3)) == [(AmdVerdict.PERSON, "long_answer", False)]


def test_who_goes_on_with_short_pauses_may_be_a_machine_and_only_the_beep_makes_it_certain() -> None:
    greeting = ((SPEECH, 2), (PAUSE, 0.5), (SPEECH, 3))

    assert opinions(*greeting, (PAUSE, 60)) == [(AmdVerdict.MACHINE, "long_greeting", False)]
    assert opinions(*greeting, (PAUSE, 1), (tone(1000), 0.4), (PAUSE, 2)) == [
        (AmdVerdict.MACHINE, "long_greeting", False),
        (AmdVerdict.MACHINE, "beep", True),
    ]


@pytest.mark.parametrize(
    "after",
    [
        ((tone(1000), 0.4), (PAUSE, 0.4), (SPEECH, 2)),
        ((tone(425), 1.0), (PAUSE, 4)),
        ((tone(1000), 4.0), (PAUSE, 4)),
        ((PAUSE, 5), (tone(1000), 0.4), (PAUSE, 4)),
        ((tone(1000), 0.06), (PAUSE, 4)),
    ],
    ids=["somebody goes on talking", "ring-back", "too long", "long after", "a click"],
)
def test_a_tone_that_is_no_voicemails_beep_makes_nobody_certainly_a_machine(
    after: Iterable[tuple[Frame, float]],
) -> None:
    assert not any(certain for _, _, certain in opinions((SPEECH, 5), *after))


def test_a_beep_after_few_words_is_a_machine_but_not_certainly() -> None:
    assert opinions((SPEECH, 1.8), (PAUSE, 0.3), (tone(850), 0.3), (PAUSE, 2)) == [
        (AmdVerdict.MACHINE, "beep", False)
    ]


def test_a_key_pressed_after_hallo_is_no_machine() -> None:
    assert AmdVerdict.MACHINE not in [
        verdict for verdict, _, _ in opinions((SPEECH, 0.5), (PAUSE, 0.3), (tone(941), 0.2), (PAUSE, 16))
    ]


def test_three_rising_tones_are_the_network() -> None:
    rising = ((tone(950), 0.33), (tone(1400), 0.33), (tone(1800), 0.33))

    assert opinions(*rising, (PAUSE, 1)) == [(AmdVerdict.MACHINE, "sit", True)]
    assert opinions(*reversed(rising), (PAUSE, 9)) == [(AmdVerdict.UNSURE, "no_speech", False)]


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        (((PAUSE, 9),), "silence"),
        (((HUM, 9),), "no_speech"),
        (((tone(425), 1.0), (PAUSE, 4), (tone(425), 1.0), (PAUSE, 4)), "ring_back"),
        (((SPEECH, 0.5), (tone(1000), 15)), "unclear"),
    ],
)
def test_where_nobody_speaks_nothing_is_claimed(sound: Iterable[tuple[Frame, float]], reason: str) -> None:
    assert opinions(*sound) == [(AmdVerdict.UNSURE, reason, False)]


def test_listening_ends_even_when_no_beep_comes() -> None:
    hearing = Hearing()
    for _ in range(round(BEEP_LIMIT_SECONDS / FRAME_SECONDS) + 1):
        hearing = hear(hearing, SPEECH)

    assert hearing.done
    assert hear(hearing, PAUSE) is hearing


@pytest.mark.parametrize(
    ("detail", "verdict", "reason"),
    [
        ("MACHINE/LONGGREETING-2400-2400", AmdVerdict.MACHINE, "longgreeting"),
        ("HUMAN/HUMAN-800-800", AmdVerdict.PERSON, "human"),
        ("NOTSURE/TOOLONG-8000", AmdVerdict.UNSURE, "toolong"),
        ("HANGUP/", AmdVerdict.UNSURE, "unknown"),
        ("", AmdVerdict.UNSURE, "unknown"),
    ],
)
def test_asterisks_own_words_are_taken_over(detail: str, verdict: AmdVerdict, reason: str) -> None:
    assert opinion_of_app_amd(detail) == (verdict, reason)
