"""Starting, asking, freezing and ending real instances."""

import dataclasses
import re
import shutil
import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from app.asterisk.errors import AsteriskGone, AsteriskStartFailed
from app.asterisk.instance import AsteriskInstance
from app.asterisk.names import Names
from app.asterisk.nodes import DealerNode, Trunk
from app.asterisk.program import AsteriskProgram
from app.asterisk.render import install
from app.asterisk.start import start_command
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk, until
from tests.e2e.conftest import PHONES


@pytest.fixture
def third_node(dealer_asterisk: DealerAsterisk, state_dirs: Path, port_base: int) -> DealerNode:
    return dataclasses.replace(
        dealer_asterisk.node,
        name="third",
        state_dir=state_dirs / "third",
        sip_port=port_base + 160,
        ari_port=port_base + 188,
        ami_port=port_base + 138,
    )


async def test_all_agents_phones_register_and_answer_the_qualify(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    phones = await dealer_asterisk.reachable_phones()

    assert phones == {phone.name for phone in PHONES}


async def test_both_start_without_a_warning(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    for asterisk in (dealer_asterisk, network_asterisk):
        assert _complaints(asterisk.node.state_dir) == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"webrtc": True}, id="phones in the browser"),
        pytest.param(
            {
                "trunk": Trunk("127.0.0.9", 5070, username="3140", password="given")
            },  # pragma: allowlist secret
            id="a trunk with registration",
        ),
        pytest.param(
            {"external_address": "203.0.113.5", "local_net": ("127.0.0.0/8", "10.0.0.0/8")},
            id="behind a router that translates addresses",
        ),
        pytest.param({"sip_host": "0.0.0.0", "phones": (), "fallback": ()}, id="all addresses, no phones"),
    ],
)
async def test_it_starts_without_a_warning_however_it_is_set_up(
    asterisk_program: AsteriskProgram, third_node: DealerNode, sounds_dir: Path, changes: dict[str, Any]
) -> None:
    shutil.rmtree(third_node.state_dir, ignore_errors=True)
    node = dataclasses.replace(third_node, **changes)
    install(node)

    async with AsteriskInstance(asterisk_program, node.state_dir, [sounds_dir]):
        assert _complaints(node.state_dir) == []


def _complaints(state_dir: Path) -> list[str]:
    messages = (state_dir / "log" / "messages").read_text().splitlines()
    return [
        line
        for line in messages[:200]
        if "ERROR" in line
        or ("WARNING" in line and ("loader.c" in line or "Unable" in line or "Error" in line))
    ]


async def test_a_provider_given_by_name_is_known_by_its_address(
    asterisk_program: AsteriskProgram, third_node: DealerNode, sounds_dir: Path, tmp_path: Path
) -> None:
    if asterisk_program.root is None:
        pytest.skip("an installed Asterisk looks names up as every program does")
    (tmp_path / "hosts").write_text("127.0.0.9 provider.example\n")
    (tmp_path / "resolv.conf").touch()
    names = Names(tmp_path / "hosts", tmp_path / "resolv.conf")
    provider = Trunk("provider.example", username="3140", password="given")  # pragma: allowlist secret
    install(dataclasses.replace(third_node, trunk=provider))

    async with AsteriskInstance(asterisk_program, third_node.state_dir, [sounds_dir], names) as instance:
        known = await instance.command("pjsip show identifies")
        itself = Path(f"/proc/{instance.pid}/root/etc/hosts").read_text()

    assert "127.0.0.9/32" in known
    assert itself.splitlines()[0].split() == ["127.0.0.1", "localhost", socket.gethostname()]


