"""What a transaction of the journal costs on SQLite: processor and wall time of one with one fact, and of one with a whole call.

    python -m benchmarks.journal [CALLS]

A call is five facts: arrived, choice in the menu, agent reserved, connected, ended.
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter, process_time

from app.storage.database import open_database
from app.storage.epochs import take_epoch
from app.storage.journal import Journal
from benchmarks.rig.tables import Cell, show
from calls.facts import AgentStateChanged, CallArrived, CallConnected, CallEnded, Fact, MenuChosen
from calls.ids import AgentId, CallId, DealerId, LegId, NodeId
from calls.words import AgentState, CallPhase, Department, HangupCause, InboundOutcome

NODE, DEALER, ANNA, SALES = NodeId("n1"), DealerId("demo"), AgentId("anna"), Department.SALES


def call(number: int) -> list[Fact]:
    at, call_id = datetime.now(UTC), CallId(f"n1{number:026d}")
    return [
        CallArrived(at, call_id, DEALER, "+31401234567", "+31612345678", LegId(f"bench.{number}"), NODE),
        MenuChosen(at, call_id, DEALER, SALES, 0, False),
        AgentStateChanged(at, ANNA, AgentState.AVAILABLE, AgentState.RESERVED, "longest_idle", call_id),
        CallConnected(at, call_id, DEALER, SALES, ANNA, LegId(f"{call_id}-a00"), 1.0),
        CallEnded(
            at,
            call_id,
            DEALER,
            SALES,
            CallPhase.TALKING,
            InboundOutcome.CONNECTED,
            HangupCause.NORMAL,
            1.0,
            9.0,
        ),
    ]


async def store(journal: Journal, name: str, batches: Sequence[Sequence[Fact]]) -> dict[str, Cell]:
    worked, began = process_time(), perf_counter()
    for batch in batches:
        await journal.write_facts(batch)
    each = 1000 / len(batches)
    cpu_ms, wall_ms = (process_time() - worked) * each, (perf_counter() - began) * each
    return {"a transaction with": name, "cpu_ms": cpu_ms, "wall_ms": wall_ms}


async def main(calls: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db")
        await database.migrate()
        journal = Journal(database, NODE, await take_epoch(database, NODE))
        alone = [[fact] for number in range(calls) for fact in call(number)]
        rows = [await store(journal, "one fact", alone)]
        rows.append(await store(journal, "a call", [call(calls + number) for number in range(calls)]))
        await database.close()
    show(rows)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
