"""What really went over the wire between the dealer's Asterisk and people: their audio, packet by packet, off the loopback.

Recordings made by an Asterisk tell what that Asterisk made of the sound; the wire tells what the dealer sent. Times are the
kernel's, so a busy test does not blur them.
"""

import asyncio
import socket
import struct
import subprocess
import sys
import wave
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from app.asterisk.nodes import PortRange
from app.asterisk.program import as_root

RATE = 8000
WINDOW_SECONDS = 0.05
LOUD = 200.0  # root mean square of 16-bit samples; comfort noise stays below 20
_TONE_LEVEL = 400.0  # amplitude of a tone that a person would notice
_KNOWN_BY_SECONDS = 1.5
_ALIKE = 0.7  # correlation, 1 is the same; other speech stays below 0.2
_SO_TIMESTAMPNS = 35
_PCMU, _PCMA, _COMFORT_NOISE = 0, 8, 13
_AT_ONCE = 200
_NEXT_CALL_SECONDS = 5.0  # silent for so long, a pair of ports belongs to another call

# Reading packets takes root for one moment: this child opens the socket and hands it over on its standard input.
_OPEN_TAP = """
import socket
tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
tap.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)  # SO_RCVBUFFORCE
tap.setsockopt(263, 23, 1)  # SOL_PACKET, PACKET_IGNORE_OUTGOING: the loopback shows every packet twice
tap.setsockopt(socket.SOL_SOCKET, 35, 1)  # SO_TIMESTAMPNS
tap.bind(("lo", 0))
socket.send_fds(socket.socket(fileno=0), [b"t"], [tap.fileno()])
"""


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet of audio: when it was on the wire (seconds since 1970) and its 16-bit samples."""

    at: float
    payload_type: int
    payload: bytes


@dataclass(slots=True)
class Stream:
    """The audio in one direction of one leg, in order."""

    packets: list[Packet] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.packets)

    @property
    def began(self) -> datetime:
        """When the first packet was on the wire. Raises IndexError when there is none."""
        return datetime.fromtimestamp(self.packets[0].at, UTC)

    def since(self, at: datetime) -> "Stream":
        """The part from a moment on."""
        moment = at.timestamp()
        return Stream([packet for packet in self.packets if packet.at >= moment])

    def until(self, at: datetime) -> "Stream":
        """The part before a moment."""
        moment = at.timestamp()
        return Stream([packet for packet in self.packets if packet.at < moment])

    def longest_gap(self) -> float:
        """The longest time in seconds between two packets that follow each other; 0 with fewer than two."""
        times = [packet.at for packet in self.packets]
        return max((after - before for before, after in pairwise(times)), default=0.0)

    def first_loud(self) -> datetime | None:
        """When sound began, to the packet; None when all is silence."""
        for packet in self.packets:
            if float(np.sqrt(np.mean(_samples(packet) ** 2))) > LOUD:
                return datetime.fromtimestamp(packet.at, UTC)
        return None

    def loud_seconds(self) -> float:
        """For how long there is sound."""
        return sum(float(np.sqrt(np.mean(part**2))) > LOUD for part in self._windows()) * WINDOW_SECONDS

    def tone_seconds(self, hertz: float) -> float:
        """For how long this tone is there, alone or among other sound, to the twentieth of a second."""
        size = int(RATE * WINDOW_SECONDS)
        probe = np.hanning(size) * np.exp(-2j * np.pi * hertz * np.arange(size) / RATE)
        amplitudes = (abs(np.dot(part, probe)) / (size / 4) for part in self._windows())
        return sum(bool(amplitude > _TONE_LEVEL) for amplitude in amplitudes) * WINDOW_SECONDS

    def hears(self, recording: Path) -> datetime | None:
        """When the dealer first began to play this recording (8 kHz mono WAV), told by its first second and a half; None: never."""
        with wave.open(str(recording)) as file:
            frames = file.readframes(int(RATE * _KNOWN_BY_SECONDS))
        wanted = np.frombuffer(frames, "<i2").astype(np.float64)
        sound = np.concatenate([np.zeros(0), *map(_samples, self.packets)])
        if len(sound) < len(wanted):
            return None
        size = 1 << (len(sound) + len(wanted)).bit_length()
        spectrum = np.fft.rfft(sound, size) * np.conj(np.fft.rfft(wanted, size))
        likeness = np.fft.irfft(spectrum, size)[: len(sound) - len(wanted) + 1]
        energy = np.concatenate([[0.0], np.cumsum(sound**2)])
        loudness = np.sqrt(energy[len(wanted) :] - energy[: -len(wanted)]) * np.sqrt(np.sum(wanted**2))
        alike = likeness / np.maximum(loudness, 1.0)
        known = np.flatnonzero(alike >= _ALIKE)
        if not len(known):
            return None
        # A prompt that is repeated is as much alike each time: the best within one length from the first is the first.
        first = int(known[0])
        best = first + int(np.argmax(alike[first : first + len(wanted)]))
        starts = np.cumsum([len(packet.payload) for packet in self.packets])
        packet = self.packets[int(np.searchsorted(starts, best, side="right"))]
        return datetime.fromtimestamp(packet.at, UTC)

    def _windows(self) -> Sequence[NDArray[np.float64]]:
        if not self.packets:
            return []
        sound = np.concatenate([_samples(packet) for packet in self.packets])
        size = int(RATE * WINDOW_SECONDS)
        return [sound[at : at + size] for at in range(0, len(sound) - size + 1, size)]


@dataclass(slots=True)
class Leg:
    """A person's leg on the wire: what the dealer let them hear and what they said.

    `kept_alive`: when the dealer sent a packet of comfort noise, which is no sound, in seconds since 1970.
    """

    heard: Stream = field(default_factory=Stream)
    said: Stream = field(default_factory=Stream)
    kept_alive: list[float] = field(default_factory=list)

    @property
    def answered_at(self) -> datetime:
        """When their audio began: a person speaks from the moment of the answer on. Raises IndexError before."""
        return self.said.began

    @property
    def last_at(self) -> float:
        """When the latest packet of either direction was on the wire, in seconds since 1970."""
        return max(stream.packets[-1].at for stream in (self.heard, self.said) if stream.packets)


@dataclass(slots=True)
class Wire:
    """Every leg since the tap was opened."""

    dealer_ports: PortRange
    people_host: str
    _legs: list[tuple[str, Leg]] = field(default_factory=list)
    _current: dict[tuple[str, int, int], Leg] = field(default_factory=dict)

    def lines(self) -> list[Leg]:
        """The legs of people on the telephone network, callers and customers, in order of appearance."""
        return [leg for host, leg in self._legs if host == self.people_host]

    def phones(self) -> list[Leg]:
        """The legs of agents' phones, in order of appearance."""
        return [leg for host, leg in self._legs if host != self.people_host]

    def take(self, datagram: bytes, at: float) -> None:
        """Take in one IP packet; what is no audio from or to the dealer is passed over."""
        head = (datagram[0] & 15) * 4
        if datagram[9] != socket.IPPROTO_UDP or len(datagram) < head + 20:
            return
        source, target = struct.unpack_from("!HH", datagram, head)
        from_dealer, to_dealer = self._of_dealer(source), self._of_dealer(target)
        first, second = datagram[head + 8 : head + 10]
        if from_dealer is to_dealer or first >> 6 != 2:
            return
        if second & 127 == _COMFORT_NOISE and from_dealer:
            # Without a sound no leg has begun.
            leg = self._current.get((socket.inet_ntoa(datagram[16:20]), target, source))
            if leg is not None:
                leg.kept_alive.append(at)
        if second & 127 not in (_PCMU, _PCMA):
            return
        packet = Packet(at, second & 127, datagram[head + 20 :])
        if from_dealer:
            self._leg(datagram[16:20], target, source, at).heard.packets.append(packet)
        else:
            self._leg(datagram[12:16], source, target, at).said.packets.append(packet)

    def _of_dealer(self, port: int) -> bool:
        return self.dealer_ports.first <= port <= self.dealer_ports.last

    def _leg(self, address: bytes, person: int, dealer: int, at: float) -> Leg:
        host = socket.inet_ntoa(address)
        leg = self._current.get((host, person, dealer))
        if leg is None or at - leg.last_at > _NEXT_CALL_SECONDS:
            leg = self._current[host, person, dealer] = Leg()
            self._legs.append((host, leg))
        return leg