async def test_an_installation_looks_names_up_as_the_machine_does_when_its_provider_has_one(
    asterisk_program: AsteriskProgram, third_node: DealerNode, sounds_dir: Path
) -> None:
    if asterisk_program.root is None:
        pytest.skip("an installed Asterisk looks names up as every program does")

    commands = []
    for host in ("127.0.0.9", "provider.example"):
        install(dataclasses.replace(third_node, trunk=Trunk(host)))
        commands.append(start_command([str(third_node.state_dir), str(sounds_dir)])[-1])

    machines = str(Path("/etc/resolv.conf").resolve())
    assert [f"mount --bind {machines} " in command for command in commands] == [False, True]


async def test_every_module_of_the_list_is_loaded(dealer_asterisk: DealerAsterisk) -> None:
    wanted = (dealer_asterisk.node.state_dir / "etc" / "modules.conf").read_text()
    names = [line.removeprefix("load = ") for line in wanted.splitlines() if line.startswith("load = ")]

    shown = await dealer_asterisk.instance.command("module show")

    assert [name for name in names if f"{name} " not in shown] == []


async def test_every_application_that_the_dialplan_asks_for_exists(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    for asterisk in (dealer_asterisk, network_asterisk):
        dialplan = (asterisk.node.state_dir / "etc" / "extensions.conf").read_text()
        asked = set(
            re.findall(r"^(?:exten => [^,]+,1| same => n(?:\(\S+\))?),(\w+)\(", dialplan, re.MULTILINE)
        )

        shown = (await asterisk.instance.command("core show applications")).splitlines()

        known = {line.split(":")[0].strip().lower() for line in shown}
        assert len(asked) > 5
        assert sorted(name for name in asked if name.lower() not in known) == []


async def test_an_instance_is_killed_and_started_again_beside_the_others(
    asterisk_program: AsteriskProgram,
    third_node: DealerNode,
    sounds_dir: Path,
    dealer_asterisk: DealerAsterisk,
) -> None:
    install(third_node)
    instance = AsteriskInstance(asterisk_program, third_node.state_dir, [sounds_dir])
    neighbour = dealer_asterisk.instance.pid

    await instance.start()
    first = instance.pid
    await instance.kill()
    with pytest.raises(AsteriskGone):
        await instance.command("core show version")
    async with instance:
        second = instance.pid
        answer = await instance.command("core show version")

    assert first is not None
    assert second not in (None, first)
    assert answer.startswith("Asterisk 22.")
    assert instance.pid is None
    assert dealer_asterisk.instance.pid == neighbour


async def test_a_frozen_instance_thaws_and_can_be_stopped(
    asterisk_program: AsteriskProgram, third_node: DealerNode, sounds_dir: Path
) -> None:
    install(third_node)
    instance = AsteriskInstance(asterisk_program, third_node.state_dir, [sounds_dir])
    await instance.start()

    instance.signal(signal.SIGSTOP)
    state = Path(f"/proc/{instance.pid}/stat")
    await until(lambda: state.read_text().rpartition(")")[2].split()[0] == "T", 5, "frozen")
    await instance.stop()

    assert instance.pid is None


async def test_a_second_owner_of_the_same_directory_replaces_the_first(
    asterisk_program: AsteriskProgram, third_node: DealerNode, sounds_dir: Path
) -> None:
    install(third_node)
    left_behind = AsteriskInstance(asterisk_program, third_node.state_dir, [sounds_dir])
    await left_behind.start()
    first = left_behind.pid

    async with AsteriskInstance(asterisk_program, third_node.state_dir, [sounds_dir]) as owner:
        assert owner.pid not in (None, first)

    assert left_behind.pid is None


async def test_a_start_that_fails_tells_what_asterisk_said(
    asterisk_program: AsteriskProgram, third_node: DealerNode, sounds_dir: Path
) -> None:
    install(third_node)
    (third_node.state_dir / "etc" / "modules.conf").write_text(
        "[modules]\nautoload = no\nrequire = no_such.so\n"
    )
    instance = AsteriskInstance(asterisk_program, third_node.state_dir, [sounds_dir])

    with pytest.raises(AsteriskStartFailed, match=r"no_such\.so"):
        await instance.start()

    assert instance.pid is None
