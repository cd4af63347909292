"""What 32 ms of telephone sound is like: its level, and its pitch when it is a plain tone. Pure."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 8000
FRAME_SAMPLES: Final = 256  # what the speech model takes at once

Samples = NDArray[np.float32]
"""Samples between -1 and 1, `FRAME_SAMPLES` of them at `RATE` a second."""

_LOWEST, _HIGHEST = 350.0, 2600.0
_PURE = 0.8
_TONE_DB = -45.0
_PITCHES = 512
_HERTZ = RATE / _PITCHES
_WINDOW = np.hanning(FRAME_SAMPLES).astype(np.float32)
# The share of a windowed tone's energy that its strongest pitch alone tells of.
_GAIN = float(np.square(_WINDOW.sum()) / (2 * np.sum(np.square(_WINDOW))))


def level_db(samples: Samples) -> float:
    """Root mean square in decibels of full scale, at least -100."""
    return max(-100.0, 10.0 * float(np.log10(np.mean(np.square(samples)) + 1e-10)))


def tone_hertz(samples: Samples) -> float | None:
    """The pitch, to some 2 Hz, when nearly all of the sound's power is in one tone; None for speech, noise and quiet.

    The power at each pitch is what Goertzel's algorithm gives; a Fourier transform computes all pitches at once.
    """
    if level_db(samples) < _TONE_DB:
        return None
    windowed = samples * _WINDOW
    power = np.square(np.abs(np.fft.rfft(windowed, _PITCHES)))
    best = int(np.argmax(power))
    share = float(power[best] / (np.sum(np.square(windowed)) * _GAIN))
    if share < _PURE:
        return None
    below, at, above = np.sqrt(power[best - 1 : best + 2])
    hertz = _HERTZ * (best + 0.5 * float((above - below) / (2 * at - below - above)))
    return hertz if _LOWEST <= hertz <= _HIGHEST else None
