"""Starting, asking and stopping one Asterisk that runs from a rendered directory.

Everything an instance writes lies below its state directory (`etc`, `run`, `spool`, `log`, `db`), so several run from
one root folder. An Asterisk in a root folder gets a mount namespace of its own: its mounts end with it. It runs as the
owner of its state directory, and knows the machine's present name, but no other host's unless it is given `Names`.
"""

import asyncio
import contextlib
import os
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from app.asterisk.control import ControlSocket
from app.asterisk.errors import AsteriskGone, AsteriskStartFailed
from app.asterisk.names import Names, hosts_text
from app.asterisk.program import AsteriskProgram, as_root

START_SECONDS = 30.0
STOP_SECONDS = 10.0
POLL_SECONDS = 0.05
LOG_LINES = 15


class AsteriskInstance:
    """One Asterisk process and its state directory, rendered beforehand.

    `shared` are further directories it must be able to read at their own path, such as the sounds. The same state
    directory never runs twice: `start` first ends what an earlier owner left running there. `names` lets it look up
    hosts; an installed Asterisk does so always.
    """

    def __init__(
        self,
        program: AsteriskProgram,
        state_dir: Path,
        shared: Sequence[Path] = (),
        names: Names | None = None,
    ) -> None:
        self.state_dir = state_dir
        self._program = program
        self._shared = tuple(shared)
        self._names = names
        self._control = ControlSocket(state_dir / "run" / "asterisk.ctl")
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def config(self) -> Path:
        """The main configuration file it is started with."""
        return self.state_dir / "etc" / "asterisk.conf"

    @property
    def pid(self) -> int | None:
        """The process id of the running Asterisk; None when it does not run."""
        try:
            pid = int((self.state_dir / "run" / "asterisk.pid").read_text())
            words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError):
            return None
        return pid if str(self.config).encode() in words else None

    @property
    def ended(self) -> int | None:
        """How the Asterisk that was started last ended: its exit code, below 0 a signal; None while it runs and before the first start."""
        return self._process.poll() if self._process is not None else None

    async def start(self, limit: float = START_SECONDS) -> None:
        """Start it and return when it is fully booted.

        Raises AsteriskStartFailed, with its last log lines, when that takes longer than `limit` seconds or it ends.
        """
        await self.stop()
        self._process = self._launch()
        try:
            async with asyncio.timeout(limit):
                await self._booted(self._process)
        except TimeoutError:
            await self.kill()
            raise AsteriskStartFailed(self._told(f"was not fully booted after {limit:g} s")) from None
        except BaseException:
            await self.kill()
            raise

    async def stop(self, limit: float = STOP_SECONDS) -> None:
        """End it and return when it is gone; after `limit` seconds it is killed. Does nothing when it does not run."""
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        if not await self._gone(limit):
            await self.kill()

    async def kill(self) -> None:
        """End it at once with SIGKILL, as a crash would, and return when it is gone."""
        deadline = time.monotonic() + STOP_SECONDS
        while True:
            self.signal(signal.SIGKILL)
            if self.pid is None and self._process is not None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    self._process.kill()
            # One that sudo starts is out of reach until it has told its process id.
            if await self._gone(POLL_SECONDS) or time.monotonic() > deadline:
                return

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the Asterisk process only; nothing happens when it does not run."""
        pid = self.pid
        if pid is not None:
            os.kill(pid, number)

    async def command(self, line: str) -> str:
        """Run one CLI command and return what it prints. Raises AsteriskGone when nothing answers."""
        return await self._control.command(line)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def command_line(self) -> list[str]:
        """What starts it in the foreground; by sudo, without asking, when root is needed and we are not.

        For a root folder this writes the file of hosts that it will have.
        """
        asterisk = ["asterisk", "-f", "-C", str(self.config)]
        root = self._program.root
        if root is None:
            return asterisk
        owner = self.state_dir.stat()
        # Inside a chroot "/" is no mount point and cannot be made private; its mounts are then those of the machine.
        steps = ["mount --make-rprivate / 2>/dev/null || true", "set -e"]
        steps.append(f"mount --bind /proc {shlex.quote(f'{root}/proc')}")
        steps.append(f"mount --bind /dev {shlex.quote(f'{root}/dev')}")
        for path in (self.state_dir, *self._shared):
            inside = shlex.quote(f"{root}{path.resolve()}")
            steps.append(f"mkdir -p {inside}")
            steps.append(f"mount --bind {shlex.quote(str(path.resolve()))} {inside}")
        for path, place in self._name_files().items():
            steps.append(f"mount --bind {shlex.quote(str(path))} {shlex.quote(f'{root}{place}')}")
        chroot = ["chroot", f"--userspec={owner.st_uid}:{owner.st_gid}", str(root), *asterisk]
        steps.append(f"exec {shlex.join(chroot)}")
        namespace = ["unshare", "--mount", "--propagation", "unchanged", "sh", "-c", "; ".join(steps)]
        return [*as_root(), *namespace]

    def _name_files(self) -> dict[Path, str]:
        hosts = self.state_dir / "run" / "hosts"
        others = self._names.hosts.read_text() if self._names is not None else ""
        hosts.write_text(hosts_text(socket.gethostname(), others))
        files = {hosts.resolve(): "/etc/hosts"}
        if self._names is not None and self._names.resolver.exists():
            files[self._names.resolver.resolve()] = "/etc/resolv.conf"
        return files

    def _launch(self) -> subprocess.Popen[bytes]:
        with (self.state_dir / "log" / "stderr").open("wb") as stderr:
            return subprocess.Popen(
                self.command_line(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=stderr,
                # Ctrl-C is for us alone; in a session of its own sudo would not know who gave the password.
                process_group=0,
            )

    async def _booted(self, process: subprocess.Popen[bytes]) -> None:
        while True:
            if process.poll() is not None:
                raise AsteriskStartFailed(self._told(f"ended with code {process.returncode}"))
            with contextlib.suppress(AsteriskGone):
                await self.command("core waitfullybooted")
                # Asterisk registers its last commands only just after it calls itself fully booted.
                if (await self.command("core show version")).startswith("Asterisk"):
                    return
            await asyncio.sleep(POLL_SECONDS)

    async def _gone(self, limit: float) -> bool:
        deadline = time.monotonic() + limit
        while True:
            ended = self._process is None or self._process.poll() is not None
            if ended and self.pid is None:
                return True
            if time.monotonic() > deadline:
                return False
            await asyncio.sleep(POLL_SECONDS)

    def _told(self, what: str) -> str:
        lines: list[str] = []
        for name in ("stderr", "messages"):
            log = self.state_dir / "log" / name
            if log.exists():
                lines += log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        return "\n  ".join([f"Asterisk in {self.state_dir} {what}; its last words:", *lines])
