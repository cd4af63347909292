"""How long each prompt plays, read from the sounds that set-up made."""

import wave
from pathlib import Path

UNKNOWN_SECONDS = 10.0


class PromptLengths:
    """Lengths by prompt name, each read once. A prompt that is not here is taken to last `UNKNOWN_SECONDS`."""

    def __init__(self, sounds_dir: Path) -> None:
        self._folder = sounds_dir / "nl" / "dealerlijn"
        self._known: dict[str, float] = {}

    def seconds(self, name: str) -> float:
        """The length of a prompt."""
        if name not in self._known:
            self._known[name] = _length(self._folder / f"{name}.wav")
        return self._known[name]


def _length(file: Path) -> float:
    try:
        with wave.open(str(file)) as sound:
            # The header of a sound that was made through a pipe does not know its length; the file does.
            stored = file.stat().st_size / (sound.getsampwidth() * sound.getnchannels())
            return float(min(sound.getnframes(), stored) / sound.getframerate())
    except (OSError, EOFError, wave.Error):
        return UNKNOWN_SECONDS
