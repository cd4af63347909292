"""Sounds that are missing, that Asterisk could not play, or that are not those of today."""

import wave
from dataclasses import replace
from pathlib import Path

import pytest

from app.asterisk.check_sounds import check_made, check_prompts
from app.asterisk.music import tone, wav_bytes
from app.asterisk.prompts import Manifest, Tone, Voice, make_sounds

PLAYABLE = wav_bytes(tone(440, 0.1))
TONES = Manifest(Voice("nl", 145), {}, {"beep": Tone(880, 0.15), "menu": Tone(440, 0.2)})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the prompts are below `tmp_path`."""
    made = tmp_path / "nl" / "dealerlijn"
    made.mkdir(parents=True)
    return made


def written(file: Path, rate: int = 8000, channels: int = 1, width: int = 2, frames: int = 100) -> None:
    with wave.open(str(file), "wb") as sound:
        sound.setparams((channels, width, rate, 0, "NONE", ""))
        sound.writeframes(bytes(channels * width * frames))


def test_missing_and_empty_prompts_are_found(tmp_path: Path, folder: Path) -> None:
    (folder / "welcome.wav").write_bytes(PLAYABLE)
    (folder / "menu.wav").write_bytes(b"")

    findings = check_prompts(tmp_path, ["welcome", "menu", "closed"])

    assert [finding.file for finding in findings] == ["nl/dealerlijn/menu.wav", "nl/dealerlijn/closed.wav"]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"rate": 44_100}, "44.1 kHz, mono, 16 bit"),
        ({"channels": 2}, "8 kHz, 2 channels, 16 bit"),
        ({"width": 1}, "8 kHz, mono, 8 bit"),
        ({"frames": 0}, "no sound in it"),
    ],
)
def test_a_sound_that_asterisk_cannot_play_is_found_with_what_it_is(
    tmp_path: Path, folder: Path, form: dict[str, int], told: str
) -> None:
    written(folder / "welcome.wav", **form)

    [finding] = check_prompts(tmp_path, ["welcome"])

    assert (finding.found, finding.expected) == (told, "a sound of 8 kHz, mono, 16 bit")
    assert "sox RECORDING -r 8000" in finding.remedy


@pytest.mark.parametrize("content", [b"RIFF", b"ID3 an MP3 file of some length", PLAYABLE[:20]])
def test_a_file_that_is_no_wav_is_found(tmp_path: Path, folder: Path, content: bytes) -> None:
    (folder / "welcome.wav").write_bytes(content)

    [finding] = check_prompts(tmp_path, ["welcome"])

    assert finding.found.startswith("no WAV file")


def test_a_sound_whose_text_or_recording_changed_since_is_found(tmp_path: Path) -> None:
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    make_sounds(tmp_path, TONES, recorded)
    as_made = check_made(tmp_path, TONES, recorded)
    written(recorded / "menu.wav")

    recorded_later = check_made(tmp_path, TONES, recorded)
    changed = replace(TONES, tones={"beep": Tone(990, 0.15), "menu": Tone(440, 0.2)})
    changed_too = check_made(tmp_path, changed, recorded)

    assert as_made == []
    assert [finding.file for finding in recorded_later] == ["nl/dealerlijn/menu.wav", "nl/menu.wav"]
    assert {finding.file for finding in changed_too} == {
        "nl/dealerlijn/beep.wav",
        "nl/beep.wav",
        "nl/dealerlijn/menu.wav",
        "nl/menu.wav",
    }


def test_sounds_that_others_put_there_are_not_held_against_the_texts(tmp_path: Path, folder: Path) -> None:
    (folder / "menu.wav").write_bytes(PLAYABLE)

    assert check_made(tmp_path, TONES, tmp_path / "recorded") == []


def test_a_recording_that_no_prompt_has_for_its_name_is_found(tmp_path: Path) -> None:
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    written(recorded / "menus.wav")

    [finding] = check_made(tmp_path, TONES, recorded)

    assert (finding.file, finding.found) == (str(recorded / "menus.wav"), "menus")
