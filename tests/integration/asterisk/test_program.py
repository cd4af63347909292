"""Finding the Asterisk in the root folder where root is needed and only sudo can give it; folders of somebody else."""

import os
from pathlib import Path

import pytest

from app.asterisk.__main__ import main
from app.asterisk.errors import AsteriskMissing
from app.asterisk.program import OLDEST, find_program
from app.asterisk.start import start_command

TOP = Path(__file__).parents[3]

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


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_folder_that_cannot_be_written_is_told_with_what_to_do(tmp_path: Path, place: int) -> None:
    (tmp_path / "file").touch()
    places = [tmp_path / "state", tmp_path / "sounds", tmp_path / "passwords.toml"]
    places[place] = tmp_path / "file" / "below"

    told = main(
        [*map(str, places), str(TOP / "asterisk-config" / "telephony.toml"), str(TOP / "dealers.toml")]
    )

    assert told is not None
    assert f"{tmp_path}/file" in told
    assert "as the user that Asterisk runs as" in told


def test_files_of_somebody_else_are_told_when_asterisk_is_started(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "cache" / "dealerlijn").mkdir(parents=True)
    root.rename(tmp_path / "cache" / "dealerlijn" / "asterisk-root")
    (tmp_path / "file").touch()

    with pytest.raises(SystemExit, match="make it first"):
        start_command([str(tmp_path / "nothing"), str(tmp_path)])
    with pytest.raises(SystemExit, match="the user whose files these are"):
        start_command([str(tmp_path / "file"), str(tmp_path)])
