"""`dealerlijn check-config` finds a mismatch of any option with what is installed."""

import asyncio
import json
import tomllib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from app.asterisk.check_config import Finding, check_files
from app.asterisk.nodes import Trunk
from app.asterisk.places import TELEPHONY as SHIPPED
from app.asterisk.render import install, render
from app.cli_config import check_all
from app.cli_frame import Exit
from app.dealers_file import PromptsTable
from app.storage.agents import save_agent
from app.storage.database import opened
from calls.ids import AgentId
from routing.agent import AgentProfile
from tests.integration.console.command_line import call
from tests.integration.console.installation import DEALERS_FILE, TELEPHONY, Installation, installed, toml
from tests.unit.asterisk.nodes import dealer_node

PJSIP, ENVIRONMENT = "pjsip.conf", "environment"

# What each option of telephony.toml is found by when it says something else than was installed.
BY_OPTION = {
    ("sip", "host"): (PJSIP, "[udp transport] bind"),
    ("sip", "port"): (PJSIP, "[udp transport] bind"),
    ("sip", "rtp"): ("rtp.conf", "[general] rtpend"),
    ("sip", "webrtc"): (PJSIP, "[websocket transport] protocol"),
    ("sip", "external_address"): (PJSIP, "[udp transport] external_media_address"),
    ("sip", "local_net"): (PJSIP, "[udp transport] local_net"),
    ("sip", "lost_after_seconds"): (PJSIP, "[phone endpoint] rtp_timeout"),
    ("control", "ari_port"): ("http.conf", "[general] bindport"),
    ("control", "ami_port"): ("manager.conf", "[general] port"),
    ("control", "user"): ("ari.conf", "[control]"),
    ("control", "app"): (ENVIRONMENT, "DEALERLIJN_ARI_APP"),
    ("trunk", "host"): (PJSIP, "[trunk aor] contact"),
    ("trunk", "port"): (PJSIP, "[trunk aor] contact"),
    ("trunk", "peers"): (PJSIP, "[trunk identify] match"),
    ("trunk", "username"): (PJSIP, "[trunk auth] username"),
    ("trunk", "called_number"): ("extensions.conf", "[from-trunk] line 2"),
    ("trunk", "lost_after_seconds"): (PJSIP, "[trunk endpoint] rtp_timeout"),
    ("fallback", "phones"): ("queues.conf", "[dealerlijn-fallback] member"),
    ("fallback", "voicemail"): ("modules.conf", "[modules] load"),
}
OTHER = {
    ("sip", "host"): "10.0.0.2",
    ("sip", "rtp"): [20000, 21001],
    ("sip", "webrtc"): False,
    ("sip", "external_address"): "203.0.113.6",
    ("sip", "local_net"): ["10.0.0.0/9"],
    ("trunk", "host"): "198.51.100.8",
    ("trunk", "peers"): ["192.0.2.9"],
    ("trunk", "called_number"): "p_called_party_id",
    ("fallback", "phones"): ["bram"],
    ("fallback", "voicemail"): False,
}
BY_VARIABLE = {
    "DEALERLIJN_ARI_URL": "http://127.0.0.1:8088/ari",
    "DEALERLIJN_ARI_USER": "somebody",
    "DEALERLIJN_ARI_PASSWORD": "another-word",  # pragma: allowlist secret
    "DEALERLIJN_ARI_APP": "elsewhere",
    "DEALERLIJN_AMI_HOST": "10.0.0.9",
    "DEALERLIJN_AMI_PORT": "5038",
    "DEALERLIJN_AMI_USER": "somebody",
    "DEALERLIJN_AMI_PASSWORD": "another-word",  # pragma: allowlist secret
    "DEALERLIJN_RECORDINGS_DIR": "/nowhere",
    "DEALERLIJN_TRUNK_ENDPOINT": "other",
}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """One for all tests, which spoil copies of its files."""
    made = installed(tmp_path_factory.mktemp("installation"))

    async def fill() -> None:
        async with opened(made.environment["DEALERLIJN_DATABASE_URL"]) as database:
            await database.migrate()
            await save_agent(database, AgentProfile(AgentId("anna"), "Anna", "PJSIP/anna", {}))

    asyncio.run(fill())
    return made


def found(findings: list[Finding]) -> set[tuple[str, str]]:
    return {(finding.file, finding.key) for finding in findings}


async def with_telephony(
    installation: Installation, tmp_path: Path, table: str, option: str, value: object
) -> list[Finding]:
    file = tmp_path / "telephony.toml"
    file.write_text(toml({**TELEPHONY, table: {**TELEPHONY[table], option: value}}))
    return await check_all(replace(installation.places, telephony=file), installation.environment)


async def with_dealers(installation: Installation, tmp_path: Path, old: str, new: str) -> list[Finding]:
    text = DEALERS_FILE.read_text()
    assert old in text
    file = tmp_path / "dealers.toml"
    file.write_text(text.replace(old, new, 1))
    environment = installation.environment | {"DEALERLIJN_DEALERS_FILE": str(file)}
    return await check_all(installation.places, environment)


