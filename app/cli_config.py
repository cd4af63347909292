"""`dealerlijn check-config`: what the operator wrote beside what is installed and stored, all faults at once."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from app.asterisk.check_config import Finding, check_files, parse_entries
from app.asterisk.check_sounds import check_made, check_own_sounds, check_prompts
from app.asterisk.credentials import Credentials, read_credentials
from app.asterisk.errors import CredentialsBroken, TelephonyBroken
from app.asterisk.installation import read_node
from app.asterisk.names import is_address
from app.asterisk.nodes import TRUNK, DealerNode
from app.asterisk.prompts import read_manifest
from app.clock import SystemClock
from app.dealers import Dealers, load_dealers
from app.dealers_errors import DealersError
from app.settings import Settings, SettingsError, read_settings
from app.shown_numbers import ANSWERABLE, lost_numbers
from app.storage.agents import all_agents
from app.storage.campaigns import numbers_shown
from app.storage.database import opened
from app.storage.errors import StorageError
from dialer.errors import StoreUnavailable

_LOOK_UP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Places:
    """Where Asterisk has its files, and the two files that they are made from beside dealers.toml."""

    etc: Path
    telephony: Path
    passwords: Path


async def check_all(places: Places, environment: Mapping[str, str] | None = None) -> list[Finding]:
    """Every fault of an installation. Reads only. Raises PromptBroken."""
    try:
        settings = read_settings(environment)
    except SettingsError as error:
        return [Finding("environment", "", "complete settings", "faults", str(error))]
    manifest = read_manifest()
    prompts = {*manifest.texts, *manifest.tones}
    try:
        dealers = load_dealers(settings.dealers_file)
    except DealersError as error:
        faults = [Finding(fault.file, fault.key, "", fault.problem, fault.remedy) for fault in error.faults]
        return [*check_prompts(settings.sounds_dir, sorted(prompts)), *faults]
    prompts |= dealers.prompts
    return [
        *check_prompts(settings.sounds_dir, sorted(prompts)),
        *check_own_sounds(settings.sounds_dir, manifest.tones),
        *check_made(settings.sounds_dir, manifest),
        *await _check_asterisk(settings, dealers, places),
        *await _check_database(settings, dealers),
    ]


async def _check_asterisk(settings: Settings, dealers: Dealers, places: Places) -> list[Finding]:
    try:
        passwords = read_credentials(places.passwords, dealers.phones)
    except CredentialsBroken as error:
        return [_unusable(places.passwords, error, "name the file with --passwords")]
    try:
        node = read_node(
            places.telephony, dealers.phones, passwords, _state_dir(places.etc), settings.sounds_dir
        )
    except TelephonyBroken as error:
        return [_unusable(places.telephony, error, "correct it, or name the file with --telephony")]
    remedy = f"bring it in line with {places.telephony} and {places.passwords}, or them with it"
    return [
        *(
            Finding("environment", *difference, remedy)
            for difference in _differences(settings, node, passwords)
        ),
        *check_files(node, places.etc),
        *await _check_name(node.trunk.host, places.telephony),
    ]


async def _check_name(host: str, file: Path) -> list[Finding]:
    if is_address(host):
        return []
    try:
        async with asyncio.timeout(_LOOK_UP_SECONDS):
            await asyncio.get_running_loop().getaddrinfo(host, None)
    except (OSError, TimeoutError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "no answer"
        remedy = "correct it, or this machine's name servers, or give the address; then restart Asterisk"
        return [Finding(str(file), "trunk.host", "a name that has an address", f"{host} ({reason})", remedy)]
    return []


def _unusable(file: Path, error: Exception, remedy: str) -> Finding:
    return Finding(str(file), "", "", str(error).removeprefix(f"{file}: "), remedy)


def _differences(
    settings: Settings, node: DealerNode, passwords: Credentials
) -> Iterator[tuple[str, str, str]]:
    """Each variable that says something else than Asterisk's side: its name, the value expected and the one found."""
    ari, ami = settings.ari, settings.ami
    for name, expected, found in (
        ("ARI_URL", f"http://127.0.0.1:{node.ari_port}/ari", ari.url.replace("//localhost", "//127.0.0.1")),
        ("ARI_USER", node.ari.user, ari.user),
        ("ARI_APP", node.app, ari.app),
        ("AMI_HOST", "127.0.0.1", ami.host.replace("localhost", "127.0.0.1")),
        ("AMI_PORT", str(node.ami_port), str(ami.port)),
        ("AMI_USER", node.ami.user, ami.user),
        ("TRUNK_ENDPOINT", TRUNK, settings.trunk_endpoint),
        ("RECORDINGS_DIR", str(node.state_dir / "spool" / "recording"), str(settings.recordings_dir)),
        (
            "SOUNDS_DIR",
            str((node.state_dir / "data" / "sounds").resolve()),
            str(settings.sounds_dir.resolve()),
        ),
    ):
        if expected != found:
            yield f"DEALERLIJN_{name}", expected, found
    for name, word, given in (("ARI", passwords.ari, ari.password), ("AMI", passwords.ami, ami.password)):
        if word != given:
            yield f"DEALERLIJN_{name}_PASSWORD", "the one in the file of passwords", "another one"


def _state_dir(etc: Path) -> Path:
    """The folder that has `etc`, in Asterisk's own spelling when that leads to the same place."""
    try:
        spelt = Path(parse_entries((etc / "asterisk.conf").read_text())["[directories] astetcdir"][0])
        same = spelt.resolve() == etc.resolve()
    except (OSError, UnicodeDecodeError, KeyError):
        same = False
    return (spelt if same else etc.absolute()).parent


async def _check_database(settings: Settings, dealers: Dealers) -> list[Finding]:
    now, file = SystemClock().now(), str(settings.dealers_file)
    try:
        async with opened(settings.database_url, must_exist=True) as database:
            agents = await all_agents(database)
            lost = lost_numbers(await numbers_shown(database, now - ANSWERABLE), dealers, file)
    except (StoreUnavailable, StorageError) as error:
        found, _, remedy = str(error).partition(": ")
        return [Finding("database", "", "", found, remedy)]
    return lost + [
        Finding(
            "database",
            f"agent {agent.profile.agent_id}",
            "the endpoint of a phone in the dealers' settings",
            agent.profile.endpoint or "none",
            "add the phone there, or change the agent's endpoint with `dealerlijn agent change`",
        )
        for agent in agents
        if agent.profile.endpoint not in dealers.endpoints
    ]
