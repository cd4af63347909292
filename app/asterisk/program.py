"""Which Asterisk to start: the installed one when it is new enough, else the root folder made at set-up."""

import contextlib
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from app.asterisk.errors import AsteriskMissing, AsteriskTooOld

VERSION_SECONDS = 10.0


class Version(NamedTuple):
    """An Asterisk release, comparable."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


# Older ones deadlock under ARI load (22.9) or lack security fixes that 22.10.1 carries.
OLDEST = Version(22, 10, 1)


@dataclass(frozen=True, slots=True)
class AsteriskProgram:
    """An Asterisk that can be started; `root` is the folder to change into, None for an installed program."""

    version: Version
    root: Path | None = None


def parse_version(text: str) -> Version:
    """The release in the answer of `asterisk -V`; a missing part counts as 0.

    Raises AsteriskMissing when the text holds no release.
    """
    found = re.search(r"Asterisk (?:certified[/-])?(\d+)\.(\d+)(?:\.(\d+))?", text)
    if found is None:
        raise AsteriskMissing(f"not an answer of `asterisk -V`: {text[:80]!r}")
    major, minor, patch = found.groups(default="0")
    return Version(int(major), int(minor), int(patch))


def require_supported(version: Version, where: str) -> None:
    """Raise AsteriskTooOld, naming the place and the remedy, when the version is below OLDEST."""
    if version < OLDEST:
        raise AsteriskTooOld(
            f"Asterisk {version} in {where} is too old, {OLDEST} or newer is needed: "
            "upgrade it, or let ./run make a root folder with a newer one"
        )


def find_program(cached_root: Path, *, may_ask: bool = False) -> AsteriskProgram:
    """The installed Asterisk when it is new enough, else the one in `cached_root`.

    Where root is needed and we are not, sudo may ask for the password with `may_ask`; it then knows it in this terminal for
    some minutes. Raises AsteriskMissing or AsteriskTooOld; the message of the latter names the newest one found.
    """
    installed = shutil.which("asterisk")
    if installed is not None:
        version = _ask_version([installed])
        if version >= OLDEST:
            return AsteriskProgram(version)
    if (cached_root / "usr/sbin/asterisk").exists():
        if may_ask and as_root():
            with contextlib.suppress(OSError):  # without sudo what follows fails, and tells
                subprocess.run(["sudo", "true"], check=False)
        version = _ask_version([*as_root(), "chroot", str(cached_root), "asterisk"])
        require_supported(version, str(cached_root))
        return AsteriskProgram(version, cached_root)
    if installed is not None:
        require_supported(version, installed)
    raise AsteriskMissing(f"no asterisk on PATH and none in {cached_root}: run ./run or setup/asterisk.sh")


def as_root() -> list[str]:
    """What to put before a command that needs root: nothing for root, else a sudo that never asks."""
    return [] if os.geteuid() == 0 else ["sudo", "-n"]


def _ask_version(command: list[str]) -> Version:
    try:
        answer = subprocess.run(
            [*command, "-V"], capture_output=True, text=True, timeout=VERSION_SECONDS, check=True
        )
    except subprocess.CalledProcessError as error:
        raise AsteriskMissing(f"`{' '.join(command)} -V` failed: {error.stderr.strip() or error}") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise AsteriskMissing(f"`{' '.join(command)} -V` failed: {error}") from error
    return parse_version(answer.stdout)
