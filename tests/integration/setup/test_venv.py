"""Making the virtual environment, broken off and begun again."""

import asyncio
import os
import shutil
import signal
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "setup" / "common.sh"


async def _need_venv(folder: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        "bash", "-euo", "pipefail", "-c", ". ./common.sh; need_venv requirements.txt",
        cwd=folder, start_new_session=True,
    )  # fmt: skip


async def _works(folder: Path) -> bool:
    process = await asyncio.create_subprocess_exec(
        ".venv/bin/python", "-m", "pip", "--version", cwd=folder, stdout=asyncio.subprocess.DEVNULL
    )
    return await process.wait() == 0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A checkout that needs no package."""
    shutil.copy(SCRIPT, tmp_path)
    (tmp_path / "requirements.txt").write_text("# none\n")
    return tmp_path


async def test_an_environment_is_made_anew_when_it_or_its_packages_were_broken_off(folder: Path) -> None:
    first = await _need_venv(folder)
    while not (folder / ".venv" / "bin" / "python").exists():
        await asyncio.sleep(0.01)
    os.killpg(first.pid, signal.SIGKILL)
    await first.wait()
    assert not await _works(folder)

    assert await (await _need_venv(folder)).wait() == 0
    assert await _works(folder)
    (folder / ".venv" / ".unfinished").touch()
    (folder / ".venv" / "half").touch()

    assert await (await _need_venv(folder)).wait() == 0
    assert sorted(path.name for path in (folder / ".venv").glob(".*")) == [".installed-requirements.txt"]
