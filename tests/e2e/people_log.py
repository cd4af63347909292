"""Reading people.log: what the simulated callers, phones and customers did, and when."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_LINE = re.compile(r"^\[([0-9 :.-]{23})\] .*PEOPLE kind=(\w+) who=(\S*) event=([\w-]+)(?: cause=(\d+))?$")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of one person, at the machine's local time to the millisecond."""

    at: datetime
    kind: str
    who: str
    event: str
    cause: int | None


def read_steps(log: Path) -> Iterator[Step]:
    """All steps so far, oldest first."""
    if not log.exists():
        return
    for line in log.read_text(errors="replace").splitlines():
        found = _LINE.match(line)
        if found is not None:
            at, kind, who, event, cause = found.groups()
            moment = datetime.fromisoformat(at).astimezone()
            yield Step(moment, kind, who, event, int(cause) if cause else None)
