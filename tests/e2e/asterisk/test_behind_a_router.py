"""Behind a router that translates addresses: a provider is told the address that it sees, the machine's own net is not."""

import asyncio
import dataclasses
import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from app.asterisk.instance import AsteriskInstance
from app.asterisk.nodes import DealerNode, Trunk
from app.asterisk.program import AsteriskProgram
from app.asterisk.render import install
from tests.e2e.bed import DealerAsterisk

OUTSIDE, OWN = "203.0.113.5", "127.0.0.1"
PROVIDER = "127.0.0.2"
LOOPBACK_IS_LOCAL = "local_net = 127.0.0.0/8\n"
NUMBER = "+31610000001"


class Peer(asyncio.DatagramProtocol):
    """Somebody who is called: keeps the invitations, is busy, and answers what else is asked with 200."""

    def __init__(self) -> None:
        self.invitations: asyncio.Queue[str] = asyncio.Queue()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, address: tuple[str, int]) -> None:
        request = data.decode()
        method = request.partition(" ")[0]
        if method == "INVITE":
            self.invitations.put_nowait(request)
        assert self._transport is not None
        if method != "ACK":
            said = "486 Busy Here" if method == "INVITE" else "200 OK"
            kept = re.findall(r"^(?:Via|From|To|Call-ID|CSeq)\s*:.*$", request, re.MULTILINE | re.IGNORECASE)
            lines = [f"SIP/2.0 {said}", *map(str.strip, kept), "Content-Length: 0", "", ""]
            self._transport.sendto("\r\n".join(lines).encode(), address)


@pytest.fixture
async def peers(port_base: int) -> AsyncIterator[dict[str, Peer]]:
    """One at the provider's address, and one on the machine's own."""
    loop = asyncio.get_running_loop()
    opened = {
        host: await loop.create_datagram_endpoint(Peer, local_addr=(host, port_base + 172))
        for host in (PROVIDER, OWN)
    }
    yield {host: peer for host, (_, peer) in opened.items()}
    for transport, _ in opened.values():
        transport.close()


@pytest.fixture
def routed_node(dealer_asterisk: DealerAsterisk, state_dirs: Path, port_base: int) -> DealerNode:
    """A node behind a router, on a loopback of which only its own address counts as its own net."""
    node = dataclasses.replace(
        dealer_asterisk.node,
        name="routed",
        state_dir=state_dirs / "routed",
        sip_port=port_base + 160,
        ari_port=port_base + 188,
        ami_port=port_base + 138,
        trunk=Trunk(PROVIDER, port_base + 172),
        external_address=OUTSIDE,
        local_net=(f"{OWN}/32",),
    )
    install(node)
    configuration = node.state_dir / "etc" / "pjsip.conf"
    written = configuration.read_text()
    assert LOOPBACK_IS_LOCAL in written
    configuration.write_text(written.replace(LOOPBACK_IS_LOCAL, ""))
    return node


async def test_the_provider_is_invited_from_the_outside_address_and_whoever_is_near_from_our_own(
    asterisk_program: AsteriskProgram,
    routed_node: DealerNode,
    sounds_dir: Path,
    peers: dict[str, Peer],
    port_base: int,
) -> None:
    async with AsteriskInstance(asterisk_program, routed_node.state_dir, [sounds_dir]):
        await _ring(routed_node, f"PJSIP/{NUMBER}@trunk")
        await _ring(routed_node, f"PJSIP/trunk/sip:{NUMBER}@{OWN}:{port_base + 172}")
        async with asyncio.timeout(10):
            told = {host: _addresses(await peer.invitations.get()) for host, peer in peers.items()}

    port = f":{routed_node.sip_port}"
    assert told == {
        PROVIDER: {"Via": OUTSIDE + port, "Contact": OUTSIDE + port, "origin": OUTSIDE, "audio": OUTSIDE},
        OWN: {"Via": OWN + port, "Contact": OWN + port, "origin": OWN, "audio": OWN},
    }


def _addresses(invitation: str) -> dict[str, str]:
    """Where an invitation says that its sender is to be reached."""
    found = {
        "Via": r"^Via\s*:\s*SIP/2\.0/UDP ([^;\s]+)",
        "Contact": r"^Contact\s*:.*@([^;>\s]+)",
        "origin": r"^o=.* IN IP4 (\S+)",
        "audio": r"^c=IN IP4 (\S+)",
    }
    matches = {what: re.search(pattern, invitation, re.MULTILINE) for what, pattern in found.items()}
    return {what: match[1] if match else "" for what, match in matches.items()}


async def _ring(node: DealerNode, endpoint: str) -> None:
    url = f"http://127.0.0.1:{node.ari_port}/ari/channels"
    headers = {"Authorization": aiohttp.encode_basic_auth(node.ari.user, node.ari.password)}
    wanted = {"endpoint": endpoint, "context": "campaign-answered", "extension": "nobody"}
    async with aiohttp.ClientSession(headers=headers) as session, session.post(url, json=wanted) as answer:
        assert answer.status == 200, await answer.text()
