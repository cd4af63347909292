"""The manifest of prompts, and making the sounds directory."""

import re
import wave
from pathlib import Path

import numpy as np
import pytest

from app.asterisk.errors import PromptBroken
from app.asterisk.music import RATE, soft_tune, tone, wav_bytes
from app.asterisk.prompts import Manifest, Tone, Voice, make_sounds, read_manifest
from app.asterisk.render import render
from app.dealers_file import PromptsTable
from dialer.life import INFORMATION_MESSAGE
from tests.unit.asterisk.nodes import dealer_node

TONES = Manifest(Voice("nl", 145), {}, {"beep": Tone(880, 0.15)})
BEEP = Path("nl/dealerlijn/beep.wav")


def test_the_shipped_manifest_holds_what_is_played_and_nothing_else() -> None:
    manifest = read_manifest()
    files = render(dealer_node())

    by_asterisk = re.findall(r"dealerlijn/([a-z-]+)", files["extensions.conf"] + files["queues.conf"])
    named = PromptsTable().model_dump(exclude={"information_messages"}).values()
    played = {*by_asterisk, *named, INFORMATION_MESSAGE, "beep", "agent-beep"} - {""}

    assert {*manifest.texts, *manifest.tones} == played


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[voice",
        '[voice]\nname = "nl"\nwords_per_minute = 1\n[tones]\n[prompts]\nmenu = " "\n',
        "prompts = 3",
    ],
)
def test_a_broken_manifest_is_named_with_a_remedy(tmp_path: Path, text: str) -> None:
    file = tmp_path / "prompts.toml"
    file.write_text(text)

    with pytest.raises(PromptBroken, match=r"prompts\.toml.*(see the shipped one|write one)"):
        read_manifest(file)


def test_a_tone_is_made_once(tmp_path: Path) -> None:
    make_sounds(tmp_path, TONES, tmp_path / "recorded")

    assert make_sounds(tmp_path, TONES, tmp_path / "recorded") == []
    with wave.open(str(tmp_path / BEEP)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getnframes()) == (8000, 1, 1200)


def test_a_sound_that_was_changed_or_removed_is_made_anew(tmp_path: Path) -> None:
    make_sounds(tmp_path, TONES, tmp_path / "recorded")
    (tmp_path / BEEP).unlink()
    longer = Manifest(TONES.voice, {}, {"beep": Tone(880, 0.3)})

    assert make_sounds(tmp_path, TONES, tmp_path / "recorded") == ["nl/dealerlijn/beep"]
    assert "nl/dealerlijn/beep" in make_sounds(tmp_path, longer, tmp_path / "recorded")


def test_a_recording_takes_the_place_of_the_text_and_a_broken_one_is_named(tmp_path: Path) -> None:
    recorded = tmp_path / "recorded"
    recorded.mkdir()
    (recorded / "beep.wav").write_bytes(wav_bytes(tone(300, 0.5)))
    make_sounds(tmp_path / "sounds", TONES, recorded)
    with wave.open(str(tmp_path / "sounds" / BEEP)) as file:
        length = file.getnframes()
    (recorded / "beep.wav").write_bytes(b"no sound")

    with pytest.raises(PromptBroken, match=r"recorded/beep\.wav.*replace it"):
        make_sounds(tmp_path / "sounds", TONES, recorded)

    assert length == RATE / 2
    assert (tmp_path / "sounds" / BEEP).exists()


def test_the_tune_is_soft_and_its_end_joins_its_beginning() -> None:
    tune = soft_tune()

    assert np.abs(tune).max() == pytest.approx(0.2)
    assert len(tune) == 16 * RATE
    assert abs(tune[0] - tune[-1]) < 0.02
