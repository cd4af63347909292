"""Who objects is rung nowhere any longer: another phone of theirs that rings for a campaign is called off on the wire."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.asterisk.call_files import Caller
from app.consents import Who
from app.conversations import Said
from calls.facts import (
    AttemptCommitted,
    AttemptEnded,
    CallConnected,
    CallEnded,
    CallerRecognised,
    DispositionRecorded,
    InformationMessagePlayed,
)
from calls.ids import AgentId
from calls.words import AttemptOutcome, InboundOutcome
from customers.consent import ConsentAction
from dialer.campaign import Campaign, CampaignKind, CampaignState, LegalBasis
from tests.checker.books import read_books
from tests.checker.compare import Away, compare
from tests.checker.law import Earlier, Known
from tests.checker.recount import Seen
from tests.checker.rules import Limits, breaches
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.accounting import recorded, seen_in
from tests.e2e.calls.controller_process import ControllerProcess, job_of
from tests.e2e.calls.floor import (
    ALWAYS_OPEN,
    ONE_FOR_ONE,
    PLENTY,
    QUICK,
    controller,
    dealers,
    settings,
    store_agents,
)
from tests.e2e.calls.lists import a_campaign, store_list
from tests.e2e.calls.record import Record

HOME, MOBILE = "+31610000001", "+31610000002"
CANCELLED = 487
LIMITS = Limits(PLENTY.per_second, PLENTY.at_once, attempts=1)
pytestmark = pytest.mark.usefixtures("quiet")


async def test_a_key_in_the_message_at_home_ends_the_ringing_of_the_mobile_of_whoever_lives_there(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(HOME, "answer:2:60:3:9")
    await network_asterisk.customer_does(MOBILE, "noanswer")
    campaign = _campaign("apk", ring_seconds=60)
    # Two people have the phone at home; one of them is on the list with it, the other one with a mobile.
    others = replace(_campaign("elsewhere"), state=CampaignState.STOPPED)
    await _store(dealer_asterisk, tmp_path, others, Known("elsewhere", HOME, "has a mobile"))
    people = Known("apk", HOME, "lives there too"), Known("apk", MOBILE, "has a mobile")
    await _store(dealer_asterisk, tmp_path, campaign, *people)
    known = dealers(tmp_path, ALWAYS_OPEN)
    at_work = ("agent1", "agent2")
    trace = tmp_path / "trace.pcap"
    async with (
        recorded(trace, port_base, port_base + 999),
        controller(dealer_asterisk, tmp_path, known, at_work, campaign) as watched,
    ):
        await watched.fact(AttemptCommitted, count=2)
        for name in at_work:
            watched.program.desk.pause(AgentId(name), "coffee")
        objection = await watched.fact(DispositionRecorded)
        ended = await watched.fact(AttemptEnded)
        await network_asterisk.hang_up(HOME)
        abandoned = await watched.fact(AttemptEnded, count=2)
        watched.program.desk.resume(AgentId("agent1"))
        await _closed(tmp_path, 2)

    assert watched.of(InformationMessagePlayed)[0].call_id == objection.call_id == abandoned.call_id
    assert (ended.outcome, abandoned.outcome) == (AttemptOutcome.UNANSWERED, AttemptOutcome.ABANDONED)
    at_home, mobile = _by_number(trace, dealer_asterisk, network_asterisk, HOME, MOBILE)
    assert at_home.objected_at is not None
    books = read_books(tmp_path / "dealerlijn.db", campaign.campaign_id, {})
    assert compare([at_home, mobile], books).wrong == []
    _was_called_off(mobile, after=at_home.objected_at)


async def test_who_calls_back_and_objects_is_called_off_on_the_other_phone_while_still_talking(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(MOBILE, "noanswer")
    rang = replace(_campaign("apk"), state=CampaignState.STOPPED)
    service = replace(_campaign("service", ring_seconds=60), kind=CampaignKind.SERVICE)
    yesterday = Earlier("apk", datetime.now(UTC).timestamp() - 86_400)
    await _store(dealer_asterisk, tmp_path, rang, Known("apk", HOME, "has both", earlier=(yesterday,)))
    await _store(dealer_asterisk, tmp_path, service, Known("service", MOBILE, "has both"))
    known = dealers(tmp_path, ALWAYS_OPEN, QUICK)
    trace = tmp_path / "trace.pcap"
    async with (
        recorded(trace, port_base, port_base + 999),
        controller(dealer_asterisk, tmp_path, known, ("agent5",), service) as watched,
    ):
        watched.program.desk.login(AgentId("agent3"))
        await network_asterisk.step(MOBILE, "ringing")
        network_asterisk.call(Caller(person="returns", ddi=DDI, cli=HOME, talk=60))
        connected = await watched.fact(CallConnected)
        objected_at = watched.program.clock.now().timestamp()
        await watched.program.control.conversations.record(
            AgentId("agent3"), connected.call_id, Said("objection"), "test"
        )
        called_off = await watched.fact(AttemptEnded)
        ended_by_then = watched.of(CallEnded)
        await network_asterisk.hang_up("returns")
        ended = await watched.ended()

    assert watched.of(CallerRecognised)[0].call_id == connected.call_id
    assert called_off.outcome is AttemptOutcome.UNANSWERED
    assert ended_by_then == []
    assert ended.outcome is InboundOutcome.CONNECTED
    (mobile,) = _by_number(trace, dealer_asterisk, network_asterisk, MOBILE)
    _was_called_off(mobile, after=objected_at)


async def test_who_takes_the_consent_back_while_the_phone_rings_is_called_off(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(MOBILE, "noanswer")
    campaign = replace(_campaign("apk", ring_seconds=60), basis=LegalBasis.CONSENT)
    given = datetime.now(UTC).timestamp() - 86_400
    await _store(
        dealer_asterisk, tmp_path, campaign, Known("apk", MOBILE, "thinks again", consented_at=given)
    )
    known = dealers(tmp_path, ALWAYS_OPEN)
    trace = tmp_path / "trace.pcap"
    async with (
        recorded(trace, port_base, port_base + 999),
        controller(dealer_asterisk, tmp_path, known, ("agent1",), campaign) as watched,
    ):
        await network_asterisk.step(MOBILE, "ringing")
        withdrawn_at = watched.program.clock.now().timestamp()
        await watched.program.control.consents.record(
            Who(campaign.dealer, e164=MOBILE),
            ConsentAction.WITHDRAWN,
            CampaignKind.APK,
            "website",
            "Bel mij niet meer",
            None,
            "test",
        )
        called_off = await watched.fact(AttemptEnded)

    assert called_off.outcome is AttemptOutcome.UNANSWERED
    (mobile,) = _by_number(trace, dealer_asterisk, network_asterisk, MOBILE)
    _was_called_off(mobile, after=withdrawn_at)


async def test_nobody_is_dialled_before_it_is_read_who_objected_while_no_controller_lived(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> None:
    await network_asterisk.customer_does(HOME, "answer:2:60:4:9")
    await network_asterisk.customer_does(MOBILE, "noanswer")
    await store_agents(dealer_asterisk, tmp_path, ("agent1",))
    dealers(tmp_path, ALWAYS_OPEN)
    others = replace(_campaign("elsewhere"), state=CampaignState.STOPPED)
    await _store(dealer_asterisk, tmp_path, others, Known("elsewhere", HOME, "has a mobile"))
    await store_list(
        dealer_asterisk,
        tmp_path,
        _campaign("apk"),
        [Known("apk", MOBILE, "has a mobile")],
        [Known("apk", HOME, "lives there too")],
    )
    one_by_one = replace(settings(dealer_asterisk, tmp_path), caps=replace(PLENTY, at_once=1))
    job = job_of(one_by_one, tmp_path, (), ("agent1",))
    record, trace = Record(tmp_path), tmp_path / "trace.pcap"
    async with AsyncExitStack() as stack, recorded(trace, port_base, port_base + 999):
        first, second = [await ControllerProcess.standing_by(job) for _ in range(2)]
        for controller in (first, second):
            stack.push_async_callback(controller.ended)
        await first.go()
        await network_asterisk.step(HOME, "ringing")
        killed_at = first.kill().timestamp()
        async with asyncio.timeout(20):
            while not any("objection" in events for events in (await dealer_asterisk.marks()).values()):
                await asyncio.sleep(0.1)
        await network_asterisk.step(HOME, "ended")
        await second.go()
        live_at = datetime.now(UTC).timestamp()
        await record.until(lambda record: record.closed_for("objection") == 2, 20, "both contacts closed")
        await second.go_home()

    (at_home,) = _by_number(trace, dealer_asterisk, network_asterisk, HOME)
    assert at_home.objected_at is not None
    books = read_books(tmp_path / "dealerlijn.db", "apk", {})
    assert compare([at_home], books, [Away(killed_at, live_at)]).wrong == []
    assert [each.number for each in seen_in(trace, dealer_asterisk, network_asterisk)] == [HOME]
    assert [row["outcome"] for row in record.attempts()] == ["abandoned"]


def _campaign(name: str, ring_seconds: int = 15) -> Campaign:
    campaign = a_campaign(name, ONE_FOR_ONE)
    return replace(campaign, basis=LegalBasis.EXISTING_CONTRACT, profile="demo", ring_seconds=ring_seconds)


async def _store(asterisk: DealerAsterisk, folder: Path, campaign: Campaign, *people: Known) -> None:
    await store_list(asterisk, folder, campaign, people, [])


async def _closed(folder: Path, count: int) -> None:
    """Return once so many contacts are closed for the objection: nobody calls them again."""
    await Record(folder).until(
        lambda record: record.closed_for("objection") == count, 15, f"{count} contacts closed"
    )


def _by_number(
    trace: Path, dealer: DealerAsterisk, network: NetworkAsterisk, *numbers: str
) -> Sequence[Seen]:
    seen = seen_in(trace, dealer, network)
    found = [[each for each in seen if each.number == number] for number in numbers]
    assert [len(each) for each in found] == [1] * len(numbers), seen
    return [each[0] for each in found]


def _was_called_off(ringing: Seen, *, after: float) -> None:
    """By our CANCEL, not before, and at once."""
    assert (ringing.status, ringing.ended_by_them, ringing.answered_at) == (CANCELLED, False, None)
    assert ringing.ringing_at is not None
    assert ringing.ended_at is not None
    assert ringing.ringing_at < after < ringing.ended_at
    assert breaches([ringing], LIMITS, {ringing.number: after}) == []
