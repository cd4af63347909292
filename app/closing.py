"""The end of a run: let what lives come to its end, then count from the database and compare with /metrics."""

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from app.ari.operations import Ari
from app.ari.outcome import Done
from app.lines import OpenLine
from app.program import Program
from app.storage.totals import count_totals
from app.tasks import Tasks
from calls.commands import HangUp
from calls.words import AgentState, AttemptOutcome, InboundOutcome
from metrics.agreement import disagreements
from metrics.totals import CallTotal, Totals


@dataclass(frozen=True, slots=True)
class Closing:
    """What a run came to. `disagreements` should be empty and `leftovers` 0."""

    totals: Totals
    disagreements: list[str]
    leftovers: int

    def as_json(self) -> str:
        """One JSON object on one line, the same keys always."""
        return json.dumps(
            {
                "inbound": _inbound(self.totals),
                "outbound": _outbound(self.totals),
                "metrics_agree": not self.disagreements,
                "leftovers": self.leftovers,
            }
        )


async def drain(program: Program, seconds: float) -> None:
    """Wait until no call lives, at most so long; then hang up the rest, send the agents home and close their lines."""
    await _until_quiet(program, seconds, but_lines=True)
    for agent in program.desk.floor.agents():
        if agent.state is not AgentState.LOGGED_OUT:
            program.desk.logout(agent.profile.agent_id)
    for machine in program.supervisor.machines():
        for leg_id in machine.legs():
            await program.executor.carry_out(HangUp(leg_id))
    await _until_quiet(program, 10.0, but_lines=False)


async def close(program: Program, metrics_text: str) -> Closing:
    """Count what happened and what is left. Call it after `drain`."""
    await program.journal.flushed(10.0)
    targets = {dealer.dealer: dealer.service_level_seconds for dealer in program.dealers.dealers.values()}
    totals = await count_totals(program.database, None, targets)
    return Closing(totals, disagreements(totals, metrics_text), await left_over(program.tasks, program.ari))


async def _until_quiet(program: Program, seconds: float, *, but_lines: bool) -> None:
    try:
        async with asyncio.timeout(seconds):
            while any(
                not (but_lines and isinstance(machine, OpenLine)) for machine in program.supervisor.machines()
            ):
                await asyncio.sleep(0.1)
    except TimeoutError:
        return


async def left_over(tasks: Tasks, ari: Ari) -> int:
    """How much is left after three seconds: channels and bridges that Asterisk still has, and tasks that should have ended.

    An Asterisk that does not tell counts as one.
    """
    for _ in range(30):
        left = len(tasks.passing())
        for answer in (await ari.channels.list(), await ari.bridges.list()):
            left += len(answer.value) if isinstance(answer, Done) else 1
        if left == 0:
            break
        await asyncio.sleep(0.1)
    return left


def _inbound(totals: Totals) -> dict[str, object]:
    departments = sorted({row.department.value for row in totals.calls if row.department is not None})
    return {
        **_calls(totals.calls),
        "by_department": {
            name: _calls(row for row in totals.calls if row.department is not None and row.department == name)
            for name in departments
        },
    }


def _calls(rows: Iterable[CallTotal]) -> dict[str, int]:
    """`offered` entered a queue; `arrived` is everybody, and the sum of the outcomes once all have ended."""
    counts: Counter[str] = Counter()
    for row in rows:
        counts["arrived"] += row.arrived
        counts["offered"] += row.offered
        if row.outcome is not None:
            counts[row.outcome] += row.arrived
    names = ("arrived", "offered", *InboundOutcome)
    return {str(name): counts[name] for name in names}


def _outbound(totals: Totals) -> dict[str, int]:
    outcomes: Counter[str] = Counter()
    for row in totals.attempts:
        if row.outcome is not None:
            outcomes[row.outcome] += row.attempts
    return {
        "attempts": sum(row.attempts for row in totals.attempts),
        "answered": sum(row.answered for row in totals.attempts),
        "connected": sum(row.connected for row in totals.attempts),
        "abandoned": sum(row.abandoned for row in totals.attempts),
        "message_played": sum(row.messages for row in totals.attempts),
        **{
            outcome.value: outcomes[outcome]
            for outcome in (
                AttemptOutcome.HUNG_UP,
                AttemptOutcome.UNANSWERED,
                AttemptOutcome.BUSY,
                AttemptOutcome.FAILED,
                AttemptOutcome.IN_DOUBT,
            )
        },
    }
