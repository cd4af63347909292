"""The number that was dialled, read where the provider puts it: a call over SIP whose request URI names our user."""

import asyncio
import dataclasses
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from app.asterisk.instance import AsteriskInstance
from app.asterisk.nodes import CalledNumber, Trunk
from app.asterisk.program import AsteriskProgram
from app.asterisk.render import install
from tests.e2e.bed import DealerAsterisk

PROVIDER, OWN = "127.0.0.2", "127.0.0.1"
USER, MAIN, DIALLED, ANOTHER = "dealer-trunk", "31400000000", "+31401234567", "+31409999999"
NO_NUMBER = "0"


class Provider(asyncio.DatagramProtocol):
    """Sends invitations; what the dealer says is nothing to it."""

    def __init__(self, dealer: tuple[str, int], own: tuple[str, int]) -> None:
        self._dealer, self._own = dealer, own
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def invite(self, user: str, *headers: str) -> None:
        """Call the dealer for `user`, with these headers beside the usual ones."""
        host, port = self._own
        call = uuid.uuid4().hex
        sound = (
            f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
        )
        uri = f"sip:{user}@{OWN}" if user else f"sip:{OWN}"
        lines = [
            f"INVITE {uri}:{self._dealer[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{call}",
            f"From: <sip:+31612345678@{host}>;tag={call[:8]}",
            *headers,
            f"Call-ID: {call}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:{host}:{port}>",
            "Max-Forwards: 70",
            "Content-Type: application/sdp",
            f"Content-Length: {len(sound)}",
        ]
        assert self._transport is not None
        self._transport.sendto("\r\n".join([*lines, "", sound]).encode(), self._dealer)


Trunked = Callable[[CalledNumber], AbstractAsyncContextManager[tuple[Provider, DealerAsterisk]]]


@pytest.fixture
def trunked(
    asterisk_program: AsteriskProgram,
    dealer_asterisk: DealerAsterisk,
    sounds_dir: Path,
    state_dirs: Path,
    port_base: int,
) -> Trunked:
    """A dealer's node whose provider puts the number in a certain place, and that provider; no controller is there."""

    @asynccontextmanager
    async def running(called_number: CalledNumber) -> AsyncIterator[tuple[Provider, DealerAsterisk]]:
        provider = (PROVIDER, port_base + 172)
        node = dataclasses.replace(
            dealer_asterisk.node,
            name="trunked",
            state_dir=state_dirs / f"by-{called_number}",
            sip_port=port_base + 160,
            ari_port=port_base + 188,
            ami_port=port_base + 138,
            trunk=Trunk(*provider, called_number=called_number),
        )
        install(node)
        async with AsteriskInstance(asterisk_program, node.state_dir, [sounds_dir]) as instance:
            transport, peer = await asyncio.get_running_loop().create_datagram_endpoint(
                lambda: Provider((OWN, node.sip_port), provider), local_addr=provider
            )
            try:
                yield peer, DealerAsterisk(node, instance)
            finally:
                transport.close()

    return running


async def _understood(provider: Provider, dealer: DealerAsterisk, user: str, *headers: str) -> str:
    """The number that the dialplan took for the one that was dialled, of a call that it served."""
    await dealer.forget_marks()
    provider.invite(user, *headers)
    async with asyncio.timeout(10):
        while not (marks := await dealer.marks()):
            await asyncio.sleep(0.05)
    (mark,) = marks.values()
    return mark["caller"].split(" ")[1]


async def test_the_number_is_in_the_to_header_whatever_user_the_request_uri_names(trunked: Trunked) -> None:
    asked = [
        (USER, f"To: <sip:{DIALLED}@{OWN}>", DIALLED),
        (USER, f"To: sip:{DIALLED}@{OWN}", DIALLED),
        (USER, f"To: <sip:{DIALLED};phone-context=+31@{OWN}:5060;user=phone>", DIALLED),
        (USER, f"To: <tel:{DIALLED};phone-context=+31>", DIALLED),
        (USER, f'To: "<sip:{ANOTHER}@x>, ${{EPOCH}}):Hangup(" <sip:{DIALLED}@{OWN}>', DIALLED),
        ("", f"To: <sip:{DIALLED}@{OWN}>", DIALLED),
        (MAIN, f"To: <sip:{DIALLED}@{OWN}>\r\nDiversion: <sip:{ANOTHER}@{OWN}>", DIALLED),
        (MAIN, "To: <sip:reception@dealer>", MAIN),
        (USER, "To: <sip:reception@dealer>", NO_NUMBER),
    ]
    async with trunked("to") as (provider, dealer):
        understood = [await _understood(provider, dealer, user, to) for user, to, _ in asked]

    assert understood == [number for _, _, number in asked]


async def test_the_number_is_in_the_header_of_the_called_party_where_there_is_one(trunked: Trunked) -> None:
    to = f"To: <sip:{ANOTHER}@{OWN}>"
    asked = [
        (USER, f"P-Called-Party-ID: <sip:{DIALLED}@{OWN}>;p=red", DIALLED),
        (USER, f'P-Called-Party-ID: "),1):Hangup(${{DL_APP}}]" <sip:{DIALLED}@{OWN}>', DIALLED),
        (USER, f"P-Called-Party-ID: sip:{DIALLED};x=1@{OWN}", DIALLED),
        (USER, 'P-Called-Party-ID: "]?${EPOCH}:$[1/0]', "10"),
        (MAIN, "Subject: none", MAIN),
    ]
    async with trunked("p_called_party_id") as (provider, dealer):
        understood = [await _understood(provider, dealer, user, to, header) for user, header, _ in asked]

    assert understood == [number for _, _, number in asked]


async def test_the_number_is_in_the_request_uri_unless_told_otherwise(trunked: Trunked) -> None:
    async with trunked("request_uri") as (provider, dealer):
        understood = await _understood(provider, dealer, DIALLED, f"To: <sip:{ANOTHER}@{OWN}>")

    assert understood == DIALLED
