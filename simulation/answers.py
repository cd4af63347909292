"""Made-up sounds of whoever picks up: people, voicemail greetings, networks and nobody, as a telephone carries them.

Voices are espeak-ng's. The two parts share no voice, no text and no pitch of a beep, so that what is tuned on `development` is
tested on `held_out`. Each part is the same at every call.
"""

import random
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from calls.words import AmdVerdict

RATE = 8000
MAKE_SECONDS = 30.0
Sound = NDArray[np.float64]


class Part(StrEnum):
    """Which half of the sounds."""

    DEVELOPMENT = "development"
    HELD_OUT = "held_out"


@dataclass(frozen=True, slots=True)
class Answer:
    """Who picked up and how it sounds: 16-bit samples, 8,000 a second. Nobody's truth is `unsure`."""

    name: str
    kind: str
    truth: AmdVerdict
    samples: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class _Cast:
    """What a part may use. `monologues` are people who go on as a machine does."""

    seed: int
    voices: Sequence[str]
    short: Sequence[str]
    long: Sequence[str]
    monologues: Sequence[str]
    replies: Sequence[str]
    greetings: Sequence[str]
    brief_greetings: Sequence[str]
    networks: Sequence[str]
    beeps: Sequence[float]


_CASTS = {
    Part.DEVELOPMENT: _Cast(
        seed=1,
        voices=("nl", "nl+f1", "nl+f3", "nl+m1", "nl+m3", "nl+m5"),
        short=("Hallo?", "Met Jansen.", "Ja, hallo?", "Met Anneke de Boer.", "Goedemorgen, met Kees."),
        long=("Goedemiddag, garage Van Dijk, met Piet.", "Goedemorgen, u spreekt met mevrouw Van den Berg."),
        monologues=(
            "Hallo met Peter, een ogenblik hoor, ik zit net in de auto, ik zet u even op de luidspreker.",
        ),
        replies=("Ja, dat klopt.", "Spreekt u mee."),
        greetings=(
            (
                "U bent verbonden met de voicemail van familie Jansen. Wij zijn er op dit moment niet. "
                "Spreek een bericht in na de piep."
            ),
            (
                "Hallo, dit is de voicemail van Kees. Ik kan nu niet opnemen. Laat je naam en nummer achter, "
                "dan bel ik je zo snel mogelijk terug."
            ),
            "De persoon die u belt is momenteel niet bereikbaar. U kunt een bericht inspreken na de toon.",
        ),
        brief_greetings=("Dit is de voicemail van Jan de Wit.", "Spreek een bericht in na de piep."),
        networks=("Dit nummer is niet in gebruik. Controleer het nummer en probeer het opnieuw.",),
        beeps=(440.0, 1000.0, 1400.0),
    ),
    Part.HELD_OUT: _Cast(
        seed=2,
        voices=("nl+f2", "nl+f4", "nl+f5", "nl+m2", "nl+m4", "nl+m6", "nl+m7"),
        short=("Hoi?", "Met De Vries.", "Hallo, met Sanne.", "Goedendag.", "Zeg het maar.", "Ja?"),
        long=(
            "Autobedrijf Smit goedemiddag, u spreekt met Linda.",
            "Goedenavond, met de familie Van Leeuwen.",
        ),
        monologues=(
            "Ja hallo, wacht even hoor, ik loop net met de hond buiten en ik versta u niet zo goed, momentje.",
        ),
        replies=("Ja, daar spreekt u mee.", "Waar gaat het over?"),
        greetings=(
            "Dag, je spreekt met de voicemail van Willem. Ik ben er even niet. Na de piep kun je iets inspreken.",
            (
                "Welkom bij de voicemail van nul zes een twee drie vier vijf zes zeven acht. "
                "Spreek uw boodschap in na de toon."
            ),
            (
                "Goedendag, u heeft het antwoordapparaat gebeld van de familie Bakker. Wij zijn niet thuis, "
                "maar als u na het signaal uw naam en telefoonnummer inspreekt bellen wij terug."
            ),
        ),
        brief_greetings=("U spreekt met de voicemail van Ans.", "Laat een bericht achter na de toon."),
        networks=("Het door u gekozen nummer is niet aangesloten. Wij verzoeken u het nummer na te zien.",),
        beeps=(620.0, 850.0, 1750.0),
    ),
}