def test_an_installation_that_fits_has_no_findings(installation: Installation) -> None:
    places = installation.places
    words = ("--etc", str(places.etc), "--telephony", str(places.telephony))

    result = call(installation.environment, "check-config", *words)

    assert (result.exit_code, result.stdout) == (0, "everything fits\n")


@pytest.mark.parametrize(("table", "option"), BY_OPTION)
async def test_every_option_of_telephony_is_compared(
    installation: Installation, tmp_path: Path, table: str, option: str
) -> None:
    value = TELEPHONY[table][option]
    other = OTHER.get((table, option), value + 1 if isinstance(value, int) else f"{value}x")

    findings = await with_telephony(installation, tmp_path, table, option, other)

    assert BY_OPTION[table, option] in found(findings)


@pytest.mark.parametrize(("host", "known"), [("localhost", True), ("provider.invalid", False)])
async def test_a_provider_whose_name_has_no_address_is_found(
    installation: Installation, tmp_path: Path, host: str, known: bool
) -> None:
    findings = await with_telephony(installation, tmp_path, "trunk", "host", host)

    told = [finding for finding in findings if finding.key == "trunk.host"]
    assert [finding.found.split()[0] for finding in told] == ([] if known else [host])
    assert all("restart Asterisk" in finding.remedy for finding in told)


@pytest.mark.parametrize("name", render(dealer_node()))
def test_a_change_of_any_line_of_any_installed_file_is_found(tmp_path: Path, name: str) -> None:
    trunk = Trunk(
        "sip.example", username="3140", called_number="to", password="x"
    )  # pragma: allowlist secret
    node = dealer_node(state_dir=tmp_path, trunk=trunk, webrtc=True)
    install(node)
    path = tmp_path / "etc" / name
    lines = path.read_text().splitlines()
    missed = []

    for number, line in enumerate(lines):
        if not line or line.startswith(";"):
            continue
        changed = line.replace("]", "x]") if line.startswith("[") else f"{line}x"
        for other in ([changed], []):
            path.write_text("\n".join([*lines[:number], *other, *lines[number + 1 :]]))
            if not any(finding.file == name for finding in check_files(node, tmp_path / "etc")):
                missed.append((number, line, other))

    assert missed == []


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("extensions.conf", lambda text: f'#include "others.conf"\n{text}'),
        ("modules.conf", lambda text: text.replace("load = app_queue.so", ";--\nload = app_queue.so\n--;")),
        ("ari.conf", lambda text: _swapped(text, "deny", "permit")),
        ("manager.conf", lambda text: _swapped(text, "deny", "permit")),
        ("pjsip.conf", lambda text: _swapped(text, "disallow", "allow")),
        ("extconfig.conf", lambda _text: "[settings]\nps_endpoints => odbc,asterisk\n"),
    ],
)
def test_what_changes_the_meaning_of_lines_that_are_all_there_is_found(
    tmp_path: Path, name: str, change: Callable[[str], str]
) -> None:
    node = dealer_node(state_dir=tmp_path)
    install(node)
    path = tmp_path / "etc" / name
    before = path.read_text() if path.exists() else ""

    path.write_text(change(before))
    path.chmod(0o600)

    assert change(before) != before
    assert name in {finding.file for finding in check_files(node, tmp_path / "etc")}


def _swapped(text: str, one: str, other: str) -> str:
    """The first line of one option and the next of the other, the other way round."""
    lines = text.splitlines()
    first = next(n for n, line in enumerate(lines) if line.startswith(f"{one} "))
    second = next(n for n, line in enumerate(lines) if n > first and line.startswith(f"{other} "))
    lines[first], lines[second] = lines[second], lines[first]
    return "\n".join(lines)


def test_no_option_of_telephony_is_forgotten_here() -> None:
    shipped = {
        (table, option) for table, options in tomllib.loads(SHIPPED.read_text()).items() for option in options
    }

    assert shipped <= set(BY_OPTION)
    assert {(table, option) for table, options in TELEPHONY.items() for option in options} == set(BY_OPTION)


@pytest.mark.parametrize("name", BY_VARIABLE)
async def test_every_variable_that_asterisk_must_agree_with_is_compared(
    installation: Installation, name: str
) -> None:
    findings = await check_all(installation.places, installation.environment | {name: BY_VARIABLE[name]})

    assert found(findings) == {(ENVIRONMENT, name)}


async def test_another_folder_of_sounds_is_found(installation: Installation, tmp_path: Path) -> None:
    findings = await check_all(
        installation.places, installation.environment | {"DEALERLIJN_SOUNDS_DIR": str(tmp_path)}
    )

    assert {(ENVIRONMENT, "DEALERLIJN_SOUNDS_DIR"), ("nl/dealerlijn/welcome.wav", "")} <= found(findings)


