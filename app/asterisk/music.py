"""Tones and a soft tune, computed: music on hold that nobody else has rights to."""

import io
import wave

import numpy as np
from numpy.typing import NDArray

RATE = 8000
FADE_SECONDS = 0.01
NOTE_SECONDS = 0.5

Samples = NDArray[np.float64]

# C, a minor, F and G as broken chords, in semitones above the C below middle C; the tune repeats without a seam.
_CHORDS = ((0, 7, 12, 16), (-3, 4, 12, 16), (-7, 5, 9, 12), (-5, 2, 11, 14))
_PATTERN = (0, 1, 2, 3, 2, 1, 2, 3)


def tone(hertz: float, seconds: float) -> Samples:
    """A sine of half loudness, faded in and out so that it does not click."""
    time = np.arange(int(RATE * seconds)) / RATE
    fade = np.minimum(1.0, np.minimum(time, time[::-1]) / FADE_SECONDS)
    return np.asarray(0.5 * fade * np.sin(2 * np.pi * hertz * time), dtype=np.float64)


def soft_tune() -> Samples:
    """A quiet tune of plucked notes, 16 seconds, whose end joins its beginning."""
    notes = [chord[step] for chord in _CHORDS for step in _PATTERN]
    step = int(RATE * NOTE_SECONDS)
    tune = np.zeros(step * len(notes), dtype=np.float64)
    plucks = {semitones: _pluck(130.81 * 2 ** (semitones / 12)) for semitones in notes}
    for place, semitones in enumerate(notes):
        pluck = plucks[semitones]
        span = np.arange(place * step, place * step + len(pluck)) % len(tune)
        tune[span] += pluck
    return np.asarray(0.2 * tune / np.abs(tune).max(), dtype=np.float64)


def wav_bytes(samples: Samples) -> bytes:
    """The samples, between -1 and 1, as a 16-bit mono WAV file at the telephone's rate."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def _pluck(hertz: float) -> Samples:
    time = np.arange(int(RATE * 4 * NOTE_SECONDS)) / RATE
    swell = np.minimum(1.0, time / 0.02) * np.exp(-time / 0.5)
    overtones = sum(np.sin(2 * np.pi * hertz * n * time) / n**2 for n in (1, 2, 3))
    return np.asarray(swell * overtones, dtype=np.float64)
