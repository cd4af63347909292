"""Traces made by hand: what the wire shows when the dealer rings an agent or a customer."""

import struct
from collections.abc import Iterable
from math import pi, sin

from tests.checker.media import FRAME, RATE, encode
from tests.checker.pcap import Address, Datagram

DEALER, TRUNK, PHONES = Address("127.0.0.1", 5060), Address("127.0.0.2", 5070), Address("127.0.0.1", 5070)
MESSAGE = [4000 * sin(at * at / 40_000) for at in range(RATE)]  # a rising tone, like nobody's voice
_FRAME_SECONDS = FRAME / RATE


def tone(hertz: float) -> bytes:
    """One frame of a tone, the same for all frames."""
    return encode(4000 * sin(2 * pi * hertz * at / RATE) for at in range(FRAME))


def message_frames() -> list[bytes]:
    """The beginning of the information message."""
    return [encode(MESSAGE[at : at + FRAME]) for at in range(0, len(MESSAGE), FRAME)]


def signal(
    at: float,
    call: str,
    line: str,
    *,
    by_us: bool,
    method: str = "INVITE",
    audio: int = 0,
    peer: Address = TRUNK,
) -> Datagram:
    """One SIP message; `audio` is the port in its session description."""
    host = (DEALER if by_us else peer).host
    lines = [line, f"Call-ID: {call}", f"CSeq: 1 {method}", ""]
    lines += [f"c=IN IP4 {host}", f"m=audio {audio} RTP/AVP 8"] if audio else []
    source, target = (DEALER, peer) if by_us else (peer, DEALER)
    return Datagram(at, source, target, "\r\n".join(lines).encode())


def dialled(at: float, call: str, number: str, ours: int, peer: Address = TRUNK) -> list[Datagram]:
    """The dealer invites somebody, whose phone rings at once."""
    return [
        signal(at, call, f"INVITE sip:{number}@{peer.host} SIP/2.0", by_us=True, audio=ours, peer=peer),
        signal(at, call, "SIP/2.0 180 Ringing", by_us=False, peer=peer),
    ]


def answered(at: float, call: str, theirs: int, peer: Address = TRUNK) -> Datagram:
    """They pick up."""
    return signal(at, call, "SIP/2.0 200 OK", by_us=False, audio=theirs, peer=peer)


def called(at: float, call: str, number: str, theirs: int, ours: int, answer: float) -> list[Datagram]:
    """Somebody calls the dealer, who answers."""
    invitation = (
        f'INVITE sip:+31401234567@{DEALER.host} SIP/2.0\r\nFrom: "x" <sip:{number}@{TRUNK.host}>;tag=1'
    )
    return [
        signal(at, call, invitation, by_us=False, audio=theirs),
        signal(answer, call, "SIP/2.0 200 OK", by_us=True, audio=ours),
    ]


def hung_up(at: float, call: str, *, by_us: bool = False) -> Datagram:
    """Somebody hangs up a conversation."""
    return signal(at, call, "BYE sip:x SIP/2.0", by_us=by_us, method="BYE")


def sound(
    at: float, source: Address, target: Address, frames: Iterable[bytes], stamp: int = 0
) -> list[Datagram]:
    """Frames of A-law, one each 20 ms."""
    return [
        Datagram(
            at + place * _FRAME_SECONDS,
            source,
            target,
            struct.pack("!BBHII", 0x80, 8, place, stamp + place * FRAME, 1) + frame,
        )
        for place, frame in enumerate(frames)
    ]


def key(at: float, source: Address, target: Address, digit: int) -> list[Datagram]:
    """A key that is held for three packets."""
    return [
        Datagram(
            at + place / 50,
            source,
            target,
            struct.pack("!BBHIIBBH", 0x80, 101, place, int(at * RATE), 1, digit, 0, 0),
        )
        for place in range(3)
    ]
