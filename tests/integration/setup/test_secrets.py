"""docker/secrets.sh makes passwords that the containers can read and nobody else can reach."""

import shutil
import subprocess
from pathlib import Path

import pytest

TOP = Path(__file__).parents[3]
MOUNTED = ("passwords.toml", "postgres_password", "grafana_password")


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A checkout's folder of passwords, made by somebody whose files are for nobody else."""
    (tmp_path / "docker").mkdir()
    shutil.copy(TOP / "docker" / "secrets.sh", tmp_path / "docker")
    for mounted in (
        "asterisk-config/telephony.toml",
        "metrics/prometheus/prometheus.yml",
        "metrics/grafana/x.json",
    ):
        (tmp_path / mounted).parent.mkdir(parents=True)
        (tmp_path / mounted).touch(0o644)
    (tmp_path / "dealers.toml").touch(0o600)
    _make(tmp_path)
    return tmp_path / "var" / "docker"


def _make(checkout: Path) -> str:
    done = subprocess.run(
        ["sh", "-c", "umask 077; exec bash docker/secrets.sh"],
        cwd=checkout,
        check=True,
        capture_output=True,
        text=True,
        timeout=30,
    )
    return done.stdout


def test_the_containers_can_read_their_passwords_and_the_folder_is_for_its_owner_alone(made: Path) -> None:
    modes = {name: (made / name).stat().st_mode & 0o777 for name in MOUNTED}

    assert modes == dict.fromkeys(MOUNTED, 0o644)
    assert made.stat().st_mode & 0o777 == 0o700


def test_passwords_that_are_there_are_kept_and_made_readable_again(made: Path) -> None:
    before = {file.name: file.read_text() for file in made.iterdir()}
    (made / "passwords.toml").chmod(0o600)

    told = _make(made.parents[1])

    assert {file.name: file.read_text() for file in made.iterdir()} == before
    assert (made / "passwords.toml").stat().st_mode & 0o777 == 0o644
    assert "already" in told
    assert "chmod a+r on them:\ndealers.toml\n" in told
