import io
import wave
from pathlib import Path

import pytest

from app.prompt_lengths import UNKNOWN_SECONDS, PromptLengths


def sound(seconds: float) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(8000)
        writer.writeframes(bytes(int(seconds * 8000) * 2))
    return file.getvalue()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    prompts = tmp_path / "nl" / "dealerlijn"
    prompts.mkdir(parents=True)
    return prompts


def test_a_prompt_lasts_as_long_as_its_sound(tmp_path: Path, folder: Path) -> None:
    (folder / "welcome.wav").write_bytes(sound(2.5))

    assert PromptLengths(tmp_path).seconds("welcome") == pytest.approx(2.5, abs=0.01)


def test_a_header_that_does_not_know_the_length_is_not_believed(tmp_path: Path, folder: Path) -> None:
    content = bytearray(sound(2.5))
    content[40:44] = (0x7FFFFFFE).to_bytes(4, "little")
    (folder / "welcome.wav").write_bytes(content)

    assert PromptLengths(tmp_path).seconds("welcome") == pytest.approx(2.5, abs=0.01)


@pytest.mark.parametrize("content", [None, b"", b"RIFF", b"no sound at all"])
def test_a_prompt_that_cannot_be_read_is_taken_to_last_long(
    tmp_path: Path, folder: Path, content: bytes | None
) -> None:
    if content is not None:
        (folder / "welcome.wav").write_bytes(content)

    assert PromptLengths(tmp_path).seconds("welcome") == UNKNOWN_SECONDS


def test_a_prompt_is_read_once(tmp_path: Path, folder: Path) -> None:
    lengths = PromptLengths(tmp_path)
    (folder / "welcome.wav").write_bytes(sound(1))
    first = lengths.seconds("welcome")

    (folder / "welcome.wav").unlink()

    assert lengths.seconds("welcome") == first
