"""Finding the Asterisk in the root folder where root is needed and only sudo can give it."""

import os
from pathlib import Path

import pytest

from app.asterisk.errors import AsteriskMissing
from app.asterisk.program import OLDEST, find_program

# Like sudo in a new terminal: until it has asked for the password it does nothing that must not ask.
SUDO = """#!/bin/sh
if [ "$1" = true ]; then touch "$0.asked"; exit 0; fi
[ -e "$0.asked" ] || { echo "sudo: a password is required" >&2; exit 1; }
echo "Asterisk 22.10.1"
"""


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A root folder with an Asterisk, for a user who is not root and has nothing but sudo on the path."""
    programs = tmp_path / "bin"
    programs.mkdir()
    (programs / "sudo").write_text(SUDO)
    (programs / "sudo").chmod(0o755)
    for name in ("sh", "touch"):
        (programs / name).symlink_to(f"/bin/{name}")
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    asterisk = tmp_path / "root" / "usr" / "sbin" / "asterisk"
    asterisk.parent.mkdir(parents=True)
    asterisk.touch()
    return tmp_path / "root"


def test_sudo_asks_for_the_password_where_somebody_sits_at_the_terminal(root: Path) -> None:
    program = find_program(root, may_ask=True)

    assert (program.version, program.root) == (OLDEST, root)


def test_what_sudo_says_is_told_where_it_may_not_ask(root: Path) -> None:
    with pytest.raises(AsteriskMissing, match="a password is required"):
        find_program(root)
