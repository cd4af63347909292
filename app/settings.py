"""Settings from the environment: secrets and addresses, read and checked once.

What a dealer decides (numbers, hours, menus, queues) is in `dealers.toml`, see `app/dealers.py`. A variable NAME may be
given as NAME_FILE instead: the path of a file that holds the value. Whoever needs only some of the settings reads only those,
so that a contact list can be imported where there is no Asterisk.
"""

import os
import re
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from types import MappingProxyType

from pydantic import HttpUrl, TypeAdapter, ValidationError

from dialer.caps import TrunkCaps

_MOST_BYTES_IN_FILE = 65_536
_COUNT = re.compile("[0-9]{1,9}")
_ADDRESS = re.compile(r"(?i:https?)://[A-Za-z0-9\[][!-~]*")
_RDW_URL = "https://opendata.rdw.nl/resource/m9d7-ebf2.json"


class SettingsError(Exception):
    """One or more settings are missing or wrong; the text names each with its remedy."""


@dataclass(frozen=True, slots=True)
class AriAddress:
    """Where a node's ARI is, such as `http://127.0.0.1:8088/ari`, and who we are there."""

    url: str
    user: str
    password: str = field(repr=False)
    app: str = "dealerlijn"


@dataclass(frozen=True, slots=True)
class AmiAddress:
    """Where a node's AMI is and who we are there."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RdwAccess:
    """Where the register of vehicles is asked. An empty token is none: the register then answers less often."""

    url: str
    app_token: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings of one controller."""

    node: str
    database_url: str = field(repr=False)
    ari: AriAddress
    ami: AmiAddress
    dealers_file: Path
    recordings_dir: Path
    sounds_dir: Path
    http_host: str
    http_port: int
    api_token: str = field(repr=False)
    trunk_endpoint: str
    caps: TrunkCaps
    rdw: RdwAccess = RdwAccess(_RDW_URL)
    journal_dir: Path | None = None
    decision_days: int = 30
    demo: bool = False


@dataclass(frozen=True, slots=True)
class ApiAccess:
    """Where the running program's API is, as seen from this machine, and the token it asks for."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Variable:
    """One setting. Without a `default` it must be given; `fault` says what is wrong with a value, with the remedy."""

    meaning: str
    default: str | None = None
    fault: Callable[[str], str | None] = lambda _value: None


def _no_port(value: str) -> str | None:
    if _COUNT.fullmatch(value) and 0 < int(value) < 65536:
        return None
    return f"{value[:20]!r} is no port: give a number from 1 to 65535"


def _below(least: float) -> Callable[[str], str | None]:
    def fault(value: str) -> str | None:
        try:
            enough = least <= float(value) < inf
        except ValueError:
            enough = False
        return None if enough else f"{value[:20]!r} will not do: give a number of at least {least:g}"

    return fault


def _no_count(value: str) -> str | None:
    return (
        None
        if _COUNT.fullmatch(value) and int(value) > 0
        else f"{value[:20]!r} will not do: give a whole number, at least 1"
    )


def _no_address(value: str) -> str | None:
    # The library mends what browsers do, such as an address without its slashes; it is used as it was written.
    if _ADDRESS.fullmatch(value):
        with suppress(ValidationError):
            TypeAdapter(HttpUrl).validate_python(value)
            return None
    return "is no address: give one such as http://127.0.0.1:8088/ari"


def _no_node(value: str) -> str | None:
    if re.fullmatch("[a-z][a-z0-9]", value):
        return None
    return "is no name of a node: give a lower-case letter and a letter or digit, such as n1"


def _too_short(value: str) -> str | None:
    return None if len(value) >= 24 else "is too short: give at least 24 random characters"


VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {
        "DEALERLIJN_NODE": Variable("name of the Asterisk node, two characters", "n1", _no_node),
        "DEALERLIJN_DATABASE_URL": Variable(
            "sqlite:///file or postgresql://user:password@host/name", "sqlite:///var/dealerlijn.db"
        ),
        "DEALERLIJN_JOURNAL_DIR": Variable(
            "folder where facts wait while the database is away; empty: that of the SQLite file, or var", ""
        ),
        "DEALERLIJN_ARI_URL": Variable("ARI of that node", "http://127.0.0.1:8088/ari", _no_address),
        "DEALERLIJN_ARI_USER": Variable("user in ari.conf", "dealerlijn"),
        "DEALERLIJN_ARI_PASSWORD": Variable("password in ari.conf"),
        "DEALERLIJN_ARI_APP": Variable("name of the Stasis application", "dealerlijn"),
        "DEALERLIJN_AMI_HOST": Variable("AMI of that node", "127.0.0.1"),
        "DEALERLIJN_AMI_PORT": Variable("port in manager.conf", "5038", _no_port),
        "DEALERLIJN_AMI_USER": Variable("user in manager.conf", "dealerlijn"),
        "DEALERLIJN_AMI_PASSWORD": Variable("password in manager.conf"),
        "DEALERLIJN_DEALERS_FILE": Variable("dealers, hours, menus and queues", "dealers.toml"),
        "DEALERLIJN_RECORDINGS_DIR": Variable(
            "where Asterisk keeps its recordings", "/var/spool/asterisk/recording"
        ),
        "DEALERLIJN_SOUNDS_DIR": Variable(
            "where Asterisk keeps its sounds, ours below nl/dealerlijn", "/usr/share/asterisk/sounds"
        ),
        "DEALERLIJN_HTTP_HOST": Variable("address of the API and /metrics", "127.0.0.1"),
        "DEALERLIJN_HTTP_PORT": Variable("port of the API and /metrics", "8600", _no_port),
        "DEALERLIJN_API_TOKEN": Variable("bearer token of the API, at least 24 characters", None, _too_short),
        "DEALERLIJN_TRUNK_ENDPOINT": Variable("PJSIP endpoint for campaign calls", "trunk"),
        "DEALERLIJN_TRUNK_CALLS_PER_SECOND": Variable(
            "campaign calls started a second, at most", "10", _below(0.1)
        ),
        "DEALERLIJN_TRUNK_CONCURRENT_CALLS": Variable("campaign calls at once, at most", "100", _no_count),
        "DEALERLIJN_TRUNK_CALLS_PER_DAY": Variable("campaign calls in 24 hours, at most", "10000", _no_count),
        "DEALERLIJN_PACING_DECISION_DAYS": Variable(
            "days for which the pacing's decisions are kept", "30", _no_count
        ),
        "DEALERLIJN_RDW_URL": Variable(
            "register of vehicles, for the APK dates of licence plates",
            _RDW_URL,
            _no_address,
        ),
        "DEALERLIJN_RDW_APP_TOKEN": Variable("app token of the RDW's open data; may be empty", ""),
    }
)


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read every setting. Raises SettingsError that names all faults at once."""
    values = _read(VARIABLES, environment)
    return Settings(
        node=values["DEALERLIJN_NODE"],
        database_url=values["DEALERLIJN_DATABASE_URL"],
        ari=AriAddress(
            values["DEALERLIJN_ARI_URL"].rstrip("/"),
            values["DEALERLIJN_ARI_USER"],
            values["DEALERLIJN_ARI_PASSWORD"],
            values["DEALERLIJN_ARI_APP"],
        ),
        ami=AmiAddress(
            values["DEALERLIJN_AMI_HOST"],
            int(values["DEALERLIJN_AMI_PORT"]),
            values["DEALERLIJN_AMI_USER"],
            values["DEALERLIJN_AMI_PASSWORD"],
        ),
        dealers_file=Path(values["DEALERLIJN_DEALERS_FILE"]),
        recordings_dir=Path(values["DEALERLIJN_RECORDINGS_DIR"]),
        sounds_dir=Path(values["DEALERLIJN_SOUNDS_DIR"]),
        http_host=values["DEALERLIJN_HTTP_HOST"],
        http_port=int(values["DEALERLIJN_HTTP_PORT"]),
        api_token=values["DEALERLIJN_API_TOKEN"],
        trunk_endpoint=values["DEALERLIJN_TRUNK_ENDPOINT"],
        caps=TrunkCaps(
            float(values["DEALERLIJN_TRUNK_CALLS_PER_SECOND"]),
            int(values["DEALERLIJN_TRUNK_CONCURRENT_CALLS"]),
            int(values["DEALERLIJN_TRUNK_CALLS_PER_DAY"]),
        ),
        rdw=_rdw(values),
        journal_dir=Path(values["DEALERLIJN_JOURNAL_DIR"]) if values["DEALERLIJN_JOURNAL_DIR"] else None,
        decision_days=int(values["DEALERLIJN_PACING_DECISION_DAYS"]),
    )


