"""Registers all agents' phones from one socket: SIPp answers for them, but does not register."""

import asyncio
from time import monotonic

from benchmarks.rig.asterisk import PHONES_HOST, Rig

_ANSWER_SECONDS = 5.0
_EXPIRES_SECONDS = 7200
_REGISTER = """REGISTER sip:127.0.0.1:{to} SIP/2.0
Via: SIP/2.0/UDP {host}:{own};branch=z9hG4bK{mark}
From: <sip:{phone}@127.0.0.1>;tag={mark}
To: <sip:{phone}@127.0.0.1>
Call-ID: {mark}
CSeq: 1 REGISTER
Contact: <sip:{phone}@{host}:{at}>
Expires: {expires}
Max-Forwards: 70
Content-Length: 0

"""


class _Answers(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.lines: asyncio.Queue[str] = asyncio.Queue()

    def datagram_received(self, data: bytes, _addr: object) -> None:
        self.lines.put_nowait(data.decode().partition("\r\n")[0])


async def register_phones(rig: Rig, port: int) -> None:
    """Every agent's phone is registered at `port`. Raises RuntimeError when one is refused, TimeoutError without an answer."""
    transport, answers = await asyncio.get_running_loop().create_datagram_endpoint(
        _Answers, (PHONES_HOST, 0), (PHONES_HOST, rig.node.sip_port)
    )
    own = transport.get_extra_info("sockname")[1]
    try:
        for phone in rig.agents:
            text = _REGISTER.format(
                to=rig.node.sip_port, host=PHONES_HOST, own=own, at=port, phone=phone,
                mark=f"{phone}{monotonic():.6f}".replace(".", ""), expires=_EXPIRES_SECONDS,
            )  # fmt: skip
            transport.sendto(text.replace("\n", "\r\n").encode())
            async with asyncio.timeout(_ANSWER_SECONDS):
                answer = await answers.lines.get()
            if " 200 " not in answer:
                raise RuntimeError(f"{phone} may not register: {answer}")
    finally:
        transport.close()
