"""Audio as the wire shows it (RTP, RFC 3550; G.711 A-law; keys by RFC 4733): who heard whom, and from when to when."""

import struct
import wave
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from math import cos, pi, sin, sqrt
from operator import mul
from pathlib import Path

from tests.checker.pcap import Address, Datagram

RATE, FRAME = 8000, 160
_PCMA, _KEYS = 8, 101
BESIDE_A_BEEP, ALONE = 0.08, 0.8  # shares of a frame's energy that are one tone
_LOOKED_AT_FRAMES, _SKIPPED_FRAMES = 25, 5
_ALIKE = 0.8  # correlation; other speech stays below 0.2
_QUIET = 50.0


@dataclass(frozen=True, slots=True)
class Frame:
    """Twenty milliseconds of sound, when they were on the wire, and the sender's own time stamp of them."""

    at: float
    stamp: int
    sound: bytes


@dataclass(slots=True)
class Key:
    """A key, when it was pressed, and when it was let go of: only then is it heard."""

    at: float
    released_at: float
    digit: str


@dataclass(slots=True)
class Side:
    """All that went one way between two audio addresses: sound, and keys."""

    frames: list[Frame] = field(default_factory=list)
    keys: list[Key] = field(default_factory=list)

    def between(self, since: float, until: float) -> list[Frame]:
        """The sound of a stretch of time."""
        first = bisect_left(self.frames, since, key=lambda frame: frame.at)
        return self.frames[first : bisect_left(self.frames, until, key=lambda frame: frame.at)]


class Audio:
    """The audio of a whole trace, by who sent it to whom."""

    def __init__(self, datagrams: Iterable[Datagram]) -> None:
        self._sides: dict[tuple[Address, Address], Side] = defaultdict(Side)
        self._events: dict[tuple[Address, Address, bytes], Key] = {}
        for datagram in datagrams:
            self._take(datagram)

    def side(self, source: Address | None, target: Address | None) -> Side:
        """What went this way; nothing when either is not known."""
        if source is None or target is None:
            return Side()
        return self._sides.get((source, target), Side())

    def _take(self, datagram: Datagram) -> None:
        payload = datagram.payload
        if len(payload) < 12 or payload[0] >> 6 != 2:
            return
        way = datagram.source, datagram.target
        kind = payload[1] & 127
        if kind == _PCMA:
            self._sides[way].frames.append(Frame(datagram.at, int.from_bytes(payload[4:8]), payload[12:]))
        elif kind == _KEYS and len(payload) >= 16:
            event = (*way, payload[4:12])  # the timestamp and source of a key stay the same while it is held
            if event not in self._events:
                key = Key(datagram.at, datagram.at, "0123456789*#ABCD"[payload[12] & 15])
                self._events[event] = key
                self._sides[way].keys.append(key)
            self._events[event].released_at = datagram.at


def voice(sound: bytes, voices: Mapping[str, float]) -> tuple[str | None, float]:
    """Whose tone a frame holds, and its share of the energy. `voices` has each one's hertz, multiples of 50."""
    samples = decode(sound)
    energy = _energy(samples)
    if energy < _QUIET * _QUIET * len(samples):
        return None, 0.0
    shares = {name: _strength(samples, hertz) / energy for name, hertz in voices.items()}
    name = max(shares, key=lambda each: shares[each])
    return (name, shares[name]) if shares[name] > BESIDE_A_BEEP else (None, 0.0)


def longest_quiet(frames: Iterable[Frame], since: float, until: float) -> float:
    """The longest time between two moments in which nothing is to be heard: no frames, or silent ones."""
    return max(after - before for before, after in quiet_times(frames, since, until))


def quiet_times(frames: Iterable[Frame], since: float, until: float) -> list[tuple[float, float]]:
    """From when to when nothing is to be heard between two moments, however shortly, in order."""
    loud = (frame.at for frame in frames if _energy(decode(frame.sound)) >= _QUIET * _QUIET * FRAME)
    return list(pairwise([since, *loud, until]))


def _energy(samples: Iterable[float]) -> float:
    return sum(sample * sample for sample in samples)


def _strength(samples: Sequence[float], hertz: float) -> float:
    straight, quarter = _waves(hertz)
    power = sum(map(mul, samples, straight)) ** 2 + sum(map(mul, samples, quarter)) ** 2
    return float(2 * power / len(samples))


@cache
def _waves(hertz: float) -> tuple[list[float], list[float]]:
    step = 2 * pi * hertz / RATE
    return [cos(step * at) for at in range(FRAME)], [sin(step * at) for at in range(FRAME)]


def begins_with(frames: Sequence[Frame], recording: Sequence[float]) -> float | None:
    """When this recording began, if it is how the frames begin (up to a few that are something else)."""
    wanted = recording[: _LOOKED_AT_FRAMES * FRAME]
    for skipped in range(min(_SKIPPED_FRAMES, len(frames))):
        looked_at = frames[skipped : skipped + _LOOKED_AT_FRAMES]
        heard = [sample for frame in looked_at for sample in decode(frame.sound)]
        if heard and _likeness(heard, wanted[: len(heard)]) > _ALIKE:
            return looked_at[0].at
    return None


def read_recording(file: Path) -> list[float]:
    """The samples of a prompt (mono, 8 kHz, 16 bits)."""
    with wave.open(str(file)) as sound:
        content = sound.readframes(sound.getnframes())
    return [float(sample) for sample in struct.unpack(f"<{len(content) // 2}h", content)]


def decode(sound: bytes) -> list[float]:
    """A-law to 16-bit samples."""
    return [_FROM_A_LAW[octet] for octet in sound]


def encode(samples: Iterable[float]) -> bytes:
    """16-bit samples to A-law, each to the nearest level."""
    return bytes(_TO_A_LAW[bisect_left(_MIDDLES, sample)] for sample in samples)


def _likeness(one: Sequence[float], other: Sequence[float]) -> float:
    size = min(len(one), len(other))
    product = sum(one[at] * other[at] for at in range(size))
    energy = sqrt(sum(sample**2 for sample in one[:size]) * sum(sample**2 for sample in other[:size]))
    return product / energy if energy else 0.0


def _a_law(octet: int) -> float:
    """ITU-T G.711, table 1a."""
    code = octet ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    size = (mantissa << 4) + 8 if exponent == 0 else ((mantissa << 4) + 0x108) << (exponent - 1)
    return float(size if code & 0x80 else -size)


_FROM_A_LAW = [_a_law(octet) for octet in range(256)]
_TO_A_LAW = sorted(range(256), key=_FROM_A_LAW.__getitem__)
_MIDDLES = [(_FROM_A_LAW[low] + _FROM_A_LAW[high]) / 2 for low, high in pairwise(_TO_A_LAW)]
