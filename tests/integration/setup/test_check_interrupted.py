"""`./check` is told to stop while it sets up or checks, played by programs that take for ever."""

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
FOR_EVER = f"""#!{sys.executable}
import os, signal, sys, time
from pathlib import Path

what = Path(sys.argv[0]).name
if what == "pytest":
    what = sys.argv[2]
elif sys.argv[-1] == "--version":
    sys.exit()
began = Path("began") / what.replace("/", ".")
if Path("deaf").exists():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
began.with_suffix(".half").write_text(str(os.getpid()))
try:
    began.with_suffix(".half").rename(began)
    while True:
        time.sleep(1)
except KeyboardInterrupt:
    print("stopped", what, file=sys.stderr, flush=True)
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
        "dpkg": "#!/bin/sh\n",
        "sudo": '#!/bin/sh\nexec "$@"\n',
        ".venv/bin/pytest": FOR_EVER,
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
        cwd=folder, env=os.environ | _surroundings(folder), stdout=PIPE, stderr=STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(20):
        while len(_running(folder)) < begun:
            await asyncio.sleep(0.01)
    return process


def _surroundings(folder: Path) -> dict[str, str]:
    return {
        "PATH": f"{folder}:{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(folder / "cache"),
        "DEALERLIJN_DEBIAN_MIRROR": "http://mirror.invalid/debian",
    }


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


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
@pytest.mark.parametrize("takes_for_ever", ["apt-get", ".venv/bin/python", "setup/asterisk.sh"])
async def test_a_check_that_is_interrupted_while_it_sets_up_stops_that_and_says_so(
    folder: Path, takes_for_ever: str, sent: signal.Signals, code: int
) -> None:
    (folder / takes_for_ever).write_text(FOR_EVER)
    (folder / takes_for_ever).chmod(0o755)
    if takes_for_ever == "apt-get":
        (folder / "dpkg-query").write_text("#!/bin/sh\n")
    else:
        (folder / "requirements-dev.txt").write_text("# another one\n")
        (folder / ".venv" / "bin" / "python").touch(mode=0o755)
    process = await _check(folder, "unit", 1)

    process.send_signal(sent)
    said, _ = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == code
    assert f"stopped {Path(takes_for_ever).name}" in said.decode()
    assert said.decode().endswith(f"== interrupted by {sent.name}\n")
    assert not any(_lives(pid) for pid in _running(folder))
    assert (folder / ".venv" / ".unfinished").exists() == (takes_for_ever == ".venv/bin/python")


async def test_an_asterisk_that_is_half_made_when_the_check_is_interrupted_is_taken_away(
    folder: Path,
) -> None:
    shutil.copy(ROOT / "setup" / "asterisk.sh", folder / "setup")
    commands = {
        "asterisk": "#!/bin/sh\necho Asterisk 1.0\n",
        # Like the real one it waits for what it started, which a signal to itself alone does not reach.
        "mmdebstrap": "#!/bin/sh\ntrap '' INT\nenv --default-signal=INT unpacking &\nwait\nexit 1\n",
        "unpacking": FOR_EVER,
    }
    for name, text in commands.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)
    process = await _check(folder, "unit", 1)
    half_made = list((folder / "cache" / "dealerlijn").iterdir())

    process.send_signal(signal.SIGTERM)
    said, _ = await asyncio.wait_for(process.communicate(), 20)

    assert process.returncode == 143
    assert b"stopped unpacking" in said
    assert len(half_made) == 1
    assert list((folder / "cache" / "dealerlijn").iterdir()) == []
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
