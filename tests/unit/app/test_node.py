import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from app.ari.beginnings import HELD_SECONDS
from app.ari.connection import Up
from app.ari.events import decode_event
from app.node import APP_VARIABLE, HEARTBEAT_VARIABLE, AsteriskNode
from app.recordings import Recordings
from calls.commands import SetTimer
from calls.facts import AsteriskLost, AsteriskReached, DifferenceFound
from calls.ids import LegId, PlaybackId
from calls.legs import LegArrived, PromptFinished
from tests.fakes.scripted_asterisk import channel, playback, recording
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import CALLER, NODE, call_id
from tests.unit.app.test_call_session import Machine


class Followed:
    """A node that is followed, and what it did."""

    def __init__(self, bed: Bed, failing_on: LegId | None = None) -> None:
        self.bed = bed
        self.failing_on = failing_on
        self.received: list[LegArrived] = []
        self.reconciled: list[tuple[str, bool]] = []
        self.echoes: list[float] = []
        self.failed_prompts: list[int] = []
        self.node = AsteriskNode(
            NODE,
            bed.asterisk.ari,
            bed.supervisor,
            bed.journal,
            bed.clock,
            self._receive,
            self._reconcile,
            bed.leases,
            bed.executor.joins,
            Recordings(Path("/there/is/no/such/folder")),
            self.echoes.append,
            lambda: self.failed_prompts.append(1),
        )

    def _receive(self, leg: LegArrived) -> None:
        if leg.leg_id == self.failing_on:
            raise RuntimeError("a mistake of ours")
        self.received.append(leg)

    def event(self, kind: str, **content: Any) -> None:
        head = {"type": kind, "application": "dealerlijn", "timestamp": "2026-06-01T10:00:00.000+0000"}
        self.node.on_event(decode_event(json.dumps(head | content)))

    async def _reconcile(self, application: str) -> tuple[int, int]:
        beaten = bool(self.bed.asterisk.asked(HEARTBEAT_VARIABLE))
        self.reconciled.append((application, beaten))
        return 3, 2


@virtual_time
async def test_everything_is_compared_before_the_dialplan_may_send_calls_again() -> None:
    async with a_bed() as bed:
        it = Followed(bed)

        await it.node.on_up(Up(1, "dealerlijn-2"))

        assert it.reconciled == [("dealerlijn-2", False)]
        assert bed.asterisk.asked(APP_VARIABLE, "value=dealerlijn-2")
        assert bed.asterisk.said[-1].count(HEARTBEAT_VARIABLE) == 1
        (reached,) = bed.published(AsteriskReached)
        assert isinstance(reached, AsteriskReached)
        assert (reached.generation, reached.taken_over, reached.ended_meanwhile) == (1, 3, 2)
        assert it.node.up


@virtual_time
async def test_a_name_that_asterisk_did_not_take_in_is_told_again_with_the_next_heartbeat() -> None:
    async with a_bed() as bed:
        it = Followed(bed)
        for _ in range(2):
            bed.asterisk.answers("POST", "/asterisk/variable?variable=DL_APP", None, once=True)

        await it.node.on_up(Up(1, "dealerlijn-2"))
        for _ in range(3):
            await it.node.on_echo(0.004)

        assert len(bed.asterisk.asked(APP_VARIABLE, "value=dealerlijn-2")) == 3
        assert len(bed.asterisk.asked(HEARTBEAT_VARIABLE)) == 4


@virtual_time
async def test_a_lost_connection_is_told_and_stops_the_acting() -> None:
    async with a_bed() as bed:
        it = Followed(bed)
        await it.node.on_up(Up(1, "dealerlijn"))

        it.node.on_down("socket ended: CLOSED")
        bed.leases.hold(CALLER)
        bed.tasks.start("leases", bed.leases.run())
        await asyncio.sleep(30)
        while_down = bed.asterisk.asked(f"/channels/{CALLER}/variable")

        assert not it.node.up
        assert while_down == []
        assert len(bed.published(AsteriskLost)) == 1


@virtual_time
async def test_every_echo_is_measured_and_beats_the_heart() -> None:
    async with a_bed() as bed:
        it = Followed(bed)

        await it.node.on_echo(0.004)

        assert it.echoes == [0.004]
        assert len(bed.asterisk.asked(HEARTBEAT_VARIABLE)) == 1


@virtual_time
async def test_an_event_goes_to_the_call_that_owns_the_leg() -> None:
    async with a_bed() as bed:
        it = Followed(bed)
        machine = Machine()
        bed.supervisor.start(machine, (SetTimer("long", 99),), (CALLER,))
        await settle()

        it.event("ChannelDtmfReceived", channel=channel(CALLER), digit="1", duration_ms=90)
        it.event("PlaybackFinished", playback=playback("p01", f"channel:{CALLER}"))
        it.event("RecordingFinished", recording=recording(CALLER))
        it.event("ChannelDtmfReceived", channel=channel("someone-elses"), digit="1", duration_ms=90)
        await settle()

        assert [type(fact).__name__ for fact in machine.heard] == [
            "DigitPressed",
            "PromptFinished",
            "RecordingStopped",
        ]


PROMPT = playback("p01", f"channel:{CALLER}")


