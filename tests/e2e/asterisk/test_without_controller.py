"""What Asterisk does alone: the fallback for callers, the information message for customers whom we rang."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import aiohttp
import pytest

from app.alone import recording_alone
from app.asterisk.call_files import Caller
from calls.ids import LegId
from tests.e2e.audio import LOUD, loudness, samples, tone_seconds
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk

ATTEMPT = "n101j9zq4x8k2m5n7p9r1t3v5w-x00"
CUSTOMER = "+31612340000"
SPOKEN_SECONDS = 4.0
SYNC_SECONDS = 2.5  # Asterisk commits its own database once a second

pytestmark = pytest.mark.usefixtures("quiet")


@asynccontextmanager
async def frozen_controller(dealer: DealerAsterisk) -> AsyncIterator[Callable[[], list[str]]]:
    """A controller whose app is registered and whose heartbeat is fresh at the start, but which does nothing.

    Gives a function that lists the arguments of the calls that entered its app.
    """
    node = dealer.node
    url = f"ws://127.0.0.1:{node.ari_port}/ari/events?app={node.app}"
    headers = {"Authorization": aiohttp.encode_basic_auth(node.ari.user, node.ari.password)}
    entered: list[str] = []
    async with aiohttp.ClientSession() as session, session.ws_connect(url, headers=headers) as socket:

        async def listen() -> None:
            async for message in socket:
                event = message.json()
                if event["type"] == "StasisStart":
                    entered.append(",".join(event["args"]))

        async with asyncio.TaskGroup() as tasks:
            listening = tasks.create_task(listen())
            await dealer.set_global("DL_APP", node.app)
            await heartbeat(dealer)
            yield lambda: list(entered)
            listening.cancel()
    await heartbeat(dealer, 0)


async def heartbeat(dealer: DealerAsterisk, epoch: float | None = None) -> None:
    await dealer.set_global("DL_HEARTBEAT", str(int(time.time() if epoch is None else epoch)))


async def ring_customer(dealer: DealerAsterisk, number: str, **variables: str) -> None:
    node = dealer.node
    url = f"http://127.0.0.1:{node.ari_port}/ari/channels/{ATTEMPT}"
    headers = {"Authorization": aiohttp.encode_basic_auth(node.ari.user, node.ari.password)}
    wanted = {
        "endpoint": f"PJSIP/{number}@trunk",
        "context": "campaign-answered",
        "extension": ATTEMPT,
        "variables": variables,
    }
    async with aiohttp.ClientSession(headers=headers) as session, session.post(url, json=wanted) as answer:
        assert answer.status == 200, await answer.text()


async def renew_lease(dealer: DealerAsterisk, channel: str) -> None:
    node = dealer.node
    url = f"http://127.0.0.1:{node.ari_port}/ari/channels/{channel}/variable"
    headers = {"Authorization": aiohttp.encode_basic_auth(node.ari.user, node.ari.password)}
    lease = {"variable": "TIMEOUT(absolute)", "value": "1"}
    async with aiohttp.ClientSession(headers=headers) as session, session.post(url, params=lease) as answer:
        assert answer.status == 204, await answer.text()


async def test_a_caller_is_greeted_within_a_second_and_then_talks_to_an_agent(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    for who in ("greeted", "agent1", "agent2"):
        await network_asterisk.record(who)

    network_asterisk.call(Caller(person="greeted", ddi=DDI, cli="0612345678", talk=4))
    await network_asterisk.step("greeted", "connected", 30)
    await network_asterisk.record_now("greeted", "talking")
    await network_asterisk.step("greeted", "ended")

    waiting = loudness(network_asterisk.heard("greeted"))
    assert max(waiting[:2]) > LOUD
    assert longest_silence(waiting) <= 2
    assert tone_seconds(network_asterisk.heard("talking"), 1000) > 3
    agents = [who for who in ("agent1", "agent2") if network_asterisk.heard(who).exists()]
    assert [who for who in agents if tone_seconds(network_asterisk.heard(who), 440) > 3]


async def test_a_stale_heartbeat_sends_the_caller_to_the_fallback_although_the_app_is_registered(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    async with frozen_controller(dealer_asterisk) as entered:
        await heartbeat(dealer_asterisk, time.time() - 10)
        network_asterisk.call(Caller(person="stale", ddi=DDI, cli="0612345678", talk=1))
        await network_asterisk.step("stale", "connected", 20)

        assert entered() == []


async def test_a_fresh_heartbeat_without_an_app_sends_the_caller_to_the_fallback(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    await dealer_asterisk.set_global("DL_APP", "nobody-serves-this")
    await heartbeat(dealer_asterisk, time.time() + 1000)

    network_asterisk.call(Caller(person="no-app", ddi=DDI, cli="0612345678", talk=1))
    await network_asterisk.step("no-app", "connected", 20)
    await heartbeat(dealer_asterisk, 0)


async def test_a_caller_in_the_hands_of_a_frozen_controller_is_rescued_within_six_seconds(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    await network_asterisk.record("rescued")

    async with frozen_controller(dealer_asterisk) as entered:
        network_asterisk.call(Caller(person="rescued", ddi=DDI, cli="0612345678", talk=1))
        await network_asterisk.step("rescued", "connected", 30)

        assert entered() == [f"in,{DDI}"]


async def test_a_caller_in_the_fallback_goes_back_to_the_controller_when_it_is_there_again(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    for phone in ("agent1", "agent2"):
        await network_asterisk.phone_does(phone, "noanswer")
    network_asterisk.call(Caller(person="returning", ddi=DDI, cli="0612345678", patience=40))
    await network_asterisk.step("returning", "answered", 20)

    async with frozen_controller(dealer_asterisk) as entered, asyncio.timeout(30):
        while not entered():
            await heartbeat(dealer_asterisk)
            await asyncio.sleep(0.5)
        await dealer_asterisk.instance.command("channel request hangup all")

    assert entered() == [f"return,{DDI}"]


async def test_a_caller_whom_no_phone_can_serve_leaves_a_message(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    await network_asterisk.record("unlucky")
    for phone in ("agent1", "agent2"):
        await network_asterisk.instance.command(f"pjsip send unregister {phone}")

    network_asterisk.call(Caller(person="unlucky", ddi=DDI, cli="0612345678", patience=90))
    async with asyncio.timeout(40):
        while not any("recording" in events for events in (await dealer_asterisk.marks()).values()):
            await asyncio.sleep(0.1)
    await asyncio.sleep(SPOKEN_SECONDS)
    await network_asterisk.hang_up("unlucky")
    await network_asterisk.step("unlucky", "ended")
    for phone in ("agent1", "agent2"):
        await network_asterisk.instance.command(f"pjsip send register {phone}")
    async with asyncio.timeout(10):
        while len(await dealer_asterisk.reachable_phones()) < len(dealer_asterisk.node.phones):
            await asyncio.sleep(0.1)

    ((channel, events),) = (await dealer_asterisk.marks()).items()
    message = (
        dealer_asterisk.node.state_dir / "spool" / "recording" / f"{recording_alone(LegId(channel))}.wav"
    )
    assert events.keys() == {"caller", "recording", "ended"}
    assert tone_seconds(message, 440) > SPOKEN_SECONDS - 1
    assert longest_silence(loudness(network_asterisk.heard("unlucky"))[: -int(2 * SPOKEN_SECONDS + 2)]) <= 2


async def test_a_customer_whom_we_rang_hears_the_whole_message_from_its_start_when_no_controller_is_there(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    await hears_the_message(dealer_asterisk, network_asterisk, latest_start=1.0)


async def test_a_customer_whom_we_rang_hears_the_campaigns_message_when_the_controller_freezes_at_the_answer(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    async with frozen_controller(dealer_asterisk) as entered:
        await network_asterisk.customer_does(CUSTOMER, "answer:0.5:90")
        await hears_the_message(dealer_asterisk, network_asterisk, latest_start=5.0, own_message="closed")

        assert entered() == [f"answered,{ATTEMPT}"]


async def test_what_was_done_for_people_is_marked_with_its_times_and_outlives_asterisk(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    await network_asterisk.customer_does(CUSTOMER, "answer:0.5:90:5:9")
    await network_asterisk.phone_does("agent2", "busy")
    begun = datetime.now(UTC).replace(tzinfo=None)
    await ring_customer(dealer_asterisk, CUSTOMER)
    network_asterisk.call(Caller(person="served", ddi=DDI, cli="0612345678", talk=2))
    network_asterisk.call(Caller(person="leaves", ddi=DDI, cli="0612345679", patience=2))

    for who in (CUSTOMER, "leaves", "served"):
        await network_asterisk.step(who, "ended", 40)
    await asyncio.sleep(SYNC_SECONDS)
    marked = await dealer_asterisk.marks()
    await dealer_asterisk.instance.kill()
    await dealer_asterisk.instance.start()
    await network_asterisk.register()
    async with asyncio.timeout(60):
        while len(await dealer_asterisk.reachable_phones()) < len(dealer_asterisk.node.phones):
            await asyncio.sleep(0.1)

    assert await dealer_asterisk.marks() == marked
    message = {event: datetime.fromisoformat(at) for event, at in marked.pop(ATTEMPT).items()}
    assert begun < message["answered"] <= message["message"]
    assert (message["message"] - message["answered"]).total_seconds() < 0.5
    assert 4.5 < (message["objection"] - message["answered"]).total_seconds() < 6.5
    callers = {events["caller"].split()[2]: events for events in marked.values()}
    assert callers.keys() == {"0612345678", "0612345679"}
    assert all(events["caller"].split()[1] == DDI for events in callers.values())
    assert callers["0612345678"].keys() == {"caller", "connected", "ended"}
    assert callers["0612345679"].keys() == {"caller", "ended"}
    served = callers["0612345678"]
    talked = datetime.fromisoformat(served["ended"]) - datetime.fromisoformat(served["connected"])
    assert 2 < talked.total_seconds() < 6


async def test_a_customer_whose_lease_was_renewed_before_the_controller_froze_is_marked_and_so_is_an_objection(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    await network_asterisk.customer_does(CUSTOMER, "answer:0.5:90:5:9")

    async with frozen_controller(dealer_asterisk) as entered, asyncio.timeout(60):
        await ring_customer(dealer_asterisk, CUSTOMER)
        while not entered():
            await asyncio.sleep(0.02)
        await renew_lease(dealer_asterisk, ATTEMPT)
        await network_asterisk.step(CUSTOMER, "ended", 40)

    marks = await dealer_asterisk.marks()
    assert marks[ATTEMPT].keys() == {"answered", "message", "objection"}


async def hears_the_message(
    dealer: DealerAsterisk, network: NetworkAsterisk, latest_start: float, own_message: str = ""
) -> None:
    await network.customer_does(CUSTOMER, "answer:0.5:90")
    await network.record(CUSTOMER)
    before = len(network.steps(CUSTOMER))

    await ring_customer(dealer, CUSTOMER, DL_INFORMATION=own_message)
    async with asyncio.timeout(60):
        while not any(step.event == "ended" for step in network.steps(CUSTOMER)[before:]):
            await asyncio.sleep(0.1)

    prompt = f"{own_message or 'information-message'}.wav"
    message, rate = samples(dealer.node.sounds_dir / "nl" / "dealerlijn" / prompt)
    heard = loudness(network.heard(CUSTOMER), 0.25)
    start = next(place for place, loud in enumerate(heard) if loud > LOUD) / 4
    end = len(heard) / 4 - next(place for place, loud in enumerate(reversed(heard)) if loud > LOUD) / 4
    assert start <= latest_start
    assert end - start == pytest.approx(len(message) / rate, abs=0.8)


@pytest.mark.parametrize(
    ("number", "event", "cause"),
    [("+31612344000", "ringing", 17), ("+31612344701", "ringing", 38), ("+31612344702", "ringing", 1)],
)
async def test_customers_are_busy_or_out_of_order_by_their_number(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, number: str, event: str, cause: int
) -> None:
    await ring_customer(dealer_asterisk, number)

    ended = await network_asterisk.step(number, "ended")

    assert [step.event for step in network_asterisk.steps(number)] == [event, "ended"]
    assert ended.cause == cause


async def test_a_customer_answers_and_hangs_up_as_their_number_says(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> None:
    number = "+31612340900"  # RR 09: after 2 s; TT 00: talks 5 s

    await ring_customer(dealer_asterisk, number)
    ended = await network_asterisk.step(number, "ended")

    ringing, answered, satisfied = network_asterisk.steps(number)[:3]
    assert (answered.at - ringing.at).total_seconds() == pytest.approx(2, abs=0.3)
    assert (satisfied.at - answered.at).total_seconds() == pytest.approx(5, abs=0.3)
    assert ended.event == "ended"


def longest_silence(levels: list[float], seconds: float = 0.5) -> float:
    """The longest run of silent stretches, in seconds."""
    longest = run = 0
    for level in levels:
        run = run + 1 if level < LOUD / 4 else 0
        longest = max(longest, run)
    return longest * seconds
