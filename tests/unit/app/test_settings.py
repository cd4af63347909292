from pathlib import Path

import pytest

from app.settings import VARIABLES, SettingsError, read_api_access, read_database_url, read_settings

TOKEN = "a-token-for-tests-of-enough-length"
ENOUGH = {
    "DEALERLIJN_ARI_PASSWORD": "secret-of-ari",  # pragma: allowlist secret
    "DEALERLIJN_AMI_PASSWORD": "secret-of-ami",  # pragma: allowlist secret
    "DEALERLIJN_API_TOKEN": TOKEN,
}
BAD = {
    "DEALERLIJN_NODE": "N1",
    "DEALERLIJN_ARI_URL": "not an address",
    "DEALERLIJN_AMI_PORT": "65536",
    "DEALERLIJN_HTTP_PORT": "0",
    "DEALERLIJN_API_TOKEN": "short",
    "DEALERLIJN_TRUNK_CALLS_PER_SECOND": "0.05",
    "DEALERLIJN_TRUNK_CONCURRENT_CALLS": "-1",
    "DEALERLIJN_TRUNK_CALLS_PER_DAY": "many",
}


def faults(environment: dict[str, str]) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(environment)
    return str(caught.value)


def test_secrets_are_enough_to_start() -> None:
    settings = read_settings(ENOUGH)

    assert settings.node == "n1"
    assert settings.ari.url == "http://127.0.0.1:8088/ari"
    assert settings.ami.port == 5038
    assert settings.caps.at_once == 100
    assert settings.sounds_dir.is_absolute()


def test_every_setting_is_taken_from_its_variable() -> None:
    given = ENOUGH | {
        "DEALERLIJN_NODE": "x2",
        "DEALERLIJN_ARI_URL": "http://10.0.0.1:8088/ari/",
        "DEALERLIJN_TRUNK_CALLS_PER_SECOND": "2.5",
        "DEALERLIJN_TRUNK_CALLS_PER_DAY": "9",
        "DEALERLIJN_SOUNDS_DIR": "/some/sounds",
    }

    settings = read_settings(given)

    assert settings.node == "x2"
    assert settings.ari.url == "http://10.0.0.1:8088/ari"
    assert (settings.caps.per_second, settings.caps.per_day) == (2.5, 9)
    assert settings.sounds_dir == Path("/some/sounds")


def test_every_fault_is_named_at_once() -> None:
    text = faults(BAD)

    for name in (*BAD, "DEALERLIJN_ARI_PASSWORD", "DEALERLIJN_AMI_PASSWORD"):
        assert f"  {name}: " in text
    assert len(text.splitlines()) == 1 + len(BAD) + 2


@pytest.mark.parametrize(("name", "value"), list(BAD.items()))
def test_a_fault_comes_with_a_remedy_and_never_with_a_secret(name: str, value: str) -> None:
    text = faults(ENOUGH | {name: value})

    assert "give" in text
    assert ENOUGH["DEALERLIJN_ARI_PASSWORD"] not in text


@pytest.mark.parametrize(
    "value",
    [
        "http:127.0.0.1:8088/ari",
        "http:///127.0.0.1/ari",
        "http://h/ärı",
        "http://hüb:8088/ari",
        "http://h/a b",
    ],
)
def test_an_address_that_only_a_browser_would_mend_is_refused(value: str) -> None:
    assert "DEALERLIJN_ARI_URL: is no address" in faults(ENOUGH | {"DEALERLIJN_ARI_URL": value})


@pytest.mark.parametrize(
    "value", ["http://[::1]:8088/ari", "https://pbx.example/ari", "http://user@10.0.0.1:8088/ari"]
)
def test_every_shape_of_a_whole_address_is_taken(value: str) -> None:
    assert read_settings(ENOUGH | {"DEALERLIJN_ARI_URL": value}).ari.url == value


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1e999", ""])
def test_a_rate_is_a_number_that_can_be_counted_with(value: str) -> None:
    given = ENOUGH | {"DEALERLIJN_TRUNK_CALLS_PER_SECOND": value}

    if value:
        assert "DEALERLIJN_TRUNK_CALLS_PER_SECOND" in faults(given)
    else:
        assert read_settings(given).caps.per_second == 10


@pytest.mark.parametrize("name", [name for name, variable in VARIABLES.items() if variable.default is None])
def test_an_empty_secret_is_no_secret(name: str) -> None:
    assert f"  {name}: is not set" in faults(ENOUGH | {name: ""})


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(TOKEN + "\n", encoding="utf-8")
    given = {name: value for name, value in ENOUGH.items() if name != "DEALERLIJN_API_TOKEN"}

    settings = read_settings(given | {"DEALERLIJN_API_TOKEN_FILE": str(file)})

    assert settings.api_token == TOKEN


def test_a_file_that_cannot_be_read_is_a_fault_of_its_own_name(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe\xff")

    text = faults(
        {
            "DEALERLIJN_ARI_PASSWORD_FILE": str(tmp_path / "missing"),
            "DEALERLIJN_AMI_PASSWORD_FILE": str(binary),
        }
    )

    assert "DEALERLIJN_ARI_PASSWORD_FILE: cannot be read" in text
    assert "DEALERLIJN_AMI_PASSWORD_FILE: cannot be read" in text
    assert "DEALERLIJN_API_TOKEN: is not set" in text


def test_no_secret_is_in_what_settings_show_of_themselves() -> None:
    shown = repr(read_settings(ENOUGH | {"DEALERLIJN_DATABASE_URL": "postgresql://me:hidden@db/x"}))

    for secret in (*ENOUGH.values(), "hidden"):
        assert secret not in shown


def test_whoever_needs_only_the_database_reads_only_that() -> None:
    assert read_database_url({}) == "sqlite:///var/dealerlijn.db"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8600"),
        ("0.0.0.0", "http://127.0.0.1:8600"),
        ("::", "http://[::1]:8600"),
        ("fd00::5", "http://[fd00::5]:8600"),
    ],
)
def test_the_api_is_asked_where_it_listens(host: str, url: str) -> None:
    access = read_api_access({"DEALERLIJN_HTTP_HOST": host, "DEALERLIJN_API_TOKEN": TOKEN})

    assert (access.url, access.token) == (url, TOKEN)


@pytest.mark.parametrize("name", ["DEALERLIJN_AMI_PORT", "DEALERLIJN_TRUNK_CALLS_PER_DAY"])
@pytest.mark.parametrize("value", ["9" * 5000, "\u0663" * 3, "\u00b2", "1e3", "0x10", " "])
def test_a_number_that_no_person_writes_is_a_fault(name: str, value: str) -> None:
    told = faults(ENOUGH | {name: value})

    assert name in told
    assert len(told) < 200


def test_a_file_without_end_is_a_fault() -> None:
    told = faults(ENOUGH | {"DEALERLIJN_NODE_FILE": "/dev/zero"})

    assert "DEALERLIJN_NODE_FILE: cannot be read (it is no short UTF-8 text)" in told
