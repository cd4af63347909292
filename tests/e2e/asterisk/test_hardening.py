"""The doors that must be shut, tried on the running dealer's Asterisk."""

import asyncio
import socket
from pathlib import Path

import aiohttp
import pytest

from app.asterisk.call_files import Caller
from tests.e2e.audio import LOUD, loudness
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk

LOOPBACK = "0100007F"
STRANGER = "127.0.0.3"


async def _ari_status(port: int, user: str, password: str) -> int:
    url = f"http://127.0.0.1:{port}/ari/asterisk/ping"
    headers = {"Authorization": aiohttp.encode_basic_auth(user, password)}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status


async def test_ari_knows_the_controller_and_refuses_everyone_else(dealer_asterisk: DealerAsterisk) -> None:
    node = dealer_asterisk.node

    assert await _ari_status(node.ari_port, node.ari.user, node.ari.password) == 200
    assert await _ari_status(node.ari_port, node.ari.user, "wrong") == 401
    assert await _ari_status(node.ari_port, "asterisk", node.ari.password) == 401


async def test_ami_refuses_a_wrong_password_and_commands_beyond_its_rights(
    dealer_asterisk: DealerAsterisk,
) -> None:
    node = dealer_asterisk.node

    assert "Authentication failed" in await _ami(node.ami_port, node.ami.user, "wrong", "Ping")
    assert "Pong" in await _ami(node.ami_port, node.ami.user, node.ami.password, "Ping")
    for action in ("Originate", "Command", "UpdateConfig", "Redirect"):
        assert "Permission denied" in await _ami(node.ami_port, node.ami.user, node.ami.password, action)


async def _ami(port: int, user: str, password: str, action: str) -> str:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    lines = f"Action: Login\r\nUsername: {user}\r\nSecret: {password}\r\nEvents: off\r\n\r\n"
    writer.write(f"{lines}Action: {action}\r\nActionID: last\r\n\r\n".encode())
    try:
        async with asyncio.timeout(5):
            told = b""
            while b"ActionID: last" not in told and b"failed" not in told:
                told += await reader.read(4096)
            return (
                told + await reader.readuntil(b"\r\n\r\n") if not told.endswith(b"\r\n\r\n") else told
            ).decode()
    finally:
        writer.close()


def test_ari_and_ami_listen_on_loopback_only(dealer_asterisk: DealerAsterisk) -> None:
    listening = [
        line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines() if line.split()[3] == "0A"
    ]
    listening += [
        line.split()[1] for line in Path("/proc/net/tcp6").read_text().splitlines() if line.split()[3] == "0A"
    ]

    for port in (dealer_asterisk.node.ari_port, dealer_asterisk.node.ami_port):
        hosts = {address.rpartition(":")[0] for address in listening if address.endswith(f":{port:04X}")}
        assert hosts == {LOOPBACK}


async def test_the_web_server_shows_neither_status_nor_files(dealer_asterisk: DealerAsterisk) -> None:
    async with aiohttp.ClientSession() as session:
        for path in ("/httpstatus", "/static/docs/index.html", "/manager", "/"):
            async with session.get(f"http://127.0.0.1:{dealer_asterisk.node.ari_port}{path}") as answer:
                assert answer.status == 404
                assert "Asterisk" not in answer.headers.get("Server", "")


@pytest.mark.parametrize("method", ["INVITE", "REGISTER", "SUBSCRIBE", "MESSAGE"])
async def test_a_stranger_is_asked_for_a_password_or_not_served(
    dealer_asterisk: DealerAsterisk, method: str
) -> None:
    code = await asyncio.to_thread(_sip_request, method, dealer_asterisk.node.sip_port)

    assert code in (401, 403, 404, 405, 489, 501, 603)
    assert await dealer_asterisk.channels() == 0


def _sip_request(method: str, port: int) -> int:
    request = (
        f"{method} sip:0612345678@127.0.0.1:{port} SIP/2.0\r\nVia: SIP/2.0/UDP {STRANGER}:5099;branch=z9hG4bK-{method}\r\n"
        f"From: <sip:trunk@{STRANGER}>;tag=1\r\nTo: <sip:0612345678@127.0.0.1>\r\nCall-ID: {method}@{STRANGER}\r\n"
        f"CSeq: 1 {method}\r\nContact: <sip:trunk@{STRANGER}:5099>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
    )
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind((STRANGER, 5099))
        stranger.settimeout(5)
        stranger.sendto(request.encode(), ("127.0.0.1", port))
        return int(stranger.recv(4096).split()[1])


async def test_no_application_or_function_that_reaches_the_machine_or_places_calls(
    dealer_asterisk: DealerAsterisk,
) -> None:
    for name in ("System", "TrySystem", "Dial", "Originate", "AGI", "ExternalIVR"):
        assert "not registered" in await dealer_asterisk.instance.command(f"core show application {name}"), (
            name
        )
    for name in ("SHELL", "CURL", "ENV", "FILE"):
        assert "No function by that name" in await dealer_asterisk.instance.command(
            f"core show function {name}"
        ), name


async def test_an_agents_phone_cannot_reach_the_telephone_network(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, quiet: None
) -> None:
    number = "0031612341500"
    before = len(network_asterisk.steps(number))

    await network_asterisk.instance.command(f"channel originate PJSIP/{number}@agent3 application Wait 3")
    channels = ""
    async with asyncio.timeout(5):
        while "!agents!" not in channels:
            channels = await dealer_asterisk.instance.command("core show channels concise")
    async with asyncio.timeout(10):
        while await dealer_asterisk.channels():
            channels += await dealer_asterisk.instance.command("core show channels concise")
            await asyncio.sleep(0.1)

    assert "agent-no-app" in channels
    assert "PJSIP/trunk" not in channels
    assert len(network_asterisk.steps(number)) == before


async def test_hostile_names_and_numbers_reach_a_person_like_any_other(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, quiet: None
) -> None:
    await network_asterisk.record("hostile")
    caller = Caller(
        person="hostile",
        ddi=DDI,
        cli="${SHELL(id)}",
        name='"><script>${EPOCH}&,|$[1/0]',
        patience=3,
        press="",
    )

    network_asterisk.call(caller)
    await network_asterisk.step("hostile", "ended", 20)

    assert max(loudness(network_asterisk.heard("hostile"))) > LOUD


async def test_a_hidden_number_reaches_a_person_like_any_other(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, quiet: None
) -> None:
    await network_asterisk.record("hidden")

    network_asterisk.call(Caller(person="hidden", ddi=DDI, cli=None, patience=3))
    await network_asterisk.step("hidden", "ended", 20)

    assert max(loudness(network_asterisk.heard("hidden"))) > LOUD


async def test_a_refused_login_is_in_the_security_log(dealer_asterisk: DealerAsterisk) -> None:
    await _ari_status(dealer_asterisk.node.ari_port, dealer_asterisk.node.ari.user, "wrong")
    await asyncio.to_thread(_sip_request, "INVITE", dealer_asterisk.node.sip_port)
    await asyncio.sleep(0.2)

    assert "SecurityEvent" in (dealer_asterisk.node.state_dir / "log" / "security.log").read_text()


def test_passwords_are_readable_by_the_owner_only(dealer_asterisk: DealerAsterisk) -> None:
    etc = dealer_asterisk.node.state_dir / "etc"

    assert {path.stat().st_mode & 0o777 for path in etc.iterdir()} == {0o600}
    assert dealer_asterisk.node.ari.password not in (etc / "ari.conf").read_text()
