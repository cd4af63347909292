import numpy as np
import pytest

from dialer.sound import FRAME_SAMPLES, RATE, Samples, level_db, tone_hertz

TIME = np.arange(FRAME_SAMPLES) / RATE
NOISE = np.random.default_rng(3).normal(size=FRAME_SAMPLES)


def sine(hertz: float, size: float = 0.1) -> Samples:
    return np.asarray(size * np.sin(2 * np.pi * hertz * TIME), dtype=np.float32)


@pytest.mark.parametrize("hertz", [360, 425, 437, 950, 1001, 1400, 1800, 2500])
def test_a_plain_tones_pitch_is_heard_also_in_a_little_noise(hertz: float) -> None:
    noisy = sine(hertz) + np.asarray(0.01 * NOISE, dtype=np.float32)

    assert tone_hertz(sine(hertz)) == pytest.approx(hertz, abs=2)
    assert tone_hertz(noisy) == pytest.approx(hertz, abs=5)


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(FRAME_SAMPLES, dtype=np.float32),
        np.asarray(0.1 * NOISE, dtype=np.float32),
        sine(697) + sine(1209),
        sine(200) + sine(400) + sine(600) + sine(800),
        sine(1000, 0.001),
        sine(100),
        sine(3000),
    ],
    ids=["silence", "noise", "a key", "a voice", "too quiet", "too low", "too high"],
)
def test_what_is_no_plain_tone_has_no_pitch(samples: Samples) -> None:
    assert tone_hertz(samples) is None


def test_the_level_is_that_of_full_scale_and_silence_has_a_floor() -> None:
    assert level_db(np.ones(FRAME_SAMPLES, dtype=np.float32)) == pytest.approx(0, abs=0.01)
    assert level_db(sine(1000)) == pytest.approx(-23, abs=0.1)
    assert level_db(np.zeros(FRAME_SAMPLES, dtype=np.float32)) == -100