def answers(part: Part, only: str | None = None) -> Iterator[Answer]:
    """Every sound of a part, or those of one kind. Raises FileNotFoundError without espeak-ng."""
    cast = _CASTS[part]
    makers: list[tuple[str, AmdVerdict, int, Callable[[_Cast, random.Random], Sound]]] = [
        ("short answer", AmdVerdict.PERSON, 40, _short_answer),
        ("long answer", AmdVerdict.PERSON, 16, _long_answer),
        ("hello twice", AmdVerdict.PERSON, 8, _hello_twice),
        ("monologue", AmdVerdict.PERSON, 6, _monologue),
        ("greeting and beep", AmdVerdict.MACHINE, 36, _greeting),
        ("greeting, no beep", AmdVerdict.MACHINE, 12, _greeting_without_beep),
        ("brief greeting and beep", AmdVerdict.MACHINE, 10, _brief_greeting),
        ("tones of the network", AmdVerdict.MACHINE, 8, _network),
        ("ring-back", AmdVerdict.UNSURE, 4, _ring_back),
        ("silence", AmdVerdict.UNSURE, 2, _silence),
        ("music", AmdVerdict.UNSURE, 6, _music),
        ("noise", AmdVerdict.UNSURE, 6, _noise_alone),
    ]
    for kind, truth, count, make in makers:
        if only not in (None, kind):
            continue
        rng = random.Random(f"{cast.seed} {kind}")
        for number in range(count):
            sound = _telephone(make(cast, rng), rng, noisy=number % 2 == 1)
            yield Answer(f"{kind} {number}".replace(" ", "-").replace(",", ""), kind, truth, sound)


def _short_answer(cast: _Cast, rng: random.Random) -> Sound:
    voice = _Speaker(cast, rng)
    return _line(
        _pause(rng.uniform(0.1, 1.2)),
        voice.says(rng.choice(cast.short)),
        _pause(rng.uniform(2.0, 4.5)),
        voice.says(rng.choice(cast.replies)),
        _pause(3.0),
    )


def _long_answer(cast: _Cast, rng: random.Random) -> Sound:
    return _line(_pause(rng.uniform(0.1, 0.8)), _Speaker(cast, rng).says(rng.choice(cast.long)), _pause(5.0))


def _hello_twice(cast: _Cast, rng: random.Random) -> Sound:
    voice = _Speaker(cast, rng)
    hello = voice.says(rng.choice(cast.short))
    return _line(_pause(0.3), hello, _pause(rng.uniform(0.4, 1.6)), hello, _pause(5.0))


def _monologue(cast: _Cast, rng: random.Random) -> Sound:
    return _line(_pause(0.3), _Speaker(cast, rng).says(rng.choice(cast.monologues)), _pause(5.0))


def _greeting(cast: _Cast, rng: random.Random) -> Sound:
    return _line(
        _pause(rng.uniform(0.2, 1.5)),
        _Speaker(cast, rng).says(rng.choice(cast.greetings)),
        _pause(rng.uniform(0.1, 1.2)),
        _tone(rng.choice(cast.beeps), rng.uniform(0.2, 0.8), rng.uniform(0.05, 0.3)),
        _pause(4.0),
    )


def _greeting_without_beep(cast: _Cast, rng: random.Random) -> Sound:
    return _line(_pause(0.5), _Speaker(cast, rng).says(rng.choice(cast.greetings)), _pause(6.0))


def _brief_greeting(cast: _Cast, rng: random.Random) -> Sound:
    return _line(
        _pause(rng.uniform(0.2, 1.0)),
        _Speaker(cast, rng).says(rng.choice(cast.brief_greetings)),
        _pause(rng.uniform(0.1, 0.6)),
        _tone(rng.choice(cast.beeps), rng.uniform(0.2, 0.6), 0.2),
        _pause(5.0),
    )


def _network(cast: _Cast, rng: random.Random) -> Sound:
    tones = [_tone(hertz, 0.33, 0.2) for hertz in (950.0, 1400.0, 1800.0)]
    announcement = _Speaker(cast, rng).says(rng.choice(cast.networks))
    return _line(_pause(rng.uniform(0.1, 1.0)), *tones, _pause(0.5), announcement, _pause(4.0))


def _ring_back(_cast: _Cast, _rng: random.Random) -> Sound:
    return _line(*(part for _ in range(4) for part in (_tone(425.0, 1.0, 0.1), _pause(4.0))))