@virtual_time
async def test_a_prompt_has_begun_once_it_has_not_failed_for_a_moment() -> None:
    async with a_bed() as bed:
        it = Followed(bed)
        machine = Machine()
        bed.supervisor.start(machine, (SetTimer("long", 99),), (CALLER,))

        it.event("PlaybackStarted", playback=PROMPT)
        await settle()
        at_once = list(machine.heard)
        await asyncio.sleep(HELD_SECONDS)
        it.event("PlaybackFinished", playback=PROMPT)
        await settle()

        assert at_once == []
        assert [type(fact).__name__ for fact in machine.heard] == ["PromptStarted", "PromptFinished"]


@virtual_time
async def test_that_a_prompt_began_is_told_before_whatever_its_leg_tells_next() -> None:
    async with a_bed() as bed:
        it = Followed(bed)
        machine = Machine()
        bed.supervisor.start(machine, (SetTimer("long", 99),), (CALLER,))

        it.event("PlaybackStarted", playback=PROMPT)
        it.event("ChannelDtmfReceived", channel=channel(CALLER), digit="9", duration_ms=90)
        await settle()
        await asyncio.sleep(2 * HELD_SECONDS)

        assert [type(fact).__name__ for fact in machine.heard] == ["PromptStarted", "DigitPressed"]


@virtual_time
async def test_a_prompt_that_asterisk_cannot_play_never_began_is_counted_and_goes_to_the_log_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with a_bed() as bed:
        it = Followed(bed)
        machine = Machine()
        bed.supervisor.start(machine, (SetTimer("long", 99),), (CALLER,))

        for _ in range(2):
            it.event("PlaybackStarted", playback=PROMPT)
            it.event("PlaybackFinished", playback=PROMPT | {"state": "failed"})
        await settle()
        await asyncio.sleep(2 * HELD_SECONDS)

        told = [(type(fact), getattr(fact, "failed", None)) for fact in machine.heard]
        assert told == [(PromptFinished, True), (PromptFinished, True)]
        assert len(it.failed_prompts) == 2
        (line,) = [record for record in caplog.records if record.levelname == "ERROR"]
        assert "check-config" in line.message


@virtual_time
async def test_a_prompt_that_breaks_off_in_the_middle_was_played() -> None:
    async with a_bed() as bed:
        it = Followed(bed)
        machine = Machine()
        bed.supervisor.start(machine, (SetTimer("long", 99),), (CALLER,))

        it.event("PlaybackStarted", playback=PROMPT)
        await asyncio.sleep(2 * HELD_SECONDS)
        it.event("PlaybackFinished", playback=PROMPT | {"state": "failed"})
        await settle()

        finished = machine.heard[-1]
        assert isinstance(finished, PromptFinished)
        assert not finished.failed
        assert it.failed_prompts == []


@virtual_time
async def test_an_event_on_which_our_code_fails_is_told_as_a_difference_and_the_next_one_is_handled(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with a_bed() as bed:
        it = Followed(bed, failing_on=CALLER)

        it.event("StasisStart", channel=channel(CALLER), args=["in", "+31401234567"])
        it.event("StasisStart", channel=channel("another"), args=["in", "+31401234567"])

        (difference,) = bed.published(DifferenceFound)
        assert isinstance(difference, DifferenceFound)
        assert (difference.kind, difference.object_id) == ("event_failed", "StasisStart")
        assert [leg.leg_id for leg in it.received] == ["another"]
        assert "an event could not be handled" in caplog.messages


@virtual_time
async def test_a_user_event_of_the_dialplan_without_its_field_still_takes_the_leg_from_us() -> None:
    async with a_bed() as bed:
        it = Followed(bed)
        machine = Machine()
        bed.supervisor.start(machine, (SetTimer("long", 99),), (CALLER,))
        await settle()

        it.event("ChannelUserevent", channel=channel(CALLER), eventname="DealerlijnMessage", userevent={})
        await settle()

        assert [type(fact).__name__ for fact in machine.heard] == ["LegLeft"]
        assert bed.published(DifferenceFound) == []


@virtual_time
async def test_a_leg_that_no_call_owns_is_received_and_one_that_is_owned_is_not() -> None:
    async with a_bed() as bed:
        it = Followed(bed)
        machine = Machine()
        bed.supervisor.start(machine, (), ())

        it.event("StasisStart", channel=channel(CALLER), args=["in", "+31401234567"])
        it.event("StasisStart", channel=channel(f"{call_id(1)}-a00"), args=["offered"])
        await settle()

        assert [leg.leg_id for leg in it.received] == [CALLER]
        assert len(machine.heard) == 1


@virtual_time
async def test_a_leg_that_is_gone_is_renewed_no_more_and_a_prompt_that_is_over_no_longer_covers() -> None:
    async with a_bed() as bed:
        it = Followed(bed)
        bed.leases.hold(CALLER)
        await bed.leases.cover(CALLER, 4, PlaybackId("p01"))

        it.event("PlaybackFinished", playback=playback("p01", f"channel:{CALLER}"))
        covered = dict(bed.leases._covered)
        it.event("StasisEnd", channel=channel(CALLER))

        assert (covered, len(bed.leases)) == ({}, 0)


@virtual_time
async def test_what_was_remembered_of_hang_ups_is_forgotten_with_the_connection() -> None:
    async with a_bed() as bed:
        it = Followed(bed)
        machine = Machine()
        bed.supervisor.start(machine, (), (CALLER,))
        it.event("ChannelHangupRequest", channel=channel(CALLER), cause=16)

        await it.node.on_up(Up(2, "dealerlijn"))
        it.event("StasisEnd", channel=channel(CALLER))
        await settle()

        assert [type(fact).__name__ for fact in machine.heard] == ["LegLeft"]
