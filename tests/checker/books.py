"""What the product says of a campaign: its journal, its tables, its API and /metrics, each read as a stranger would."""

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.request import Request, urlopen

_ANSWER_SECONDS = 10
_SERIES = re.compile(r"^dealerlijn_(\w+)\{([^}]*)\} (\S+)$")
_CALLED_OFF = "called_off"
_LABEL = re.compile(r'(\w+)="([^"]*)"')
_MOMENTS = {
    "AttemptCommitted": "committed_at",
    "AttemptCalledOff": "called_off_at",
    "AttemptAnswered": "answered_at",
    "AttemptConnected": "connected_at",
    "AttemptAbandoned": "abandoned_at",
    "InformationMessagePlayed": "message_at",
    "AttemptEnded": "ended_at",
}
_TOLD = {
    "agent": "agent_id",
    "outcome": "outcome",
    "ring_seconds": "ring_seconds",
    "talk_seconds": "talk_seconds",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One attempt as a book has it; times in seconds since 1970, None for what did not happen.

    `called_off_at` is when it was meant to be rung no longer, `called_off` whether it ended by that.
    """

    call_id: str
    number: str
    committed_at: float
    answered_at: float | None = None
    connected_at: float | None = None
    abandoned_at: float | None = None
    message_at: float | None = None
    ended_at: float | None = None
    agent: str | None = None
    outcome: str | None = None
    objected_at: float | None = None
    ring_seconds: float | None = None
    talk_seconds: float | None = None
    called_off_at: float | None = None
    called_off: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How often what happened in a campaign."""

    attempts: int
    answered: int
    connected: int
    abandoned: int
    messages: int
    outcomes: dict[str, int]
    called_off: int = 0


@dataclass(frozen=True, slots=True)
class Books:
    """The attempts by the tables and by the journal, and the `figures` of whoever counts, by name."""

    table: list[Entry]
    journal: list[Entry]
    repeated: list[str]
    """Journalled facts that can happen only once and are there more often, in words."""
    objections: dict[str, float]
    """When each number objected."""
    figures: dict[str, Counts]


def counts_of(entries: Iterable[Entry]) -> Counts:
    """Count attempts."""
    rows = list(entries)
    return Counts(
        attempts=len(rows),
        answered=sum(row.answered_at is not None for row in rows),
        connected=sum(row.connected_at is not None for row in rows),
        abandoned=sum(row.abandoned_at is not None for row in rows),
        messages=sum(row.message_at is not None for row in rows),
        outcomes=dict(Counter(row.outcome for row in rows if row.outcome is not None)),
        called_off=sum(row.called_off for row in rows),
    )


def read_books(database: Path, campaign: str, figures: dict[str, Counts]) -> Books:
    """Read the attempts and objections of one campaign from an SQLite database."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=5)) as connection:
        connection.row_factory = sqlite3.Row
        numbers = dict(connection.execute("SELECT contact_id, number FROM contacts").fetchall())
        objectors = {
            row["call_id"]: _seconds(row["at"])
            for row in connection.execute("SELECT call_id, at FROM objections")
        }
        rows = connection.execute(
            "SELECT * FROM attempts WHERE campaign_id = ? ORDER BY committed_at, call_id", (campaign,)
        ).fetchall()
        facts = connection.execute(
            "SELECT kind, at, call_id, body FROM facts WHERE campaign_id = ? AND call_id IS NOT NULL ORDER BY seq",
            (campaign,),
        ).fetchall()
    table = [_entry(row, numbers, objectors) for row in rows]
    journal, repeated = _journal(facts, numbers, objectors)
    by_call = {entry.call_id: entry.number for entry in table}
    objections = {by_call[call_id]: at for call_id, at in objectors.items() if call_id in by_call}
    return Books(table, journal, repeated, objections, figures)


def ask_api(address: str, token: str, campaign: str) -> dict[str, Counts]:
    """What the API and /metrics count."""
    figures = json.loads(get(f"{address}/api/v1/campaigns/{campaign}/figures", token))["since_start"]
    outcomes = {word: count for word, count in figures["outcomes"].items() if count}
    return {
        "API": Counts(
            figures["attempts"],
            figures["answered"],
            figures["connected"],
            figures["abandoned"],
            figures["information_messages"],
            outcomes,
            figures["called_off"],
        ),
        "/metrics": read_metrics(get(f"{address}/metrics", token), campaign),
    }


def read_metrics(text: str, campaign: str) -> Counts:
    """The counters of one campaign in a Prometheus text."""
    counters: Counter[tuple[str, str]] = Counter()
    for name, labels, value in _series(text):
        if labels.get("campaign") == campaign and name.endswith("_total"):
            counters[name.removesuffix("_total"), labels.get("outcome", "")] += int(float(value))
    return Counts(
        counters["attempts", ""],
        counters["answered_attempts", ""],
        counters["connected_attempts", ""],
        counters["abandoned_attempts", ""],
        counters["information_messages", ""],
        {word: count for (name, word), count in counters.items() if name == "attempt_outcomes" and count},
        counters["called_off_attempts", ""],
    )


def labelled(text: str, name: str) -> Iterator[tuple[dict[str, str], str]]:
    """The labels and the value of each series of this name in a Prometheus text."""
    return ((labels, value) for each, labels, value in _series(text) if each == name)


def _series(text: str) -> Iterator[tuple[str, dict[str, str], str]]:
    for line in text.splitlines():
        found = _SERIES.match(line)
        if found is not None:
            yield found[1], dict(_LABEL.findall(found[2])), found[3]


def get(url: str, token: str) -> str:
    """What an address of the product's answers."""
    request = Request(url, headers={"Authorization": f"Bearer {token}"})
    with urlopen(request, timeout=_ANSWER_SECONDS) as answer:
        content: bytes = answer.read()
    return content.decode()


def _entry(row: sqlite3.Row, numbers: dict[int, str], objectors: dict[str, float]) -> Entry:
    moments = {name: row[name] and _seconds(row[name]) for name in _MOMENTS.values()}
    return Entry(
        row["call_id"],
        numbers[row["contact_id"]],
        **moments,
        agent=row["agent_id"],
        outcome=row["outcome"],
        objected_at=objectors.get(row["call_id"]),
        ring_seconds=row["ring_seconds"],
        talk_seconds=row["talk_seconds"],
        called_off=row["cause"] == _CALLED_OFF,
    )


def _journal(
    facts: Iterable[sqlite3.Row], numbers: dict[int, str], objectors: dict[str, float]
) -> tuple[list[Entry], list[str]]:
    entries: dict[str, dict[str, object]] = {}
    repeated = []
    for fact in facts:
        column, call_id, body = _MOMENTS.get(fact["kind"]), fact["call_id"], json.loads(fact["body"])
        if column is None:
            continue
        entry = entries.setdefault(call_id, {"call_id": call_id, "objected_at": objectors.get(call_id)})
        if column in entry:
            repeated.append(f"{call_id}: {fact['kind']} is in the journal twice")
        entry[column] = _seconds(fact["at"])
        if "contact_id" in body:
            entry["number"] = numbers[int(body["contact_id"])]
        entry |= {key: body[name] for key, name in _TOLD.items() if name in body}
        if "cause" in body:
            entry["called_off"] = body["cause"] == _CALLED_OFF
    whole = [Entry(**entry) for entry in entries.values() if {"number", "committed_at"} <= entry.keys()]  # type: ignore[arg-type]
    repeated += [
        f"{call_id}: never committed in the journal"
        for call_id, entry in entries.items()
        if "committed_at" not in entry
    ]
    return whole, repeated


def _seconds(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()