def _silence(_cast: _Cast, _rng: random.Random) -> Sound:
    return _pause(18.0)


def _music(_cast: _Cast, rng: random.Random) -> Sound:
    notes = [rng.choice((262, 294, 330, 349, 392, 440, 494, 523)) for _ in range(40)]
    return _line(*(_note(float(hertz), rng.choice((0.25, 0.5))) for hertz in notes))


def _noise_alone(_cast: _Cast, rng: random.Random) -> Sound:
    return _coloured_noise(int(16.0 * RATE), rng) * 10 ** (rng.uniform(-45, -25) / 20)


class _Speaker:
    """One voice with its own pitch and pace."""

    def __init__(self, cast: _Cast, rng: random.Random) -> None:
        self._options = (rng.choice(cast.voices), str(rng.randint(30, 70)), str(rng.randint(135, 195)))

    def says(self, text: str) -> Sound:
        voice, pitch, pace = self._options
        command = ["espeak-ng", "-v", voice, "-p", pitch, "-s", pace, "--stdin", "--stdout"]
        wav = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=MAKE_SECONDS, check=True
        ).stdout
        rate = int.from_bytes(wav[24:28], "little")
        spoken = np.frombuffer(wav[44 : len(wav) // 2 * 2], "<i2").astype(np.float64)
        size = len(spoken) * RATE // rate
        spectrum = np.fft.rfft(spoken)[: size // 2 + 1]
        sound = np.fft.irfft(spectrum, size)
        loud = np.abs(sound) > 0.02 * np.max(np.abs(sound))
        sound = sound[np.argmax(loud) : size - np.argmax(loud[::-1])]  # espeak-ng adds a pause at the end
        return _unit(sound) * 0.1


def _telephone(sound: Sound, rng: random.Random, *, noisy: bool) -> NDArray[np.int16]:
    """A line's band, level, noise and A-law."""
    spectrum = np.fft.rfft(sound)
    hertz = np.fft.rfftfreq(len(sound), 1 / RATE)
    carried = np.fft.irfft(spectrum * ((hertz > 300) & (hertz < 3400)), len(sound))
    noise_db = rng.uniform(-40, -32) if noisy else -70.0
    carried = carried + _coloured_noise(len(carried), rng) * 10 ** (noise_db / 20)
    return _alaw(np.clip(carried * 10 ** (rng.uniform(-10, 6) / 20), -0.99, 0.99))


def _alaw(sound: Sound) -> NDArray[np.int16]:
    """Through G.711's A-law and back, as its formula (ITU-T G.711, A = 87.6) with 128 steps a side."""
    a, scale = 87.6, 1 + np.log(87.6)
    size = np.abs(sound)
    squeezed = np.where(size < 1 / a, a * size / scale, (1 + np.log(np.maximum(a * size, 1e-9))) / scale)
    steps = (np.floor(squeezed * 128) + 0.5) / 128
    back = np.where(steps < 1 / scale, steps * scale / a, np.exp(steps * scale - 1) / a)
    return np.asarray(np.sign(sound) * back * 32767, dtype=np.int16)


def _coloured_noise(size: int, rng: random.Random) -> Sound:
    """Noise of unit power whose power falls with the pitch, as in cars and rooms."""
    spectrum = np.fft.rfft(np.random.default_rng(rng.getrandbits(32)).normal(size=size))
    spectrum /= np.sqrt(1 + np.fft.rfftfreq(size, 1 / RATE) / 300)
    noise = np.fft.irfft(spectrum, size)
    return _unit(noise)


def _unit(sound: Sound) -> Sound:
    return np.asarray(sound / np.sqrt(np.mean(sound**2)), dtype=np.float64)


def _tone(hertz: float, seconds: float, size: float) -> Sound:
    return size * np.sin(2 * np.pi * hertz * np.arange(int(seconds * RATE)) / RATE)


def _note(hertz: float, seconds: float) -> Sound:
    fades = np.exp(-3.0 * np.arange(int(seconds * RATE)) / RATE)
    overtones = np.array([_tone(hertz * n, seconds, 0.2 / n) for n in (1, 2, 3, 4)])
    return np.asarray(fades * overtones.sum(axis=0), dtype=np.float64)


def _pause(seconds: float) -> Sound:
    return np.zeros(int(seconds * RATE))


def _line(*parts: Sound) -> Sound:
    return np.concatenate(parts)
