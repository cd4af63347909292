"""What a controller's database says, read beside the controller with plain SQL."""

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Record:
    """The database in a folder."""

    folder: Path

    def calls(self) -> list[dict[str, Any]]:
        """Every inbound call, by arrival."""
        return self._rows("SELECT * FROM calls ORDER BY arrived_at")

    def attempts(self) -> list[dict[str, Any]]:
        """Every attempt, by commitment, with the number that was dialled."""
        return self._rows("SELECT * FROM attempts NATURAL JOIN contacts ORDER BY committed_at")

    def progress(self, campaign: str) -> tuple[int, int]:
        """How many attempts of a campaign were committed, and how many of them are over."""
        query = "SELECT COUNT(*) AS committed, COUNT(outcome) AS ended FROM attempts WHERE campaign_id = ?"
        (row,) = self._rows(query, campaign)
        return row["committed"], row["ended"]

    def choosable(self) -> int:
        """How many contacts may be called now, or are being called."""
        (row,) = self._rows("SELECT COUNT(*) AS count FROM contacts WHERE state IN ('ready', 'in_air')")
        return int(row["count"])

    def closed_for(self, reason: str) -> int:
        """How many contacts are closed for this reason."""
        (row,) = self._rows(
            "SELECT COUNT(*) AS count FROM contacts WHERE state = 'closed' AND closed_reason = ?", reason
        )
        return int(row["count"])

    def states(self) -> dict[str, str]:
        """Each agent's state."""
        return {row["agent_id"]: row["state"] for row in self._rows("SELECT agent_id, state FROM agents")}

    def facts(self, kind: str) -> list[dict[str, Any]]:
        """The journalled facts of a kind, in order, `at` as a moment."""
        rows = self._rows(f"SELECT at, epoch, body FROM facts WHERE kind = '{kind}' ORDER BY seq")
        return [{**json.loads(row["body"]), "epoch": row["epoch"], "at": moment(row["at"])} for row in rows]

    def objections(self) -> set[str]:
        """The calls in which somebody objected."""
        return {row["call_id"] for row in self._rows("SELECT call_id FROM objections")}

    def ends(self) -> dict[str, int]:
        """How many ends the journal holds for each call and attempt."""
        query = "SELECT call_id, COUNT(*) AS ends FROM facts WHERE kind IN ('CallEnded', 'AttemptEnded', 'CallServedAlone') GROUP BY call_id"
        return {row["call_id"]: row["ends"] for row in self._rows(query)}

    async def until(self, condition: Callable[["Record"], bool], limit: float, what: str) -> None:
        """Return as soon as the condition holds; fail, saying what was awaited, after `limit` seconds."""
        deadline = time.monotonic() + limit
        while not condition(self):
            assert time.monotonic() < deadline, (
                f"not within {limit:g} s: {what}; {self.calls()} {self.attempts()}"
            )
            await asyncio.sleep(LOOK_SECONDS)

    async def all_over(self, count: int, limit: float) -> None:
        """Return when there are `count` calls and attempts and each has its outcome."""
        await self.until(
            lambda record: (
                sum(row["outcome"] is not None for row in record.calls() + record.attempts()) == count
            ),
            limit,
            f"the end of {count} calls",
        )

    def _rows(self, query: str, *values: str) -> list[dict[str, Any]]:
        connection = sqlite3.connect(f"file:{self.folder}/dealerlijn.db?mode=ro", uri=True, timeout=5)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query, values)]
        finally:
            connection.close()


def moment(text: str) -> datetime:
    """A moment as the database keeps it."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
