"""Making the sounds directory: Dutch prompts from texts or recordings, tones, and music on hold."""

import hashlib
import json
import subprocess
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.asterisk.errors import PromptBroken
from app.asterisk.music import soft_tune, tone, wav_bytes

MANIFEST = Path(__file__).parents[2] / "asterisk-config" / "prompts.toml"
RECORDED = MANIFEST.parent / "prompts" / "recorded"
PROMPTS = Path("nl") / "dealerlijn"
MUSIC = Path("music")
MAKE_SECONDS = 60.0
# Part of each fingerprint: raise it when the way of making changes, and everything is made anew.
METHOD = "2"


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice of espeak-ng and how fast it speaks."""

    name: str
    words_per_minute: int


@dataclass(frozen=True, slots=True)
class Tone:
    """A plain tone."""

    hertz: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Manifest:
    """All prompts by name: spoken texts and tones."""

    voice: Voice
    texts: Mapping[str, str]
    tones: Mapping[str, Tone]


def read_manifest(path: Path = MANIFEST) -> Manifest:
    """Read prompts.toml. Raises PromptBroken, naming the file and what to do."""
    try:
        data = tomllib.loads(path.read_text())
        voice = Voice(str(data["voice"]["name"]), int(data["voice"]["words_per_minute"]))
        tones = {name: Tone(float(t["hertz"]), float(t["seconds"])) for name, t in data["tones"].items()}
        texts = {name: str(text) for name, text in data["prompts"].items()}
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise PromptBroken(
            f"{path}: {error!r}; it needs [voice], [prompts] and [tones], see the shipped one"
        ) from error
    for name, text in texts.items():
        if not text.strip():
            raise PromptBroken(f"{path}: the text of {name!r} is empty; write one or remove the line")
    return Manifest(voice, texts, tones)


def make_sounds(sounds: Path, manifest: Manifest, recorded: Path = RECORDED) -> list[str]:
    """Make every sound that is missing or out of date below `sounds`; return the names of those made.

    Sounds are 8 kHz mono WAV, written whole or not at all. Raises PromptBroken naming the file and the remedy.
    """
    ledger = sounds / "made.json"
    made: dict[str, str] = _read_ledger(ledger)
    renewed: list[str] = []
    for name, fingerprint, make in _recipes(manifest, recorded):
        target = (sounds / name).with_suffix(".wav")
        if made.get(str(name)) == fingerprint and target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}")
        fresh.write_bytes(make())
        fresh.replace(target)
        made[str(name)] = fingerprint
        renewed.append(str(name))
        ledger.write_text(json.dumps(made, indent=1, sort_keys=True))
    return renewed


def out_of_date(sounds: Path, manifest: Manifest, recorded: Path = RECORDED) -> list[str]:
    """The sounds that `make_sounds` once made of another text or recording than there is now."""
    made = _read_ledger(sounds / "made.json")
    return [
        str(name)
        for name, fingerprint, _ in _recipes(manifest, recorded)
        if made.get(str(name), fingerprint) != fingerprint
    ]


def unused_recordings(manifest: Manifest, recorded: Path = RECORDED) -> list[Path]:
    """The files among the recordings that no prompt has for its name."""
    names = {f"{name}.wav" for name in (*manifest.texts, *manifest.tones)}
    return sorted(
        file for file in recorded.glob("*") if file.name not in names and not file.name.startswith(".")
    )


Recipe = tuple[Path, str, Callable[[], bytes]]


def _recipes(manifest: Manifest, recorded: Path) -> Iterator[Recipe]:
    for name, text in manifest.texts.items():
        yield _prompt(name, recorded, f"{manifest.voice} {text}", partial(_speak, text, manifest.voice))
    for name, wanted in manifest.tones.items():
        yield _prompt(name, recorded, repr(wanted), partial(_sound, wanted))
        # Asterisk's own beep before a recording is looked for one folder up.
        yield PROMPTS.parent / name, *_prompt(name, recorded, repr(wanted), partial(_sound, wanted))[1:]
    yield MUSIC / "soft-tune", METHOD, lambda: wav_bytes(soft_tune())


def _prompt(name: str, recorded: Path, made_from: str, make: Callable[[], bytes]) -> Recipe:
    recording = recorded / f"{name}.wav"
    if recording.exists():
        return PROMPTS / name, _fingerprint(recording.read_bytes()), lambda: _converted(recording)
    return PROMPTS / name, _fingerprint(made_from.encode()), make


def _sound(wanted: Tone) -> bytes:
    return wav_bytes(tone(wanted.hertz, wanted.seconds))


def _fingerprint(content: bytes) -> str:
    return hashlib.sha256(METHOD.encode() + content).hexdigest()


def _speak(text: str, voice: Voice) -> bytes:
    command = ["espeak-ng", "-v", voice.name, "-s", str(voice.words_per_minute), "--stdin", "--stdout"]
    speech = _run(
        command,
        text.encode(),
        f"prompt text {text[:40]!r}",
        "install espeak-ng, or correct [voice] in prompts.toml",
    )
    return _telephone(["-t", "wav", "-"], speech, "espeak-ng's answer", "install sox")


def _converted(recording: Path) -> bytes:
    remedy = "replace it by a WAV file that plays, or remove it and the text is spoken instead"
    return _telephone([str(recording)], b"", str(recording), remedy)


def _telephone(source: list[str], audio: bytes, what: str, remedy: str) -> bytes:
    effects = ["remix", "-", "highpass", "150", "rate", "8000", "gain", "-n", "-6"]
    command = ["sox", *source, "-t", "wav", "-e", "signed-integer", "-b", "16", "-", *effects]
    return _run(command, audio, what, remedy)


def _run(command: list[str], given: bytes, what: str, remedy: str) -> bytes:
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=MAKE_SECONDS, check=True)
    except FileNotFoundError as error:
        raise PromptBroken(f"{what}: the program {command[0]} is missing; {remedy}") from error
    except subprocess.SubprocessError as error:
        raise PromptBroken(f"{what}: {command[0]} failed ({error}); {remedy}") from error
    return done.stdout


def _read_ledger(ledger: Path) -> dict[str, str]:
    try:
        return {str(name): str(value) for name, value in json.loads(ledger.read_text()).items()}
    except (OSError, ValueError, AttributeError):
        return {}
