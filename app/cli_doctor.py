"""`dealerlijn doctor`: whether everything is there that the program needs, and if not, what to do."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.asterisk.errors import AsteriskError
from app.console.client import open_client
from app.console.errors import ApiError
from app.console.telephony import SHOW_TELEPHONY, TelephonyAnswer
from app.dealers import load_dealers
from app.dealers_errors import DealersError
from app.reach import asterisk_version
from app.settings import AriAddress, SettingsError, read_api_access, read_settings
from app.storage.agents import all_agents
from app.storage.database import opened
from app.storage.errors import StorageError
from dialer.errors import StoreUnavailable

_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `told` is what was found, or what is wrong and what to do."""

    subject: str
    well: bool
    told: str


async def examine(environment: Mapping[str, str] | None = None) -> list[Finding]:
    """Look at the settings, the dealers, the database, Asterisk, the running program and what it knows of the trunk."""
    try:
        settings = read_settings(environment)
    except SettingsError as error:
        return [Finding("settings", False, str(error))]
    return [
        Finding("settings", True, f"complete, for node {settings.node}"),
        _dealers(settings.dealers_file),
        await _database(settings.database_url),
        await _asterisk(settings.ari),
        await _ami(settings.ami.host, settings.ami.port),
        await _program(environment),
        *await _trunk(environment),
    ]


def _dealers(file: Path) -> Finding:
    try:
        dealers = load_dealers(file)
    except DealersError as error:
        return Finding("dealers", False, str(error))
    return Finding("dealers", True, f"{len(dealers.dealers)} in {file}")


async def _database(url: str) -> Finding:
    try:
        async with opened(url, must_exist=True) as database:
            agents = await all_agents(database)
    except (StoreUnavailable, StorageError) as error:
        return Finding("database", False, str(error))
    return Finding("database", True, f"answers, and knows {len(agents)} agents")


async def _asterisk(address: AriAddress) -> Finding:
    try:
        version = await asterisk_version(address)
    except AsteriskError as error:
        return Finding("asterisk", False, str(error))
    return Finding("asterisk", True, f"{version}, ARI answers at {address.url}")


async def _ami(host: str, port: int) -> Finding:
    try:
        async with asyncio.timeout(_SECONDS):
            reader, writer = await asyncio.open_connection(host, port)
            greeting = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        greeting = b""
    if greeting.startswith(b"Asterisk Call Manager"):
        return Finding("manager", True, f"AMI answers at {host} port {port}")
    remedy = "enable it in manager.conf, or set DEALERLIJN_AMI_HOST and DEALERLIJN_AMI_PORT"
    return Finding("manager", False, f"no AMI at {host} port {port}: {remedy}")


async def _program(environment: Mapping[str, str] | None) -> Finding:
    try:
        async with open_client(read_api_access(environment), "cli:doctor") as client:
            told = await client.readiness()
    except ApiError as error:
        return Finding("program", False, str(error))
    if told.ready and not told.clock_believed:
        remedy = "put the machine's clock right, or say that it is: `dealerlijn campaign start NAME --clock-is-right`"
        told_so = "takes calls, but does not believe the machine's clock and dials nobody"
        return Finding("program", False, f"{told_so}: {remedy}")
    if told.ready:
        return Finding("program", True, "runs and takes calls")
    failing = ", ".join(name for name, well in told.checks.items() if not well)
    return Finding("program", False, f"runs, but cannot take calls for want of: {failing}; look at its log")


async def _trunk(environment: Mapping[str, str] | None) -> list[Finding]:
    """What the running program knows of the trunk; nothing when it does not answer, which is a finding of its own."""
    try:
        async with open_client(read_api_access(environment), "cli:doctor") as client:
            told = await client.ask(SHOW_TELEPHONY)
    except ApiError:
        return []
    return [trunk_finding(told)]


def trunk_finding(told: TelephonyAnswer) -> Finding:
    """Whether calls can go out, and come in, through the trunk."""
    name, lost = told.trunk.name, [each.client for each in told.registrations if not each.registered]
    if told.trunk.state == "unreachable":
        remedy = "is its address right, is the provider up, does a firewall hold back OPTIONS? No campaign dials meanwhile"
        return Finding("trunk", False, f"{name} does not answer Asterisk: {remedy}")
    if lost:
        remedy = "compare user name and password with the provider's. No campaign dials meanwhile"
        return Finding("trunk", False, f"{name} is not registered as {', '.join(lost)}: {remedy}")
    if told.trunk.refuses:
        remedy = "ask the provider why (credit, shown number, calls at once); Asterisk's log has its answer"
        return Finding("trunk", False, f"{name} refuses every call, one is tried each half minute: {remedy}")
    if told.trunk.state == "unknown":
        return Finding("trunk", True, f"{name}: nothing is known of it yet, or nobody asks it")
    return Finding("trunk", True, f"{name} answers, and takes calls")
