"""What a recording of one direction of a call holds: how loud and which tone, second by second."""

import time
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LOUD = 200.0  # root mean square of 16-bit samples; line noise stays below 20
_LOOKS = 20
_UNTIL_NEXT_LOOK_SECONDS = 0.1


def samples(recording: Path) -> tuple[NDArray[np.float64], int]:
    """All samples and their rate; a file that Asterisk still writes gives what is there so far."""
    with _opened(recording) as file:
        frames = file.readframes(file.getnframes())
        return np.frombuffer(frames[: len(frames) // 2 * 2], "<i2").astype(np.float64), file.getframerate()


def _opened(recording: Path) -> wave.Wave_read:
    """Asterisk writes the header anew while the file grows and when it closes it: for a moment there is only a part of one."""
    for _ in range(_LOOKS):
        try:
            return wave.open(str(recording), "rb")
        except (wave.Error, EOFError):
            time.sleep(_UNTIL_NEXT_LOOK_SECONDS)
    return wave.open(str(recording), "rb")


def loudness(recording: Path, seconds: float = 0.5) -> list[float]:
    """Root mean square of each stretch of that many seconds."""
    sound, rate = samples(recording)
    size = int(rate * seconds)
    return [
        float(np.sqrt(np.mean(sound[at : at + size] ** 2))) for at in range(0, len(sound) - size + 1, size)
    ]


def tone_seconds(recording: Path, hertz: float, tolerance: float = 15.0) -> float:
    """For how long, to the tenth of a second, the tone is the strongest sound and loud."""
    sound, rate = samples(recording)
    size = rate // 10
    heard = 0
    for at in range(0, len(sound) - size + 1, size):
        part = sound[at : at + size]
        strongest = np.argmax(np.abs(np.fft.rfft(part * np.hanning(size)))) * rate / size
        heard += bool(np.sqrt(np.mean(part**2)) > LOUD and abs(strongest - hertz) <= tolerance)
    return heard / 10
