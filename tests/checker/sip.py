"""SIP calls as the wire shows them (RFC 3261): who invited whom, what was answered, and how it ended."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.checker.pcap import Address, Datagram

_CALLED = re.compile(rb"^INVITE sips?:([^@;>\s]+)@")
_CALLING = re.compile(rb"^(?:From|f)\s*:.*?sips?:([^@;>\s]+)@", re.IGNORECASE | re.MULTILINE)
_ASSERTED = re.compile(rb"^P-Asserted-Identity\s*:.*?(?:sips?|tel):([^@;>\s]+)", re.IGNORECASE | re.MULTILINE)
_HEADER = re.compile(rb"^(Call-ID|CSeq)\s*:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE)
_MEDIA_HOST = re.compile(rb"^c=IN IP4 (\S+)", re.MULTILINE)
_MEDIA_PORT = re.compile(rb"^m=audio (\d+)", re.MULTILINE)


@dataclass(slots=True)
class SipCall:
    """One call from the dealer to somebody, or from somebody to the dealer: times in seconds since 1970, None for what did not
    happen.

    `calling` is the number in From, `asserted` those in P-Asserted-Identity (RFC 3325), as the called party may be shown either.
    `status` is the final answer to the INVITE. `ended_at` is the moment from which the call is over: a refusal, a CANCEL, or
    either side's BYE, which is `ended_by_them` or by the dealer.
    """

    call_id: str
    called: str
    calling: str
    target: Address
    invited_at: float
    dealer_audio: Address | None = None
    their_audio: Address | None = None
    ringing_at: float | None = None
    answered_at: float | None = None
    status: int | None = None
    ended_at: float | None = None
    ended_by_them: bool = False
    asserted: tuple[str, ...] = ()


def read_calls(datagrams: Iterable[Datagram], dealer: Address) -> list[SipCall]:
    """All calls that the dealer made, in order; a request that is sent again counts once."""
    return _read(datagrams, dealer, lambda each: each.source == dealer)


def read_callers(datagrams: Iterable[Datagram], dealer: Address, trunk: Address) -> list[SipCall]:
    """All calls that came to the dealer over the trunk, in order."""
    return _read(datagrams, dealer, lambda each: each.source == trunk)


def _read(
    datagrams: Iterable[Datagram], dealer: Address, is_sent: Callable[[Datagram], bool]
) -> list[SipCall]:
    calls: dict[str, SipCall] = {}
    for datagram in datagrams:
        if dealer not in (datagram.source, datagram.target):
            continue
        headers = {name.lower(): value for name, value in _HEADER.findall(datagram.payload)}
        call_id, method = headers.get(b"call-id", b"").decode(), headers.get(b"cseq", b"").split()[-1:]
        called = _CALLED.match(datagram.payload)
        if called is not None and is_sent(datagram):
            calls.setdefault(call_id, _invited(call_id, called[1].decode(), datagram, dealer))
        elif call_id in calls:
            _follow(
                calls[call_id],
                datagram,
                method == [b"INVITE"],
                by_us=datagram.source == dealer,
                by_caller=is_sent(datagram),
            )
    return list(calls.values())


def _invited(call_id: str, called: str, datagram: Datagram, dealer: Address) -> SipCall:
    calling = _CALLING.search(datagram.payload)
    call = SipCall(call_id, called, calling[1].decode() if calling else "", datagram.target, datagram.at)
    call.asserted = tuple(found.decode() for found in _ASSERTED.findall(datagram.payload))
    _learn_audio(call, datagram, by_us=datagram.source == dealer)
    return call


def _follow(call: SipCall, datagram: Datagram, of_invite: bool, *, by_us: bool, by_caller: bool) -> None:
    payload = datagram.payload
    if payload.startswith((b"BYE ", b"CANCEL ")):
        if call.ended_at is None:
            call.ended_at, call.ended_by_them = datagram.at, not by_us
    elif of_invite and not by_caller and payload.startswith(b"SIP/2.0 "):
        status = int(payload[8:11])
        if status == 180 and call.ringing_at is None:
            call.ringing_at = datagram.at
        if status < 200 or call.status is not None:
            return
        call.status = status
        if status < 300:
            call.answered_at = datagram.at
            _learn_audio(call, datagram, by_us=by_us)
        elif call.ended_at is None:
            call.ended_at, call.ended_by_them = datagram.at, not by_us


def _learn_audio(call: SipCall, datagram: Datagram, *, by_us: bool) -> None:
    if by_us:
        call.dealer_audio = _audio(datagram.payload)
    else:
        call.their_audio = _audio(datagram.payload)


def _audio(payload: bytes) -> Address | None:
    host, port = _MEDIA_HOST.search(payload), _MEDIA_PORT.search(payload)
    return Address(host[1].decode(), int(port[1])) if host and port else None
