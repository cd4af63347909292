from dataclasses import replace
from pathlib import Path

import pytest

from calls.facts import (
    CallEnded,
    VoicemailLeft,
)
from calls.legs import RecordingStopped
from calls.words import InboundOutcome
from ivr.entry import VoicemailPlan
from ivr.flow import recording_id
from tests.fakes.scripted_asterisk import recording
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.people import (
    CALLER,
    ENTRY,
)
from tests.unit.app.restart import (
    CALL,
    DDI,
    DEALER,
    IN_MENU,
    restart,
)

MESSAGE = recording_id(CALL)
VOICEMAIL = VoicemailPlan("voicemail-offer", "voicemail-thanks", 2, 120, 5)
NEVER = replace(DEALER.hours, weekly=((),) * 7)
SHUT = replace(DEALER, hours=NEVER, entry=replace(ENTRY, voicemail=VOICEMAIL))


@virtual_time
async def test_a_message_that_is_being_left_goes_on_and_is_listed_once() -> None:
    async with restart(calls=(IN_MENU,), dealer=SHUT) as it:
        it.has(CALLER, "in", DDI)
        it.recordings[f"live/{MESSAGE}"] = recording(CALLER, MESSAGE)

        assert await it.reconcile() == (1, 0)
        session = it.bed.supervisor.owner(CALLER)
        assert session is not None
        said = it.bed.asterisk.asked(f"POST /channels/{CALLER}")
        covered = {leg: cover.reason for leg, cover in it.bed.leases._covered.items()}
        session.deliver(RecordingStopped(it.bed.clock.now(), MESSAGE, 20.0))
        await settle()

        assert said == []
        assert covered == {CALLER: MESSAGE}
        assert it.one(VoicemailLeft).recording_id == MESSAGE
        assert it.bed.asterisk.asked(f"/channels/{CALLER}/play", "voicemail-thanks")


@pytest.mark.parametrize("alive", [True, False])
def test_a_message_that_was_finished_meanwhile_is_listed_whether_its_caller_is_there_or_not(
    alive: bool, tmp_path: Path
) -> None:
    (tmp_path / f"{MESSAGE}.wav").write_bytes(bytes(44 + 16_000 * 12))

    @virtual_time
    async def story() -> None:
        async with restart(calls=(IN_MENU,), dealer=SHUT, recordings=tmp_path) as it:
            if alive:
                it.has(CALLER, "in", DDI)
            it.recordings[f"stored/{MESSAGE}"] = {"name": MESSAGE, "format": "wav"}

            assert await it.reconcile() == ((1, 0) if alive else (0, 1))

            left = it.one(VoicemailLeft)
            assert (left.seconds, left.complete) == (12, True)
            thanked = it.bed.asterisk.asked(f"/channels/{CALLER}/play", "voicemail-thanks")
            assert bool(thanked) is alive
            if not alive:
                assert it.one(CallEnded).outcome is InboundOutcome.VOICEMAIL

    story()


@pytest.mark.parametrize("alive", [True, False])
def test_a_message_that_is_listed_is_not_listed_again(alive: bool) -> None:
    @virtual_time
    async def story() -> None:
        listed = replace(IN_MENU, voicemail_seconds=12.0)
        async with restart(calls=(listed,), dealer=SHUT) as it:
            if alive:
                it.has(CALLER, "in", DDI)
            it.recordings[f"stored/{MESSAGE}"] = {"name": MESSAGE, "format": "wav"}

            await it.reconcile()

            assert it.bed.published(VoicemailLeft) == []
            ends = [end.outcome for end in it.bed.facts if isinstance(end, CallEnded)]
            assert ends == ([] if alive else [InboundOutcome.VOICEMAIL])

    story()
