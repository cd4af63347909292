"""Writes what goes over the loopback from or to a range of UDP ports into a pcap file, with the kernel's times.

As a program, run as root: `python -m tests.checker.capture FILE FIRST LAST`. It says `listening` when it does, and ends at
the end of its standard input, so that it never outlives the test.
"""

import ctypes
import select
import socket
import struct
import sys
from pathlib import Path
from typing import BinaryIO

MAGIC_NANOSECONDS, RAW_IP, LONGEST = 0xA1B23C4D, 101, 4096
LISTENING = "listening"
_BUFFER_BYTES = 64 << 20
_SO_ATTACH_FILTER, _SO_RCVBUFFORCE, _SO_TIMESTAMPNS = 26, 33, 35
_SOL_PACKET, _PACKET_STATISTICS, _PACKET_IGNORE_OUTGOING = 263, 6, 23
_LOAD_BYTE, _LOAD_HALF, _IF_EQUAL, _IF_AT_LEAST, _IF_ABOVE, _RETURN = 0x30, 0x28, 0x15, 0x35, 0x25, 0x06


def port_filter(first: int, last: int) -> list[tuple[int, int, int, int]]:
    """The kernel's packet filter (classic BPF) for UDP over IPv4 without options, from or to one of the ports."""
    return [
        (_LOAD_BYTE, 0, 0, 9),
        (_IF_EQUAL, 0, 7, socket.IPPROTO_UDP),
        (_LOAD_HALF, 0, 0, 20),
        (_IF_AT_LEAST, 0, 1, first),
        (_IF_ABOVE, 0, 3, last),
        (_LOAD_HALF, 0, 0, 22),
        (_IF_AT_LEAST, 0, 2, first),
        (_IF_ABOVE, 1, 0, last),
        (_RETURN, 0, 0, LONGEST),
        (_RETURN, 0, 0, 0),
    ]


def open_tap(first: int, last: int) -> socket.socket:
    """A socket that reads these packets. Needs root."""
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
    program = b"".join(struct.pack("HBBI", *line) for line in port_filter(first, last))
    held = ctypes.create_string_buffer(program)
    tap.setsockopt(
        socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("HL", len(program) // 8, ctypes.addressof(held))
    )
    tap.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER_BYTES)
    tap.setsockopt(_SOL_PACKET, _PACKET_IGNORE_OUTGOING, 1)  # the loopback shows every packet twice
    tap.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)
    tap.bind(("lo", 0x0800))
    return tap


def record(tap: socket.socket, until: BinaryIO, file: BinaryIO) -> None:
    """Write packets until `until` ends; says on standard error when the kernel had to drop some."""
    file.write(struct.pack("=IHHiIII", MAGIC_NANOSECONDS, 2, 4, 0, 0, LONGEST, RAW_IP))
    while True:
        ready, _, _ = select.select([tap.fileno(), until.fileno()], [], [])
        if tap.fileno() not in ready:
            break
        datagram, extras, _, _ = tap.recvmsg(LONGEST, 64)
        stamp = next(value for _, kind, value in extras if kind == _SO_TIMESTAMPNS)
        seconds, nanoseconds = struct.unpack("qq", stamp)
        file.write(struct.pack("=IIII", seconds, nanoseconds, len(datagram), len(datagram)) + datagram)
    _, dropped = struct.unpack("II", tap.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
    if dropped:
        sys.exit(f"{dropped} packets were dropped")


if __name__ == "__main__":
    with open_tap(int(sys.argv[2]), int(sys.argv[3])) as tap, Path(sys.argv[1]).open("wb") as file:
        print(LISTENING, flush=True)  # the test reads it
        record(tap, sys.stdin.buffer, file)
