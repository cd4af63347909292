"""`./check` is told to stop while a check runs, played by a program that takes for ever."""

import asyncio
import hashlib
import os
import shutil
import signal
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PYTEST = f"""#!{sys.executable}
import os, signal, sys, time
from pathlib import Path

began = Path("began") / sys.argv[2].replace("/", ".")
if Path("deaf").exists():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
began.with_suffix(".half").write_text(str(os.getpid()))
began.with_suffix(".half").rename(began)
try:
    while True:
        time.sleep(1)
except KeyboardInterrupt:
    print("stopped", sys.argv[2], flush=True)
    raise SystemExit(2) from None
"""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A checkout where everything is set up and the tests take for ever; none of them outlives this one."""
    (tmp_path / "setup").mkdir()
    (tmp_path / "began").mkdir()
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "check", tmp_path)
    shutil.copy(ROOT / "setup" / "common.sh", tmp_path / "setup")
    commands = {
        "setup/asterisk.sh": "#!/bin/sh\n",
        "dpkg-query": "#!/bin/sh\necho installed\n",
        ".venv/bin/pytest": PYTEST,
    }
    for name, text in commands.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    locked = tmp_path / "requirements-dev.txt"
    locked.write_text("# none\n")
    stamp = tmp_path / ".venv" / ".installed-requirements-dev.txt"
    stamp.write_text(f"{hashlib.sha256(locked.read_bytes()).hexdigest()}  {locked.name}")
    yield tmp_path
    for pid in filter(_lives, _running(tmp_path)):
        os.kill(pid, signal.SIGKILL)


async def _check(folder: Path, step: str, begun: int, from_a_terminal: bool = True) -> Process:
    # Whoever started these tests may ignore SIGINT.
    began = "exec env --default-signal=INT" if from_a_terminal else "trap '' INT; exec"
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", f"{began} ./check {step}",
        cwd=folder, env=os.environ | {"PATH": f"{folder}:{os.environ['PATH']}"}, stdout=PIPE, stderr=STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(20):
        while len(_running(folder)) < begun:
            await asyncio.sleep(0.01)
    return process


def _running(folder: Path) -> list[int]:
    return [int(path.read_text()) for path in (folder / "began").iterdir() if path.suffix != ".half"]


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
async def test_a_check_that_is_interrupted_stops_its_tests_in_order_and_says_so(
    folder: Path, sent: signal.Signals, code: int
) -> None:
    process = await _check(folder, "unit", 1)

    process.send_signal(sent)
    said, _ = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == code
    assert b"stopped tests/unit" in said
    assert said.decode().endswith(f"== interrupted by {sent.name}\n")
    assert not any(_lives(pid) for pid in _running(folder))


async def test_a_check_in_the_background_of_a_script_stops_its_tests_in_order_too(folder: Path) -> None:
    process = await _check(folder, "unit", 1, from_a_terminal=False)

    process.send_signal(signal.SIGTERM)
    said, _ = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 143
    assert b"stopped tests/unit" in said


async def test_both_halves_of_the_end_to_end_tests_stop_and_are_shown(folder: Path) -> None:
    process = await _check(folder, "e2e", 2)

    process.send_signal(signal.SIGTERM)
    said, _ = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 143
    assert b"stopped tests/e2e\n" in said
    assert b"stopped tests/e2e/calls\n" in said
    assert not any(_lives(pid) for pid in _running(folder))


async def test_tests_that_do_not_stop_are_killed_when_told_again(folder: Path) -> None:
    (folder / "deaf").touch()
    process = await _check(folder, "unit", 1)
    assert process.stdout is not None

    process.send_signal(signal.SIGTERM)
    async for line in process.stdout:
        if b"stopping" in line:
            break
    process.send_signal(signal.SIGTERM)
    said, _ = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 143
    assert b"killing what did not stop" in said
    assert not any(_lives(pid) for pid in _running(folder))
