"""After a restart: attempts that an earlier process meant to ring no longer."""

from dataclasses import replace

import pytest

from calls.facts import AttemptAnswered, AttemptEnded
from calls.legs import LegEnded
from calls.words import AttemptOutcome, HangupCause
from tests.fakes.virtual_time import after, settle, virtual_time
from tests.unit.app.restart import ATTEMPT, CALL, DIALLED, restart


@pytest.mark.parametrize("called_off", [True, False])
def test_who_was_to_be_rung_no_longer_and_rings_is_called_off_after_a_restart(*, called_off: bool) -> None:
    attempt = replace(DIALLED, called_off_at=after(-1) if called_off else None)

    @virtual_time
    async def story() -> None:
        async with restart(attempts=(attempt,)) as it:
            it.has(ATTEMPT, state="Ringing")
            assert await it.reconcile() == (1, 0)
            await settle()
            session = it.bed.supervisor.call(CALL)
            assert session is not None
            session.deliver(LegEnded(after(1), ATTEMPT, HangupCause.NORMAL))
            await settle()

            assert it.stopped == ([ATTEMPT] if called_off else [])
            end = it.one(AttemptEnded)
            assert end.outcome is AttemptOutcome.UNANSWERED
            assert (end.cause is HangupCause.CALLED_OFF) == called_off

    story()


def test_who_was_to_be_rung_no_longer_and_has_answered_is_served_after_a_restart() -> None:
    attempt = replace(DIALLED, called_off_at=after(-1))

    @virtual_time
    async def story() -> None:
        async with restart(attempts=(attempt,)) as it:
            it.has(ATTEMPT, "answered", ATTEMPT)
            await it.reconcile()
            await settle()

            assert it.stopped == []
            assert it.one(AttemptAnswered).call_id == CALL

    story()
