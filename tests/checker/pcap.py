"""Reading a capture: UDP packets with the time at which each was on the wire."""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

_MAGIC_NANOSECONDS, _RAW_IP = 0xA1B23C4D, 101


class Address(NamedTuple):
    """Where a packet came from or went to."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Datagram:
    """One UDP packet; `at` in seconds since 1970."""

    at: float
    source: Address
    target: Address
    payload: bytes


def read_capture(file: Path) -> Iterator[Datagram]:
    """All UDP packets of a pcap file of bare IP packets, in order. A last packet that was cut off is left out."""
    content = memoryview(file.read_bytes())
    magic, *_, link = struct.unpack_from("=IHHiIII", content)
    if (magic, link) != (_MAGIC_NANOSECONDS, _RAW_IP):
        raise ValueError(f"{file} is no capture of bare IP packets with nanoseconds")
    offset = 24
    while offset + 16 <= len(content):
        seconds, nanoseconds, length, _ = struct.unpack_from("=IIII", content, offset)
        packet = content[offset + 16 : offset + 16 + length]
        offset += 16 + length
        if len(packet) == length:
            yield _datagram(seconds + nanoseconds / 1e9, packet)


def _datagram(at: float, packet: memoryview) -> Datagram:
    head = (packet[0] & 15) * 4
    source_port, target_port = struct.unpack_from("!HH", packet, head)
    return Datagram(
        at,
        Address(socket.inet_ntoa(packet[12:16]), source_port),
        Address(socket.inet_ntoa(packet[16:20]), target_port),
        bytes(packet[head + 8 :]),
    )
