from pathlib import Path

import pytest

from app.settings import SettingsError, read_api_access, read_database_url, read_settings

NEEDED = {
    "DEALERLIJN_ARI_PASSWORD": "ari-password",  # pragma: allowlist secret
    "DEALERLIJN_AMI_PASSWORD": "ami-password",  # pragma: allowlist secret
    "DEALERLIJN_API_TOKEN": "a-token-for-these-tests-only",
}


def test_the_defaults_serve_one_machine() -> None:
    settings = read_settings(NEEDED)

    assert (settings.node, settings.http_host, settings.http_port) == ("n1", "127.0.0.1", 8600)


def test_all_faults_are_told_at_once() -> None:
    environment = {
        "DEALERLIJN_NODE": "North",
        "DEALERLIJN_HTTP_PORT": "70000",
        "DEALERLIJN_API_TOKEN": "short",
        "DEALERLIJN_TRUNK_CALLS_PER_SECOND": "fast",
        "DEALERLIJN_TRUNK_CONCURRENT_CALLS": "1.5",
        "DEALERLIJN_ARI_URL": "here",
    }

    with pytest.raises(SettingsError) as caught:
        read_settings(environment)

    for name in (*environment, "DEALERLIJN_ARI_PASSWORD", "DEALERLIJN_AMI_PASSWORD"):
        assert f"{name}: " in str(caught.value)


def test_a_secret_can_be_kept_in_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("a-token-from-a-file-of-its-own\n", encoding="utf-8")

    access = read_api_access({"DEALERLIJN_API_TOKEN_FILE": str(secret)})

    assert access.token == "a-token-from-a-file-of-its-own"


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "token"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(SettingsError, match="DEALERLIJN_API_TOKEN_FILE: cannot be read"):
        read_api_access({"DEALERLIJN_API_TOKEN_FILE": str(path)})


def test_who_needs_only_the_database_reads_only_that() -> None:
    assert read_database_url({}) == "sqlite:///var/dealerlijn.db"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("0.0.0.0", "http://127.0.0.1:8600"),
        ("::", "http://[::1]:8600"),
        ("10.0.0.5", "http://10.0.0.5:8600"),
    ],
)
def test_a_server_that_listens_everywhere_is_asked_on_loopback(host: str, url: str) -> None:
    access = read_api_access(NEEDED | {"DEALERLIJN_HTTP_HOST": host})

    assert access.url == url


def test_no_secret_is_shown_with_the_settings() -> None:
    shown = repr(read_settings(NEEDED)) + repr(read_api_access(NEEDED))

    assert not any(secret in shown for secret in NEEDED.values())
