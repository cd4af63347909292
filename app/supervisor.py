"""The running calls: which session owns which leg, and what happens when a session fails.

One call is one task. A failure is caught here, once: the call's legs are hung up, its end is told, and no other call notices.
"""

import logging
from collections.abc import Callable, Coroutine, Sequence

from app.ari.executor import Executor
from app.call_session import CallSession, Machine
from app.clock import Clock
from app.journal import Journal
from app.tasks import Tasks
from calls.commands import Command, HangUp
from calls.ids import CallId, LegId, leg_mark
from calls.words import HangupCause

_log = logging.getLogger(__name__)
SessionDone = Callable[[Machine, bool], None]


class Supervisor:
    """Starts sessions and routes facts to them."""

    def __init__(self, tasks: Tasks, executor: Executor, journal: Journal, clock: Clock) -> None:
        self._tasks = tasks
        self._executor = executor
        self._journal = journal
        self._clock = clock
        self._by_call: dict[CallId, CallSession] = {}
        self._by_leg: dict[LegId, CallSession] = {}
        self.failures = 0

    def __len__(self) -> int:
        return len(self._by_call)

    def machines(self) -> list[Machine]:
        """Every running call's machine."""
        return [session.machine for session in self._by_call.values()]

    def owner(self, leg_id: LegId) -> CallSession | None:
        """The session that a leg belongs to: by its own id when we chose it, else as it was started."""
        session = self._by_leg.get(leg_id)
        if session is None and (mark := leg_mark(leg_id)) is not None:
            return self._by_call.get(mark.call_id)
        return session

    def call(self, call_id: CallId) -> CallSession | None:
        """The session of a call."""
        return self._by_call.get(call_id)

    def start(
        self,
        machine: Machine,
        commands: Sequence[Command],
        legs: Sequence[LegId] = (),
        done: SessionDone | None = None,
    ) -> CallSession:
        """Start a call's session. `legs` are those that others named; `done(machine, failed)` is called at its end.

        When the program stops, the call goes on in Asterisk: that is not its end.
        """
        session = CallSession(machine, self._executor, self._journal, self._clock)
        self._by_call[machine.call_id] = session
        for leg_id in legs:
            self._by_leg[leg_id] = session
        name = f"call {machine.call_id}"
        self._tasks.start(name, self._guard(name, self._run(session, commands, legs, done)))
        return session

    def spawn(self, name: str, work: Coroutine[None, None, object]) -> None:
        """Run a piece of side work; its failure is logged and harms nothing."""
        self._tasks.start(name, self._guard(name, work))

    async def _run(
        self,
        session: CallSession,
        commands: Sequence[Command],
        legs: Sequence[LegId],
        done: SessionDone | None,
    ) -> None:
        machine = session.machine
        failed = False
        try:
            await session.run(commands)
        except Exception:  # noqa: BLE001 - the call boundary: one call's failure touches no other
            failed = True
            self.failures += 1
            _log.exception("a call failed", extra={"call": machine.call_id})
            self._journal.publish(*machine.failed(self._clock.now()))
        finally:
            self._by_call.pop(machine.call_id, None)
            for leg_id in legs:
                self._by_leg.pop(leg_id, None)
        if failed:
            for leg_id in machine.legs():
                hang_up = HangUp(leg_id, HangupCause.FAILURE)
                await self._guard("hang up a failed call", self._executor.carry_out(hang_up))
        if done is not None:
            done(machine, failed)

    async def _guard(self, name: str, work: Coroutine[None, None, object]) -> None:
        try:
            await work
        except Exception:  # noqa: BLE001 - side work never takes the program down
            self.failures += 1
            _log.exception("side work failed", extra={"work": name})
