"""Looking for an Asterisk to start, on a machine played by a few commands."""

import asyncio
import os
import shutil
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ANOTHER_USER = 65534
COMMANDS = {
    "asterisk": "echo Asterisk 1.0",
    "dpkg-query": "echo installed",
    "apt-get": 'echo "Debian http://mirror.example/debian"',
    "sudo": "echo 'a password is required' >&2; exit 1",
    "mktemp": "exit 1",
}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with the scripts, the machine's commands in `bin`, and a root folder made earlier, whose Asterisk is new enough."""
    made = tmp_path / "root" / "usr" / "sbin"
    for folder in (made, tmp_path / "setup", tmp_path / "bin"):
        folder.mkdir(parents=True)
    for name in ("asterisk.sh", "common.sh"):
        shutil.copy(ROOT / "setup" / name, tmp_path / "setup")
    for name, text in COMMANDS.items():
        _command(tmp_path / "bin" / name, text)
    _command(made / "asterisk", "echo Asterisk 99.0.0")
    return tmp_path


def _command(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


async def _look(machine: Path) -> tuple[int, str]:
    """How the script ended that was started by somebody who is not root, and what it said."""
    # A shell's own idea of who it is cannot be set from outside: the scripts are given another name for it.
    for script in (machine / "setup").iterdir():
        script.write_text(script.read_text().replace("EUID", "PLAYED_USER"))
    process = await asyncio.create_subprocess_exec(
        "bash", machine / "setup" / "asterisk.sh", machine / "root",
        env=os.environ | {"PATH": f"{machine / 'bin'}:{os.environ['PATH']}", "PLAYED_USER": str(ANOTHER_USER)},
        stdout=PIPE, stderr=STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


@pytest.mark.parametrize(("is_made", "needs"), [(True, "chroot"), (False, "mmdebstrap")])
async def test_who_cannot_be_root_is_told_that_and_not_that_a_folder_is_made(
    machine: Path, is_made: bool, needs: str
) -> None:
    if not is_made:
        shutil.rmtree(machine / "root")

    code, said = await _look(machine)

    assert code == 1
    assert "error: this needs root" in said
    assert f"It would run: {needs} " in said
    assert "making a root folder" not in said


async def test_a_root_folder_that_was_made_is_enough_for_who_can_be_root(machine: Path) -> None:
    _command(machine / "bin" / "sudo", 'exec "$@"')
    _command(machine / "bin" / "chroot", "echo Asterisk 99.0.0")

    assert await _look(machine) == (0, "")
