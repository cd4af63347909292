"""The number that was dialled, read where the provider puts it: a call over SIP, and what becomes of one that has no number."""

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
from tests.e2e.asterisk.test_without_controller import frozen_controller
from tests.e2e.bed import DealerAsterisk

PROVIDER, OWN = "127.0.0.2", "127.0.0.1"
USER, MAIN, DIALLED, ANOTHER = "dealer-trunk", "31400000000", "+31401234567", "+31409999999"
NO_NUMBER = "0"
NOT_FOUND = 404
HOSTILE = "%22%5D%3F%24%7BEPOCH%7D%3A%24%5B1%2F0%2C1)%3AHangup(%3C%40%3E"
NAMES = {
    USER: NO_NUMBER,
    "dealer31": "31",
    "s": NO_NUMBER,
    "": NO_NUMBER,
    "nobody;rn=+31401234567": NO_NUMBER,
    "%24%7BDL_APP%7D": NO_NUMBER,
    HOSTILE: "101",
}
ASTERISKS_OWN = ["h", "i", "t", "T", "e"]


class Provider(asyncio.DatagramProtocol):
    """Sends invitations, and keeps how the dealer refused those that it did."""

    def __init__(self, dealer: tuple[str, int], own: tuple[str, int]) -> None:
        self._dealer, self._own = dealer, own
        self._transport: asyncio.DatagramTransport | None = None
        self.refused: dict[str, int] = {}
        """By call: the status of the answer that ended it."""

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        first, *headers = data.decode().split("\r\n")
        (call,) = (header.partition(": ")[2] for header in headers if header.startswith("Call-ID: "))
        if first.startswith("SIP/2.0 ") and (status := int(first.split()[1])) >= 300:
            self.refused[call] = status

    def invite(self, user: str, *headers: str) -> str:
        """Call the dealer for `user`, with these headers beside the usual ones; the id of the call."""
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
        return call


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
        (f"{MAIN};rn={ANOTHER};npdi", "To: <sip:reception@dealer>", MAIN),
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
        (MAIN, "Subject: none", MAIN),
    ]
    async with trunked("p_called_party_id") as (provider, dealer):
        understood = [await _understood(provider, dealer, user, to, header) for user, header, _ in asked]

    assert understood == [number for _, _, number in asked]


async def test_the_number_is_in_the_request_uri_unless_told_otherwise(trunked: Trunked) -> None:
    users = [
        DIALLED,
        f"{DIALLED};rn={ANOTHER};npdi",
        f"{DIALLED};npdi",
        f"{DIALLED};phone-context=+31",
        f"{DIALLED};phone-context=dealer.example;cic=+31-9999",
    ]
    async with trunked("request_uri") as (provider, dealer):
        to = f"To: <sip:{ANOTHER}@{OWN}>"
        understood = [await _understood(provider, dealer, user, to) for user in users]

    assert understood == [DIALLED] * len(users)


async def _handed_over(provider: Provider, entered: Callable[[], list[str]], user: str, *headers: str) -> str:
    """What the controller is told of a call."""
    before = len(entered())
    provider.invite(user, *headers)
    async with asyncio.timeout(10):
        while len(entered()) == before:
            await asyncio.sleep(0.05)
    return entered()[-1]


async def test_the_controller_is_told_of_a_call_for_a_name_as_of_one_for_no_number(trunked: Trunked) -> None:
    to = f"To: <sip:{ANOTHER}@{OWN}>"
    async with trunked("request_uri") as (provider, dealer), frozen_controller(dealer) as entered:
        told = {user: await _handed_over(provider, entered, user, to) for user in NAMES}

    assert told == {user: f"in,{number}" for user, number in NAMES.items()}


async def test_the_controller_is_told_of_a_call_whose_header_has_no_number_either(trunked: Trunked) -> None:
    to = "To: <sip:reception@dealer>"
    hostile = 'P-Called-Party-ID: "]?${EPOCH}:$[1/0]'
    async with trunked("p_called_party_id") as (provider, dealer), frozen_controller(dealer) as entered:
        without = await _handed_over(provider, entered, USER, to)
        with_hostile = await _handed_over(provider, entered, USER, to, hostile)

    assert (without, with_hostile) == ("in,0", "in,10")


async def test_who_calls_a_name_is_refused_while_no_controller_is_there(trunked: Trunked) -> None:
    to = f"To: <sip:{ANOTHER}@{OWN}>"
    async with trunked("request_uri") as (provider, dealer):
        await dealer.forget_marks()
        calls = [provider.invite(user, to) for user in NAMES]
        own = [provider.invite(user, to) for user in ASTERISKS_OWN]
        async with asyncio.timeout(10):
            while not provider.refused.keys() >= {*calls, *own}:
                await asyncio.sleep(0.05)
        marks = await dealer.marks()

    assert [provider.refused[call] for call in calls] == [NOT_FOUND] * len(calls)
    assert marks == {}


async def test_who_calls_a_name_is_refused_when_the_controller_froze(trunked: Trunked) -> None:
    async with trunked("request_uri") as (provider, dealer), frozen_controller(dealer) as entered:
        await dealer.forget_marks()
        call = provider.invite(USER, f"To: <sip:{ANOTHER}@{OWN}>")
        async with asyncio.timeout(20):
            while call not in provider.refused:
                await asyncio.sleep(0.05)
        marks = await dealer.marks()

        assert entered() == ["in,0"]
        assert (provider.refused[call], marks) == (NOT_FOUND, {})
