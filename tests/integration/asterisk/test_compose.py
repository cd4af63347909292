"""docker-compose.yml as Docker itself reads it, where there is one."""

import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]


def test_docker_compose_accepts_the_file(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode != 0:
        pytest.skip("needs docker compose; tests/unit/asterisk/test_compose.py checks the file without")
    shutil.copy(TOP / "docker-compose.yml", tmp_path)
    (tmp_path / "var" / "docker").mkdir(parents=True)
    (tmp_path / "var" / "docker" / "controller.env").touch()

    done = subprocess.run(
        [docker, "compose", "config", "--quiet"], cwd=tmp_path, capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr
