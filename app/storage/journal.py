"""The journal: facts stored in order, with the projections that follow from them, in one transaction."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, Update, bindparam, exists, literal_column, select, update
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage import tables
from app.storage.database import Database, cannot_hold
from app.storage.epochs import check_epoch, written_in_epoch
from app.storage.fact_json import decode, encode
from app.storage.follow_up import carry_out
from app.storage.projection import Row, Value, project
from app.storage.tables import epochs
from calls.facts import AttemptCalledOff, AttemptCommitted, Fact
from calls.ids import NodeId

_log = logging.getLogger(__name__)
_STORED_BEFORE = frozenset({AttemptCommitted, AttemptCalledOff})
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

    async def write_facts(self, facts: Sequence[Fact]) -> int:
        """Store facts and what follows from them, all or nothing, in their order.

        A fact that the database cannot hold costs only itself, and is logged; returns how many these were. After
        StoreUnavailable the outcome is unknown: call again with the same facts first (more may follow), and those that were
        stored after all are passed over. A second end of a call or attempt is ignored; an `AttemptCommitted` and an
        `AttemptCalledOff` too, since the campaign store has written them. Raises StaleEpoch when another controller is in charge.
        """
        refused = await self._write(facts, self._confirmed)
        self._confirmed += len(facts)
        return refused

    async def _write(self, facts: Sequence[Fact], confirmed: int) -> int:
        async def work(connection: AsyncConnection) -> None:
            written = await written_in_epoch(connection, self._node, self._epoch, confirmed, len(facts))
            fresh = facts[written - confirmed :]
            await self._append(connection, fresh)
            await self._project(connection, fresh)

        try:
            await self._database.write_at_once(work)
        except (StatementError, OverflowError) as error:
            if not cannot_hold(error):
                raise
            return await self._write_apart(facts, confirmed, error)
        return 0

    async def _write_apart(self, facts: Sequence[Fact], confirmed: int, error: Exception) -> int:
        """Store what can be stored of facts among which the database refuses one."""
        async with self._database.reading() as connection:
            written = await self._written(connection)
        facts, confirmed = facts[written - confirmed :], written
        if len(facts) > 1:
            half = len(facts) // 2
            refused = await self._write(facts[:half], confirmed)
            return refused + await self._write(facts[half:], confirmed + half)
        async with self._database.writing() as connection:
            await written_in_epoch(connection, self._node, self._epoch, confirmed, len(facts))
        _tell_refused(facts, error)
        return len(facts)

    async def store_missing(self, numbered: Sequence[tuple[int, Fact]]) -> int:
        """Store those facts whose number the database has not reached yet, all or nothing; how many that were.

        A fact that the database cannot hold costs only itself, and is logged. A fact's number is its place among the facts of
        the epoch, from 0. Raises StaleEpoch, StoreUnavailable.
        """
        try:
            return await self._store_missing(numbered, leave_out=False)
        except (StatementError, OverflowError) as error:
            if not cannot_hold(error):
                raise
            if len(numbered) > 1:
                half = len(numbered) // 2
                return await self.store_missing(numbered[:half]) + await self.store_missing(numbered[half:])
            await self._store_missing(numbered, leave_out=True)
            _tell_refused([fact for _, fact in numbered], error)
            return 0

    async def _store_missing(self, numbered: Sequence[tuple[int, Fact]], *, leave_out: bool) -> int:
        async with self._database.writing() as connection:
            await check_epoch(connection, self._node, self._epoch, for_writing=True)
            written = await self._written(connection)
            missing = [fact for number, fact in numbered if number >= written and not leave_out]
            await self._append(connection, missing)
            await self._project(connection, missing)
            reached = max([written, *(number + 1 for number, _ in numbered)])
            ours = update(epochs).where(epochs.c.node == self._node)
            await connection.execute(ours.values(written=reached))
        return len(missing)

    async def _written(self, connection: AsyncConnection) -> int:
        query = select(epochs.c.written).where(epochs.c.node == self._node)
        written: int = (await connection.execute(query)).scalar_one()
        return written

    async def _append(self, connection: AsyncConnection, facts: Sequence[Fact]) -> None:
        rows = [fact_row(fact, self._node, self._epoch) for fact in facts if type(fact) not in _STORED_BEFORE]
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


def _tell_refused(facts: Sequence[Fact], error: Exception) -> None:
    for fact in facts:
        kinds = {"fact": type(fact).__name__, "reason": type(error).__name__}
        _log.error("the database cannot hold a fact: it is lost", extra=kinds)


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
