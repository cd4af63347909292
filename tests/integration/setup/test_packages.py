"""Installing packages on a machine with systemd, played by a few commands."""

import asyncio
import os
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "setup" / "common.sh"
COMMANDS = {
    "sudo": 'exec "$@"',
    "dpkg-query": "exit 1",
    "dpkg": 'echo "$*" >>asked',
    # What postgresql and prometheus do when they are installed: their units are started and enabled.
    "apt-get": """[ "$1" = install ] || exit 0
echo "prometheus.service" >>units
[ -n "$SYSTEMD_OFFLINE" ] || echo "prometheus.service" >>started""",
    "systemctl": """[ "$1" != list-unit-files ] || exec sed "s/$/ enabled enabled/" units
[ "$1 $2" = "--quiet disable" ] || exit 1
shift 2
for unit; do sed -i "/^$unit$/d" units; done""",
}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder whose `bin` has the machine's commands, and `units` what starts with it."""
    (tmp_path / "bin").mkdir()
    for name, text in COMMANDS.items():
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)
    (tmp_path / "units").write_text("ssh.service\ncron.service\n")
    return tmp_path


async def _need_packages(machine: Path) -> int:
    process = await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", f". {SCRIPT}; need_packages prometheus",
        cwd=machine, env=os.environ | {"PATH": f"{machine / 'bin'}:{os.environ['PATH']}"},
    )  # fmt: skip
    return await process.wait()


async def test_what_a_package_brings_starts_neither_now_nor_with_the_machine(machine: Path) -> None:
    assert await _need_packages(machine) == 0

    assert not (machine / "started").exists()
    assert (machine / "units").read_text() == "ssh.service\ncron.service\n"


async def test_a_service_that_was_there_goes_on_starting_with_the_machine(machine: Path) -> None:
    (machine / "units").write_text("prometheus.service\n")
    (machine / "bin" / "apt-get").write_text("#!/bin/sh\n")

    assert await _need_packages(machine) == 0

    assert (machine / "units").read_text() == "prometheus.service\n"


async def test_a_machine_without_systemd_gets_its_packages_too(machine: Path) -> None:
    (machine / "bin" / "systemctl").write_text("#!/bin/sh\nexit 127\n")

    assert await _need_packages(machine) == 0

    assert "prometheus.service" in (machine / "units").read_text()
