"""Whether Asterisk would find every sound, could play it, and whether it is the one that the texts and recordings make."""

import wave
from collections.abc import Iterable
from pathlib import Path

from app.asterisk.check_config import Finding, files_in
from app.asterisk.prompts import MUSIC, PROMPTS, RECORDED, Manifest, out_of_date, unused_recordings

_PLAYABLE = "8 kHz, mono, 16 bit"
_MAKE = "make the prompts (python -m app.asterisk ...)"
_MISSING = f"{_MAKE}: a text in prompts.toml or a recording in {RECORDED.parent.name}/{RECORDED.name} becomes a sound"
_CONVERT = (
    f"put the recording in {RECORDED.parent.name}/{RECORDED.name} and {_MAKE}, or convert it: "
    "sox RECORDING -r 8000 -c 1 -b 16 -e signed-integer SOUND.wav"
)


def check_prompts(sounds: Path, names: Iterable[str]) -> list[Finding]:
    """The prompts that Asterisk would not find in the sounds directory, or could not play."""
    return _unplayable(sounds, (PROMPTS / f"{name}.wav" for name in names))


def check_own_sounds(sounds: Path, tones: Iterable[str]) -> list[Finding]:
    """What Asterisk looks for by itself and would not find: the tones, such as that of the voicemail, and the music."""
    unplayable = _unplayable(sounds, (PROMPTS.parent / f"{name}.wav" for name in tones))
    music = any(map(_has_content, files_in(sounds / MUSIC)))
    return unplayable if music else [*unplayable, _missing(MUSIC)]


def check_made(sounds: Path, manifest: Manifest, recorded: Path = RECORDED) -> list[Finding]:
    """The sounds whose text or recording is another by now, and the recordings that no prompt has."""
    stale = [
        Finding(
            f"{name}.wav", "", "the sound of today's text or recording", "an older one", f"{_MAKE}, and again"
        )
        for name in out_of_date(sounds, manifest, recorded)
    ]
    unused = [
        Finding(
            str(file),
            "",
            "the name of a prompt in prompts.toml",
            file.stem,
            "rename it, or remove it: nobody hears it",
        )
        for file in unused_recordings(manifest, recorded)
    ]
    return stale + unused


def _unplayable(sounds: Path, files: Iterable[Path]) -> list[Finding]:
    findings = []
    for file in files:
        if not _has_content(sounds / file):
            findings.append(_missing(file))
        elif (found := _amiss(sounds / file)) is not None:
            findings.append(Finding(str(file), "", f"a sound of {_PLAYABLE}", found, _CONVERT))
    return findings


def _missing(place: Path) -> Finding:
    return Finding(str(place), "", "a sound file", "missing or empty", _MISSING)


def _has_content(path: Path) -> bool:
    try:
        return path.stat().st_size > 0
    except OSError:
        return False


def _amiss(file: Path) -> str | None:
    """Why Asterisk could not play this WAV file, None when it can."""
    try:
        with wave.open(str(file)) as sound:
            rate, channels, width = sound.getframerate(), sound.getnchannels(), sound.getsampwidth()
            # The header of a sound that was made through a pipe does not know its length.
            frames = len(sound.readframes(1))
    except (OSError, EOFError, wave.Error) as error:
        return f"no WAV file ({error or 'it breaks off'})"
    if (rate, channels, width) != (8000, 1, 2):
        return f"{rate / 1000:g} kHz, {'mono' if channels == 1 else f'{channels} channels'}, {8 * width} bit"
    return None if frames else "no sound in it"
