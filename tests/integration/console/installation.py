"""An installation in which everything fits, made as the program makes one; a test spoils one thing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.asterisk.credentials import load_credentials
from app.asterisk.installation import read_node
from app.asterisk.music import tone, wav_bytes
from app.asterisk.prompts import read_manifest
from app.asterisk.render import install
from app.cli_config import Places
from app.dealers import load_dealers

SOUND = wav_bytes(tone(440, 0.1))
DEALERS_FILE = Path(__file__).parents[3] / "dealers.toml"
Tables = Mapping[str, Mapping[str, object]]
TELEPHONY: Tables = {
    "sip": {
        "host": "10.0.0.1",
        "port": 5070,
        "rtp": [20000, 21000],
        "webrtc": True,
        "external_address": "203.0.113.5",
        "local_net": ["10.0.0.0/8"],
        "lost_after_seconds": 40,
    },
    "control": {"ari_port": 8099, "ami_port": 5039, "user": "control", "app": "floor"},
    "trunk": {
        "host": "198.51.100.7",
        "port": 5061,
        "peers": ["192.0.2.1", "192.0.2.2"],
        "username": "dealer",
        "called_number": "to",
        "lost_after_seconds": 90,
    },
    "fallback": {"phones": ["anna"], "voicemail": True},
}


@dataclass(frozen=True, slots=True)
class Installation:
    """Its environment and its files."""

    environment: dict[str, str]
    places: Places


def installed(folder: Path) -> Installation:
    """Write everything but the database."""
    sounds = folder / "sounds" / "nl" / "dealerlijn"
    sounds.mkdir(parents=True)
    manifest = read_manifest()
    for name in (*manifest.texts, *manifest.tones):
        (sounds / f"{name}.wav").write_bytes(SOUND)
    tones = (sounds.parent / f"{name}.wav" for name in manifest.tones)
    for own in (*tones, folder / "sounds" / "music" / "tune.wav"):
        own.parent.mkdir(exist_ok=True)
        own.write_bytes(SOUND)
    places = Places(folder / "asterisk" / "etc", folder / "telephony.toml", folder / "passwords.toml")
    places.telephony.write_text(toml(TELEPHONY))
    places.passwords.touch(0o600)
    places.passwords.write_text('[program]\ntrunk = "given"\n')
    phones = load_dealers(DEALERS_FILE).phones
    passwords = load_credentials(places.passwords, phones)
    install(read_node(places.telephony, phones, passwords, folder / "asterisk", folder / "sounds"))
    return Installation(
        {
            "DEALERLIJN_ARI_URL": "http://localhost:8099/ari",
            "DEALERLIJN_ARI_USER": "control",
            "DEALERLIJN_ARI_PASSWORD": passwords.ari,
            "DEALERLIJN_ARI_APP": "floor",
            "DEALERLIJN_AMI_HOST": "127.0.0.1",
            "DEALERLIJN_AMI_PORT": "5039",
            "DEALERLIJN_AMI_USER": "control",
            "DEALERLIJN_AMI_PASSWORD": passwords.ami,
            "DEALERLIJN_API_TOKEN": passwords.api,
            "DEALERLIJN_DEALERS_FILE": str(DEALERS_FILE),
            "DEALERLIJN_SOUNDS_DIR": str(folder / "sounds"),
            "DEALERLIJN_RECORDINGS_DIR": str(folder / "asterisk" / "spool" / "recording"),
            "DEALERLIJN_TRUNK_ENDPOINT": "trunk",
            "DEALERLIJN_DATABASE_URL": f"sqlite:///{folder}/test.db",
        },
        places,
    )


def toml(tables: Tables) -> str:
    """The tables as TOML; a JSON value of these kinds is a TOML value."""
    return "\n".join(
        "\n".join([f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in table.items())])
        for name, table in tables.items()
    )
