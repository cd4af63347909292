"""The dealer's Asterisk crashes while the demo runs: it is started again, and callers and customers are served as before."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

FOLDER = Path("var/demo")
BEFORE_SECONDS, RUN_SECONDS = 15, 45


@pytest.fixture
def demo(port_base: int) -> Iterator[subprocess.Popen[str]]:
    """The demo, started as `./run --seconds` does."""
    command = [sys.executable, "-m", "app.cli", "demo", "--seconds", str(RUN_SECONDS), "--seed", "7"]
    process = subprocess.Popen(
        [*command, "--ports", str(port_base + 8000)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.wait(120)


def _connected_since(moment: datetime) -> dict[str, int]:
    """How many callers and customers got an agent after this moment."""
    with closing(sqlite3.connect(FOLDER / "demo.db")) as database:
        return {
            table: database.execute(
                f"SELECT count(*) FROM {table} WHERE connected_at > ?", (moment.strftime("%F %T"),)
            ).fetchone()[0]
            for table in ("calls", "attempts")
        }


async def test_a_demo_whose_asterisk_crashes_goes_on_with_it_started_again(
    demo: subprocess.Popen[str],
) -> None:
    await asyncio.sleep(BEFORE_SECONDS)
    pid = int((FOLDER / "dealer" / "run" / "asterisk.pid").read_text())
    crashed_at = datetime.now(UTC)
    os.kill(pid, signal.SIGSEGV)  # as a fault of its own would
    out, err = await asyncio.to_thread(demo.communicate, timeout=200)

    assert demo.returncode == 0, err
    assert f"the dealer's Asterisk ended by itself (exit code {-signal.SIGSEGV:d})" in err
    result = json.loads(out.splitlines()[-1])
    assert result["metrics_agree"] is True, err
    assert result["leftovers"] == 0
    since = _connected_since(crashed_at)
    assert since["calls"] > 0
    assert since["attempts"] > 0