def read_database_url(environment: Mapping[str, str] | None = None) -> str:
    """Read only where the database is. Raises SettingsError."""
    name = "DEALERLIJN_DATABASE_URL"
    return _read([name], environment)[name]


def read_dealers_file(environment: Mapping[str, str] | None = None) -> Path:
    """Read only where the dealers' file is. Raises SettingsError."""
    name = "DEALERLIJN_DEALERS_FILE"
    return Path(_read([name], environment)[name])


def read_rdw_access(environment: Mapping[str, str] | None = None) -> RdwAccess:
    """Read only where the register of vehicles is. Raises SettingsError."""
    return _rdw(_read(["DEALERLIJN_RDW_URL", "DEALERLIJN_RDW_APP_TOKEN"], environment))


def read_api_access(environment: Mapping[str, str] | None = None) -> ApiAccess:
    """Read only how to reach the running program. Raises SettingsError."""
    names = ("DEALERLIJN_HTTP_HOST", "DEALERLIJN_HTTP_PORT", "DEALERLIJN_API_TOKEN")
    host, port, token = _read(names, environment).values()
    # A server that listens everywhere is asked on loopback.
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    return ApiAccess(f"http://{f'[{host}]' if ':' in host else host}:{port}", token)


def _rdw(values: Mapping[str, str]) -> RdwAccess:
    return RdwAccess(values["DEALERLIJN_RDW_URL"], values["DEALERLIJN_RDW_APP_TOKEN"])


def _read(names: Collection[str], environment: Mapping[str, str] | None) -> dict[str, str]:
    source = os.environ if environment is None else environment
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    for name in names:
        variable = VARIABLES[name]
        try:
            value = _given(name, source) or variable.default
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is no short UTF-8 text"
            faults[f"{name}_FILE"] = f"cannot be read ({reason}): give the path of a readable file"
            continue
        if value is None:
            faults[name] = f"is not set: give the {variable.meaning}"
        elif fault := variable.fault(value):
            faults[name] = fault
        else:
            values[name] = value
    if faults:
        lines = "\n".join(f"  {name}: {fault}" for name, fault in faults.items())
        raise SettingsError(f"the environment has faults:\n{lines}")
    return values


def _given(name: str, source: Mapping[str, str]) -> str | None:
    if name not in source and f"{name}_FILE" in source:
        with Path(source[f"{name}_FILE"]).open("rb") as file:
            text = file.read(_MOST_BYTES_IN_FILE + 1)
        if len(text) > _MOST_BYTES_IN_FILE:
            raise ValueError(name)
        return text.decode().strip()
    return source.get(name)


def cache_dir() -> Path:
    """Where set-up keeps what it made outside the checkout, such as the root folder with Asterisk."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dealerlijn"