@pytest.mark.parametrize(
    ("table", "name", "place"),
    [
        ("program", "trunk", (PJSIP, "[trunk auth] password")),
        ("program", "ari", ("ari.conf", "[control user] password")),
        ("program", "ami", ("manager.conf", "[control] secret")),
        ("phones", "bram", (PJSIP, "[bram auth] password")),
    ],
)
async def test_every_password_is_compared_and_none_is_shown(
    installation: Installation, tmp_path: Path, table: str, name: str, place: tuple[str, str]
) -> None:
    passwords = tomllib.loads(installation.places.passwords.read_text())
    file = tmp_path / "passwords.toml"
    file.touch(0o600)
    file.write_text(toml({**passwords, table: {**passwords[table], name: "a-new-one-of-16-signs"}}))

    findings = await check_all(replace(installation.places, passwords=file), installation.environment)

    assert place in found(findings)
    assert "a-new-one" not in repr(findings)
    assert passwords[table][name] not in repr(findings)


async def test_a_phone_without_a_password_is_found_and_gets_none(
    installation: Installation, tmp_path: Path
) -> None:
    file = tmp_path / "passwords.toml"
    file.touch(0o600)
    file.write_text(installation.places.passwords.read_text().replace("bram = ", "bert = "))
    before = file.read_text()

    findings = await check_all(replace(installation.places, passwords=file), installation.environment)

    assert found(findings) == {(PJSIP, "[bram auth] password")}
    assert file.read_text() == before


@pytest.mark.parametrize("prompt", PromptsTable.model_fields)
async def test_every_prompt_that_a_dealer_names_must_be_there(
    installation: Installation, tmp_path: Path, prompt: str
) -> None:
    named = '{ mailing = "of-their-own" }' if prompt == "information_messages" else '"of-their-own"'
    table = f"[dealers.demo.prompts]\n{prompt} = {named}\n\n[dealers.demo.menu]"

    findings = await with_dealers(installation, tmp_path, "[dealers.demo.menu]", table)

    assert found(findings) == {("nl/dealerlijn/of-their-own.wav", "")}


async def test_a_phone_that_is_not_installed_is_found(installation: Installation, tmp_path: Path) -> None:
    findings = await with_dealers(installation, tmp_path, 'name = "bram"', 'name = "bert"')

    assert {(PJSIP, "[bert]"), (PJSIP, "[bert auth] password"), (PJSIP, "[bram]")} <= found(findings)


async def test_a_fallback_phone_and_an_agent_without_a_phone_are_found(
    installation: Installation, tmp_path: Path
) -> None:
    findings = await with_dealers(installation, tmp_path, 'name = "anna"', 'name = "zoe"')

    assert {(str(installation.places.telephony), ""), ("database", "agent anna")} == found(findings)


@pytest.mark.parametrize("name", ["telephony", "passwords"])
async def test_a_file_that_is_not_there_is_a_finding_with_the_option_that_names_it(
    installation: Installation, tmp_path: Path, name: str
) -> None:
    places = replace(installation.places, **{name: tmp_path / "nowhere.toml"})

    [finding] = await check_all(places, installation.environment)

    assert finding.file == str(tmp_path / "nowhere.toml")
    assert f"--{name}" in finding.remedy


async def test_a_database_that_cannot_be_opened_is_one_finding_and_is_not_made(
    installation: Installation, tmp_path: Path
) -> None:
    environment = installation.environment | {"DEALERLIJN_DATABASE_URL": f"sqlite:///{tmp_path}/new.db"}

    [finding] = await check_all(installation.places, environment)

    assert (finding.file, finding.remedy) == ("database", "`dealerlijn migrate` makes it")
    assert list(tmp_path.iterdir()) == []


def test_every_fault_of_an_installation_is_told_at_once(tmp_path: Path) -> None:
    made = installed(tmp_path)
    call(made.environment, "migrate")
    for sound in ("nl/dealerlijn/welcome.wav", "nl/beep.wav", "music/tune.wav"):
        (tmp_path / "sounds" / sound).unlink()
    with (made.places.etc / "ari.conf").open("a") as ari:
        ari.write("#include other.conf\n")
    environment = made.environment | {"DEALERLIJN_AMI_PORT": "5038"}
    words = ("--etc", str(made.places.etc), "--telephony", str(made.places.telephony), "--json")

    result = call(environment, "check-config", *words)

    findings = {(finding["file"], finding["key"]) for finding in json.loads(result.stdout)}
    assert result.exit_code == Exit.REFUSED
    assert findings == {
        ("nl/dealerlijn/welcome.wav", ""),
        ("nl/beep.wav", ""),
        ("music", ""),
        (ENVIRONMENT, "DEALERLIJN_AMI_PORT"),
        ("ari.conf", "#include"),
    }


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"DEALERLIJN_ARI_PASSWORD": ""}, "DEALERLIJN_ARI_PASSWORD"),
        ({"DEALERLIJN_DEALERS_FILE": "/nowhere.toml"}, "/nowhere.toml"),
    ],
)
def test_settings_that_cannot_be_read_are_findings_too(
    installation: Installation, changes: dict[str, str], word: str
) -> None:
    result = call(installation.environment | changes, "check-config", "--etc", str(installation.places.etc))

    assert result.exit_code == Exit.REFUSED
    assert word in result.stdout
