"""docker-compose.yml and the Dockerfile, as far as they can be checked without Docker."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

TOP = Path(__file__).parents[3]
SERVICES = {"configure", "asterisk", "controller", "postgres", "prometheus", "grafana"}


@pytest.fixture
def services() -> dict[str, dict[str, Any]]:
    composed: dict[str, dict[str, dict[str, Any]]] = yaml.safe_load((TOP / "docker-compose.yml").read_text())
    return composed["services"]


def test_every_lasting_service_has_a_health_check(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == SERVICES
    assert [name for name, service in services.items() if "healthcheck" not in service] == ["configure"]


def test_every_file_of_the_repository_that_is_mounted_exists(services: dict[str, dict[str, Any]]) -> None:
    mounts = [mount.split(":")[0] for service in services.values() for mount in service.get("volumes", ())]
    ours = [mount for mount in mounts if mount.startswith("./") and not mount.startswith("./var/")]

    assert len(ours) >= 6
    assert [mount for mount in ours if not (TOP / mount).exists()] == []


def test_passwords_come_from_files_outside_the_repository(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASSWORD|TOKEN|SECRET", name):
                assert value.startswith("/run/secrets/")
        assert all(file.startswith("var/") for file in service.get("env_file", ()))
    assert "var/" in (TOP / ".gitignore").read_text()


def test_services_build_from_stages_that_exist(services: dict[str, dict[str, Any]]) -> None:
    stages = set(re.findall(r"^FROM \S+ AS (\w+)$", (TOP / "Dockerfile").read_text(), re.MULTILINE))

    assert {service["build"]["target"] for service in services.values() if "build" in service} == stages
