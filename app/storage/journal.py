"""The journal: facts stored in order, with the projections that follow from them, in one transaction."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, Update, bindparam, exists, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import tables
from app.storage.database import Database
from app.storage.epochs import check_epoch, written_in_epoch
from app.storage.fact_json import decode, encode
from app.storage.follow_up import carry_out
from app.storage.projection import Row, Value, project
from app.storage.tables import epochs
from calls.facts import AttemptCommitted, Fact
from calls.ids import NodeId

_RELEASED = (
    update(tables.contacts)
    .where(
        tables.contacts.c.contact_id == bindparam("key"),
        tables.contacts.c.state == literal_column("'in_air'"),
        ~exists().where(tables.attempts.c.contact_id == bindparam("key"), tables.ATTEMPT_OPEN),
    )
    .values(state="ready")
)


class Journal:
    """One node's journal in one epoch. A single task writes to it."""

    def __init__(self, database: Database, node: NodeId, epoch: int) -> None:
        self._database = database
        self._node = node
        self._epoch = epoch
        self._confirmed = 0

    async def write_facts(self, facts: Sequence[Fact]) -> None:
        """Store facts and what follows from them, all or nothing, in their order.

        After StoreUnavailable the outcome is unknown: call again with the same facts first (more may follow), and those
        that were stored after all are passed over. A second end of a call or attempt is ignored; an `AttemptCommitted`
        too, since the campaign store has written it. Raises StaleEpoch when another controller is in charge.
        """
        async with self._database.writing() as connection:
            written = await written_in_epoch(connection, self._node, self._epoch, self._confirmed, len(facts))
            fresh = facts[written - self._confirmed :]
            await self._append(connection, fresh)
            await self._project(connection, fresh)
        self._confirmed += len(facts)

    async def store_missing(self, numbered: Sequence[tuple[int, Fact]]) -> int:
        """Store those facts whose number the database has not reached yet, all or nothing; how many that were.

        A fact's number is its place among the facts of the epoch, from 0. Raises StaleEpoch, StoreUnavailable.
        """
        async with self._database.writing() as connection:
            await check_epoch(connection, self._node, self._epoch, for_writing=True)
            row = epochs.c.node == self._node
            written = (await connection.execute(select(epochs.c.written).where(row))).scalar_one()
            missing = [fact for number, fact in numbered if number >= written]
            await self._append(connection, missing)
            await self._project(connection, missing)
            reached = max([written, *(number + 1 for number, _ in numbered)])
            await connection.execute(update(epochs).where(row).values(written=reached))
        return len(missing)

    async def _append(self, connection: AsyncConnection, facts: Sequence[Fact]) -> None:
        rows = [
            fact_row(fact, self._node, self._epoch) for fact in facts if type(fact) is not AttemptCommitted
        ]
        if rows:
            await connection.execute(self._database.insert(tables.facts).on_conflict_do_nothing(), rows)

    async def _project(self, connection: AsyncConnection, facts: Sequence[Fact]) -> None:
        changes = project(facts)
        for table, new in (
            (tables.calls, [*changes.new_calls.values()]),
            (tables.voicemails, changes.voicemails),
        ):
            if new:
                await connection.execute(self._database.insert(table).on_conflict_do_nothing(), new)
        await _change(connection, tables.calls, "call_id", changes.calls, once=True)
        await _change(connection, tables.attempts, "call_id", changes.attempts, once=True)
        await _change(connection, tables.attempts, "call_id", changes.mistaken)
        await _change(connection, tables.agents, "agent_id", changes.agents)
        if changes.released:
            await connection.execute(_RELEASED, [{"key": contact_id} for contact_id in changes.released])
        for disposition in changes.dispositions:
            await carry_out(connection, disposition)


async def read_facts(database: Database, after: int, limit: int) -> list[tuple[int, Fact]]:
    """Return up to `limit` journalled facts with a number above `after`, in order; kinds unknown here are left out."""
    columns = (tables.facts.c.seq, tables.facts.c.kind, tables.facts.c.body)
    query = select(*columns).where(tables.facts.c.seq > after).order_by(tables.facts.c.seq).limit(limit)
    async with database.reading() as connection:
        rows = (await connection.execute(query)).all()
    return [(row.seq, fact) for row in rows if (fact := decode(row.kind, row.body)) is not None]


def fact_row(fact: Fact, node: NodeId, epoch: int) -> dict[str, Any]:
    """The journal's row for a fact."""
    return {
        "at": fact.at,
        "kind": type(fact).__name__,
        "node": getattr(fact, "node", node),
        "epoch": epoch,
        "call_id": getattr(fact, "call_id", None),
        "campaign_id": getattr(fact, "campaign_id", None),
        "dealer": getattr(fact, "dealer", None),
        "body": encode(fact),
    }


async def _change(
    connection: AsyncConnection, table: Table, key: str, rows: Mapping[str, Row], *, once: bool = False
) -> None:
    """Change rows, one statement for all that change the same columns. `once`: an ended row stays as it is."""
    alike: dict[tuple[str, ...], list[dict[str, Value]]] = defaultdict(list)
    for value, columns in rows.items():
        alike[tuple(columns)].append({"key": value, **{f"new_{name}": columns[name] for name in columns}})
    for names, parameters in alike.items():
        await connection.execute(_change_of(table, key, names, once), parameters)


@cache
def _change_of(table: Table, key: str, names: tuple[str, ...], once: bool) -> Update:
    statement = update(table).where(table.c[key] == bindparam("key"))
    if once:
        statement = statement.where(table.c.ended_at.is_(None))
    return statement.values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names})
