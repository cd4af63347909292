import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count

import pytest

from app.calls_in import LookUp, Reception
from app.dealers import Dealer, Dealers
from app.live_calls import live_calls
from calls.facts import CallArrived, CallerRecognised, CallQueued, Fact
from calls.ids import ContactId, LegId
from calls.legs import LegArrived, LegEnded, PromptFinished
from calls.words import Department, HangupCause
from dialer.errors import StoreUnavailable
from dialer.profile_file import shipped_profiles
from ivr.flow import LOOK_UP_SECONDS, playback_id
from ivr.recognition import Recognised
from tests.fakes.virtual_time import settle, virtual_time
from tests.unit.app.bed import Bed, a_bed
from tests.unit.app.people import APK, CALLER, DEMO, NODE, call_id
from tests.unit.app.restart import DDI, DEALER

CAMPAIGN = Recognised(APK, ContactId(7), Department.SALES)
CLI = "+31612345678"


@asynccontextmanager
async def reception(look_up: LookUp) -> AsyncIterator[tuple[Bed, Reception]]:
    async with a_bed() as bed:
        numbers = count(1)
        dealers = Dealers({DEMO: DEALER}, (), {DDI: DEALER}, shipped_profiles())
        yield (
            bed,
            Reception(
                NODE,
                dealers,
                bed.supervisor,
                bed.executor,
                bed.clock,
                lambda: call_id(next(numbers)),
                look_up,
            ),
        )


def caller(bed: Bed, cli: str = CLI) -> LegArrived:
    return LegArrived(bed.clock.now(), CALLER, "in", DDI, cli)


async def nobody(_dealer: Dealer, _arrived: CallArrived) -> Recognised | None:
    return None


def kinds(bed: Bed) -> list[type[Fact]]:
    return [type(fact) for fact in bed.facts]


@virtual_time
async def test_who_returns_a_campaigns_call_is_queued_after_the_greeting_with_the_contact_known() -> None:
    asked: list[CallArrived] = []

    async def look_up(_dealer: Dealer, arrived: CallArrived) -> Recognised | None:
        asked.append(arrived)
        return CAMPAIGN

    async with reception(look_up) as (bed, desk):
        desk.receive(caller(bed))
        await settle()
        session = bed.supervisor.owner(CALLER)
        assert session is not None
        session.deliver(PromptFinished(bed.clock.now(), CALLER, playback_id(call_id(1), 1)))
        await settle()

        assert [(arrived.cli, arrived.ddi) for arrived in asked] == [(CLI, DDI)]
        assert kinds(bed) == [CallArrived, CallerRecognised, CallQueued]
        [live] = live_calls(bed.supervisor)
        assert (live.campaign_id, live.contact_id, live.department) == (APK, 7, Department.SALES)


@virtual_time
async def test_a_database_that_is_away_leaves_the_caller_with_the_ordinary_menu() -> None:
    async def look_up(_dealer: Dealer, _arrived: CallArrived) -> Recognised | None:
        raise StoreUnavailable("away")

    async with reception(look_up) as (bed, desk):
        desk.receive(caller(bed))
        await settle()

        assert bed.asterisk.asked(f"/channels/{CALLER}/play", "menu")
        assert bed.supervisor.failures == 0


@virtual_time
async def test_a_database_that_does_not_answer_holds_nobody_up() -> None:
    async def look_up(_dealer: Dealer, _arrived: CallArrived) -> Recognised | None:
        await asyncio.Event().wait()
        return CAMPAIGN

    async with reception(look_up) as (bed, desk):
        desk.receive(caller(bed))
        await settle()
        answered = bed.asterisk.asked(f"/channels/{CALLER}/answer")
        before = bed.asterisk.asked(f"/channels/{CALLER}/play", "menu")
        await asyncio.sleep(LOOK_UP_SECONDS)
        await settle()

        assert answered
        assert before == []
        assert bed.asterisk.asked(f"/channels/{CALLER}/play", "menu")


@pytest.mark.parametrize("called", ["+31409999999", "0"])
@virtual_time
async def test_a_caller_who_is_refused_leaves_the_number_called_and_the_remedy_in_the_log(
    called: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with reception(nobody) as (bed, desk):
        desk.receive(replace(caller(bed), detail=called))
        await settle()

        assert bed.asterisk.asked("DELETE", CALLER, "reason=unallocated")
        assert bed.facts == []
    (record,) = caplog.records
    assert vars(record)["called"] == called
    assert "`ddis`" in record.message
    assert "`called_number`" in record.message
    assert CLI not in str(vars(record))


@virtual_time
async def test_a_leg_that_is_no_callers_is_hung_up_without_a_number_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with reception(nobody) as (bed, desk):
        desk.receive(replace(caller(bed), purpose="phone"))
        await settle()

        assert bed.asterisk.asked("DELETE", CALLER)
    assert DDI not in str([vars(record) for record in caplog.records])


@virtual_time
async def test_a_hidden_number_is_not_looked_up() -> None:
    async def look_up(_dealer: Dealer, _arrived: CallArrived) -> Recognised | None:
        pytest.fail("asked")

    async with reception(look_up) as (bed, desk):
        desk.receive(caller(bed, "anonymous"))
        await settle()

        assert bed.asterisk.asked(f"/channels/{CALLER}/play", "menu")


@virtual_time
async def test_a_caller_who_hangs_up_during_the_look_up_is_over() -> None:
    async def look_up(_dealer: Dealer, _arrived: CallArrived) -> Recognised | None:
        await asyncio.Event().wait()
        return None

    async with reception(look_up) as (bed, desk):
        desk.receive(caller(bed))
        await settle()
        session = bed.supervisor.owner(LegId(CALLER))
        assert session is not None
        session.deliver(LegEnded(bed.clock.now(), CALLER, HangupCause.NORMAL))
        await settle()

        assert len(bed.supervisor) == 0
