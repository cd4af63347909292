"""The passwords of an installation: made once, kept in a file for its owner only, read again at every start."""

import json
import os
import secrets
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.asterisk.errors import CredentialsBroken

MADE = ("ari", "ami", "api", "network")
_TABLES = ("program", "phones")
_PROGRAM = (*MADE, "trunk")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Passwords of 256 random bits: ARI, AMI, the HTTP API's token, ARI of the pretend network, and each phone's.

    `trunk` is the provider's, written into the file by hand; empty when there is none.
    """

    ari: str = field(repr=False)
    ami: str = field(repr=False)
    api: str = field(repr=False)
    network: str = field(repr=False)
    trunk: str = field(repr=False)
    phones: Mapping[str, str] = field(repr=False)


def load_credentials(path: Path, phones: Collection[str]) -> Credentials:
    """Read the file, adding whatever is missing in it; the file is written whole, mode 0600, or not at all.

    Phones that are not named keep their password in the file. Raises CredentialsBroken when the file is no TOML of
    strings, has a key that is none of ours, or others may read it.
    """
    kept = _read(path) if path.exists() else _Kept({}, {})
    whole = _completed(kept, phones)
    if whole != kept:
        _write(path, whole.program, whole.phones)
    return _credentials(whole, phones)


def read_credentials(path: Path, phones: Collection[str]) -> Credentials:
    """Read the file and leave it as it is: what is missing in it is a password that nobody knows.

    Raises CredentialsBroken, also when there is no such file.
    """
    return _credentials(_completed(_read(path), phones), phones)


@dataclass(frozen=True, slots=True)
class _Kept:
    program: dict[str, str]
    phones: dict[str, str]


def _completed(kept: _Kept, phones: Collection[str]) -> _Kept:
    return _Kept(
        {
            **{name: kept.program.get(name) or _new() for name in MADE},
            "trunk": kept.program.get("trunk", ""),
        },
        {**kept.phones, **{name: kept.phones.get(name) or _new() for name in phones}},
    )


def _credentials(whole: _Kept, phones: Collection[str]) -> Credentials:
    return Credentials(**whole.program, phones={name: whole.phones[name] for name in phones})


def _new() -> str:
    return secrets.token_urlsafe(32)


def _read(path: Path) -> _Kept:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise CredentialsBroken(f"{path} can be read by others: chmod 600 {path}")
            data = tomllib.load(file)
        kept = _Kept(_strings(data.get("program", {})), _strings(data.get("phones", {})))
    except OSError as error:
        raise CredentialsBroken(
            f"{path} cannot be read ({error.strerror}): give the path of a readable file"
        ) from error
    except (tomllib.TOMLDecodeError, ValueError, AttributeError, RecursionError) as error:
        raise CredentialsBroken(
            f"{path}: {error}; correct it, or remove it and new passwords are made"
        ) from error
    _refuse_unknown(path, data, _TABLES, "")
    _refuse_unknown(path, kept.program, _PROGRAM, "[program] ")
    return kept


def _refuse_unknown(path: Path, found: Collection[str], known: Collection[str], where: str) -> None:
    """A name with a slip in it would be dropped, and a new password be made in its place."""
    if unknown := [name for name in found if name not in known]:
        raise CredentialsBroken(
            f"{path}: {where}{', '.join(unknown)} is not known there: write one of {', '.join(known)}, or remove it"
        )


def _strings(table: Mapping[str, object]) -> dict[str, str]:
    for name, value in table.items():
        if not isinstance(value, str):
            raise ValueError(f"{name} is not a text")
    return {name: str(value) for name, value in table.items()}


def _write(path: Path, program: Mapping[str, str], phones: Mapping[str, str]) -> None:
    lines = ["# Passwords made by dealerlijn. Keep them to yourself.", "", "[program]"]
    # A JSON string is a TOML string too, whatever a provider's password holds.
    lines += [f"{name} = {json.dumps(value)}" for name, value in program.items()]
    lines += ["", "[phones]", *(f"{name} = {json.dumps(value)}" for name, value in phones.items()), ""]
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write("\n".join(lines))
    fresh.replace(path)
