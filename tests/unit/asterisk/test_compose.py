"""docker-compose.yml and the Dockerfile, as far as they can be checked without Docker."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

TOP = Path(__file__).parents[3]
SERVICES = {"configure", "asterisk", "controller", "postgres", "prometheus", "grafana"}


@pytest.fixture
def composed() -> dict[str, dict[str, Any]]:
    read: dict[str, dict[str, Any]] = yaml.safe_load((TOP / "docker-compose.yml").read_text())
    return read


@pytest.fixture
def services(composed: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return composed["services"]


@pytest.fixture
def schema() -> jsonschema.Draft202012Validator:
    """Our own, of the keys that are used: whoever uses another one writes it down there first."""
    text = Path(__file__).with_name("compose_schema.json").read_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(text))
    return jsonschema.Draft202012Validator(json.loads(text))


def test_the_file_is_what_compose_reads(
    composed: dict[str, dict[str, Any]], schema: jsonschema.Draft202012Validator
) -> None:
    assert [f"{error.json_path}: {error.message}" for error in schema.iter_errors(composed)] == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("healthchek", {}),
        ("healthcheck", {"test": ["CMD", "true"], "interval": "10"}),
        ("healthcheck", {"test": ["true"]}),
        ("depends_on", {"asterisk": {"condition": "healthy"}}),
        ("restart", "unless_stopped"),
        ("volumes", ["state"]),
        ("command", {"sh": "-c"}),
        ("environment", {"LIST": ["a"]}),
    ],
)
def test_a_fault_in_a_service_is_found(
    services: dict[str, dict[str, Any]], schema: jsonschema.Draft202012Validator, key: str, value: object
) -> None:
    spoilt = {"services": {"controller": {**services["controller"], key: value}}}

    assert len(list(schema.iter_errors(spoilt))) == 1


def test_what_a_service_waits_for_exists_and_can_become_so(services: dict[str, dict[str, Any]]) -> None:
    waits = [
        (name, other, wanted["condition"])
        for name, service in services.items()
        for other, wanted in service.get("depends_on", {}).items()
    ]

    assert len(waits) == 4
    for name, other, condition in waits:
        lasting = "restart" in services[other]
        assert condition == ("service_healthy" if lasting else "service_completed_successfully"), name
        assert not lasting or "healthcheck" in services[other], name


def test_every_volume_by_name_is_declared_and_used(composed: dict[str, dict[str, Any]]) -> None:
    mounted = {
        mount.split(":")[0]
        for service in composed["services"].values()
        for mount in service.get("volumes", ())
        if not mount.startswith((".", "/"))
    }

    assert mounted == set(composed["volumes"])


def test_every_setting_that_is_given_exists(services: dict[str, dict[str, Any]]) -> None:
    settings = (TOP / "docs" / "settings.md").read_text()

    given = services["controller"]["environment"]

    assert len(given) >= 3
    assert [name for name in given if f"`{name}`" not in settings] == []


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
