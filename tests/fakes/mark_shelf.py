"""Asterisk's own database and ours, as far as marks of what Asterisk did alone are concerned."""

from collections.abc import Mapping, Set
from datetime import datetime

from app.ami.errors import AmiDown
from calls.ids import CallId, LegId, RecordingId


class FakeShelf:
    """Asterisk's database (`app.marks.MarkShelf`); while `away` it cannot be reached."""

    def __init__(self) -> None:
        self.entries: dict[str, str] = {}
        self.away = False
        self.asked_within: list[float] = []
        """How long each question would have waited for the link."""

    def mark(self, leg_id: LegId, **events: str) -> None:
        """The dialplan marks these events of a leg."""
        self.entries |= {f"/dealerlijn/{leg_id}/{event}": value for event, value in events.items()}

    async def database(self, family: str, within: float = 0.0) -> Mapping[str, str]:
        self.asked_within.append(within)
        if self.away:
            raise AmiDown("not connected")
        return {key: value for key, value in self.entries.items() if key.startswith(f"/{family}/")}

    async def forget(self, family: str, key: str) -> None:
        if self.away:
            raise AmiDown("not connected")
        for entry in [entry for entry in self.entries if entry.startswith(f"/{family}/{key}/")]:
            del self.entries[entry]


class FakeTold:
    """What our database knows already (`app.marks.Told`)."""

    def __init__(self) -> None:
        self.known: dict[LegId, CallId] = {}
        self.listed: set[RecordingId] = set()
        self.objected: set[CallId] = set()

    async def callers(self, legs: Set[LegId], since: datetime) -> Mapping[LegId, CallId]:
        return {leg_id: self.known[leg_id] for leg_id in legs & self.known.keys()}

    async def messages(self, recordings: Set[RecordingId]) -> Set[RecordingId]:
        return recordings & self.listed

    async def objections(self, calls: Set[CallId]) -> Set[CallId]:
        return calls & self.objected
