"""A throw-away PostgreSQL server from Debian's package, for the tests of the storage."""

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_REMEDY = "no PostgreSQL server programs found: apt-get install postgresql"
_SECONDS = 60


class PostgresqlServer:
    """A server on a port of loopback whose files are thrown away at the end."""

    def __init__(self, programs: Path, folder: Path, port: int) -> None:
        self._programs = programs
        self._data = folder / "data"
        self._folder = folder
        self.port = port

    def url(self, database: str, host: str = "127.0.0.1") -> str:
        return f"postgresql://dealerlijn@{host}:{self.port}/{database}"

    def initialise(self) -> None:
        self._run(
            "initdb", "-D", str(self._data), "-U", "dealerlijn", "-A", "trust", "-E", "UTF8", "--no-sync"
        )

    def start(self) -> None:
        options = f"-p {self.port} -k {self._folder} -c listen_addresses=127.0.0.1,127.0.0.2 -c fsync=off"
        log = str(self._folder / "server.log")
        self._run("pg_ctl", "-D", str(self._data), "-o", options, "-l", log, "-w", "start")

    def stop(self) -> None:
        """Stop at once, as a crash would."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def empty_database(self) -> str:
        """The address of a database without tables, the same one each time."""
        connection = ("-h", "127.0.0.1", "-p", str(self.port), "-U", "dealerlijn", "-d", "postgres")
        self._run("psql", *connection, "-qc", "DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        return self.url("postgres")

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(self._programs / program), *arguments]
        if Path("/proc/self").owner() == "root":  # PostgreSQL refuses to run as root
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(
            command, check=True, timeout=_SECONDS, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )


@contextmanager
def postgresql_server(port: int) -> Iterator[PostgresqlServer]:
    """Run a server; fails, with the remedy, where PostgreSQL is not installed."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    if not versions:
        raise AssertionError(_REMEDY)
    with tempfile.TemporaryDirectory(prefix="dealerlijn-pg-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if folder.owner() == "root":
            shutil.chown(folder, "postgres")
        server = PostgresqlServer(versions[-1].parent, folder, port)
        server.initialise()
        server.start()
        try:
            yield server
        finally:
            server.stop()
