"""Is a recording really stored? Asterisk says "done" also on a full disk, so the file itself is asked."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

from calls.ids import RecordingId
from calls.legs import RecordingStopped

_SAMPLE_RATE = 8000
_SAMPLE_BYTES = 2
_HEADER_BYTES = 44
_SLACK_SECONDS = 1.0
_UNSEEN_SECONDS = 60.0


class Recordings:
    """The folder in which Asterisk keeps its recordings; it may be out of reach on another machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def found(self, recording_id: RecordingId, at: datetime) -> RecordingStopped:
        """The fact that nobody heard, of a recording that is over; its length is what is stored.

        Where that cannot be seen it counts as a minute: a message is listed rather than lost.
        """
        return self.checked(
            RecordingStopped(at, recording_id, _UNSEEN_SECONDS if not self._folder.is_dir() else 0.0)
        )

    def checked(self, stopped: RecordingStopped) -> RecordingStopped:
        """The same fact with the length of what is stored, and whether that is all of it."""
        if not self._folder.is_dir():
            return stopped
        file = self._folder / f"{stopped.recording_id}.wav"
        size = file.stat().st_size if file.exists() else 0
        stored = max(0, size - _HEADER_BYTES) / (_SAMPLE_RATE * _SAMPLE_BYTES)
        return replace(stopped, seconds=stored, complete=stored >= stopped.seconds - _SLACK_SECONDS)