@asynccontextmanager
async def tapped(dealer_ports: PortRange, people_host: str) -> AsyncIterator[Wire]:
    """Listen on the loopback while the context is open."""
    wire = Wire(dealer_ports, people_host)
    loop = asyncio.get_running_loop()
    tap = _open_tap()
    loop.add_reader(tap.fileno(), _drain, tap, wire)
    try:
        yield wire
    finally:
        loop.remove_reader(tap.fileno())
        tap.close()


def _open_tap() -> socket.socket:
    here, there = socket.socketpair()
    with here, there:
        command = [*as_root(), sys.executable, "-c", _OPEN_TAP]
        subprocess.run(command, stdin=there.fileno(), check=True, timeout=10)
        _, descriptors, _, _ = socket.recv_fds(here, 1, 1)
    tap = socket.socket(fileno=descriptors[0])
    tap.setblocking(False)
    return tap


def _drain(tap: socket.socket, wire: Wire) -> None:
    for _ in range(_AT_ONCE):
        try:
            datagram, extras, _, _ = tap.recvmsg(2048, 64)
        except BlockingIOError:
            return
        stamp = next(value for level, kind, value in extras if kind == _SO_TIMESTAMPNS)
        seconds, nanoseconds = struct.unpack("qq", stamp)
        wire.take(datagram, seconds + nanoseconds / 1e9)


def _samples(packet: Packet) -> NDArray[np.float64]:
    table = _FROM_A_LAW if packet.payload_type == _PCMA else _FROM_U_LAW
    return table[np.frombuffer(packet.payload, np.uint8)]


def _a_law() -> NDArray[np.float64]:
    """ITU-T G.711, table 1a: the 16-bit sample of each A-law octet."""
    code = np.arange(256) ^ 0x55
    exponent, mantissa = (code >> 4) & 7, code & 15
    low, high = (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0)
    return np.where(code & 0x80, 1, -1) * np.where(exponent == 0, low, high).astype(np.float64)


def _u_law() -> NDArray[np.float64]:
    """ITU-T G.711, table 2a: the 16-bit sample of each µ-law octet."""
    code = np.arange(256) ^ 0xFF
    exponent, mantissa = (code >> 4) & 7, code & 15
    return np.where(code & 0x80, -1, 1) * ((((mantissa << 3) + 0x84) << exponent) - 0x84).astype(np.float64)


_FROM_A_LAW, _FROM_U_LAW = _a_law(), _u_law()
