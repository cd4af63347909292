"""The controller dies, freezes or is replaced: no conversation notices, nobody waits in silence, every call ends once."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.ari.leases import LEASE_SECONDS
from app.asterisk.call_files import Caller
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk
from tests.e2e.calls.controller_process import ControllerProcess, job_of
from tests.e2e.calls.floor import (
    ALWAYS_OPEN,
    QUICK,
    SKILLS,
    dealers,
    prompt,
    settings,
    store_agents,
    store_campaign,
)
from tests.e2e.calls.record import Record, moment
from tests.e2e.wire import Leg, Wire

AGENT_HERTZ, CALLER_HERTZ = 1000.0, 440.0
NUMBERS = [f"+3161000000{number}" for number in range(1, 10)]
PATIENT_MENU = "[dealers.demo.menu]\ntimeout_seconds = 30\n"
SECOND = timedelta(seconds=1)
DTMF_SECONDS = 2.5  # after so long an agent's phone has sent its D, during which it sends no sound
StandBy = Callable[..., Awaitable[ControllerProcess]]
pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
async def stand_by(dealer_asterisk: DealerAsterisk, tmp_path: Path) -> AsyncIterator[StandBy]:
    """Makes controllers of one installation that wait for `go`; none outlives the test."""
    await store_agents(dealer_asterisk, tmp_path, tuple(SKILLS))
    dealers(tmp_path, ALWAYS_OPEN, QUICK, PATIENT_MENU)
    async with AsyncExitStack() as stack:

        async def stand_by(*at_work: str, on_lines: tuple[str, ...] = ()) -> ControllerProcess:
            job = job_of(settings(dealer_asterisk, tmp_path), tmp_path, at_work, on_lines)
            controller = await ControllerProcess.standing_by(job)
            stack.push_async_callback(controller.ended)
            return controller

        yield stand_by


async def test_no_conversation_notices_that_the_controller_dies_and_all_twenty_calls_are_taken_over(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    wire: Wire,
    tmp_path: Path,
    stand_by: StandBy,
) -> None:
    lines = ("agent3", "agent4", "agent5", "agent6")
    for number in NUMBERS[:2]:
        await network_asterisk.customer_does(number, "answer:1:20")
    for number in NUMBERS[2:4]:
        await network_asterisk.customer_does(number, "answer:15:3")
    await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:4], ring_seconds=30)
    record = Record(tmp_path)
    first, second = [await stand_by("agent1", "agent2", on_lines=lines) for _ in range(2)]
    await first.go()
    keys = [*"12", *"33333", *"00000", *[""] * 4]
    for count, key in enumerate(keys):
        network_asterisk.call(
            Caller(
                person=f"live{count}",
                ddi=DDI,
                cli=f"+316123456{count:02d}",
                press=key,
                talk=18,
                patience=18,
            )
        )
    await record.until(
        _twenty_live_calls, 20, "two talks, ten waiting, four in the menu, two customers, two ringing"
    )
    await asyncio.sleep(DTMF_SECONDS)

    killed = first.kill()
    await second.go()
    await record.until(
        lambda record: len(record.facts("AsteriskReached")) == 2, 5, "the second controller is there"
    )
    states = record.states()
    await record.all_over(20, 60)
    await second.go_home()

    reached = record.facts("AsteriskReached")[1]
    assert (reached["taken_over"], reached["ended_meanwhile"]) == (20, 0)
    # Before the first waiting caller's lease has run out.
    assert reached["at"] - killed < LEASE_SECONDS * SECOND
    assert [states[f"agent{number}"] for number in (1, 2)] == ["on_call", "on_call"]
    assert Counter(states[agent] for agent in lines) == {"on_call": 2, "available": 2}
    talks = [leg for leg in wire.lines() if leg.heard.until(killed).tone_seconds(AGENT_HERTZ) > 0.5]
    phones = [leg for leg in wire.phones() if leg.heard.until(killed).tone_seconds(CALLER_HERTZ) > 0.5]
    assert (len(talks), len(phones)) == (4, 4)
    _flowed_on(talks + phones, killed - SECOND, killed + 6 * SECOND)
    calls = Counter((row["department"], row["phase"], row["outcome"]) for row in record.calls())
    assert calls == {
        ("sales", "talking", "connected"): 1,
        ("parts", "talking", "connected"): 1,
        ("workshop", "queue", "lost"): 5,
        ("reception", "queue", "lost"): 5,
        (None, "menu", "lost"): 4,
    }
    assert all(17 < row["talk_seconds"] < 20 for row in record.calls() if row["outcome"] == "connected")
    assert [row["outcome"] for row in record.attempts()] == ["connected"] * 4
    assert set(record.ends().values()) == {1}


async def test_a_line_stays_its_agents_over_a_restart_though_the_agent_has_got_another_phone(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    wire: Wire,
    tmp_path: Path,
    stand_by: StandBy,
) -> None:
    await network_asterisk.customer_does(NUMBERS[0], "answer:1:10")
    await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:1])
    record = Record(tmp_path)
    first, second = [await stand_by(on_lines=("agent3",)) for _ in range(2)]
    await first.go()
    await record.until(lambda record: any(row["connected_at"] for row in record.attempts()), 20, "a talk")

    first.kill()
    await first.gone()
    with closing(sqlite3.connect(tmp_path / "dealerlijn.db", timeout=5)) as database, database:
        database.execute("UPDATE agents SET endpoint = 'PJSIP/agent7' WHERE agent_id = 'agent3'")
    await second.go()
    await record.all_over(1, 30)
    phones = len(wire.phones())
    await second.go_home()

    (attempt,) = record.attempts()
    assert (attempt["outcome"], attempt["agent_id"], phones) == ("connected", "agent3", 1)
    assert attempt["talk_seconds"] > 9


async def test_callers_reach_the_fallback_while_the_controller_is_frozen_and_it_serves_again_when_thawed(
    network_asterisk: NetworkAsterisk,
    dealer_asterisk: DealerAsterisk,
    wire: Wire,
    tmp_path: Path,
    stand_by: StandBy,
) -> None:
    record = Record(tmp_path)
    controller = await stand_by("agent4")
    await controller.go()
    network_asterisk.call(
        Caller(person="waits", ddi=DDI, cli="+31612345671", press="3", talk=10, patience=60)
    )
    await record.until(lambda record: any(row["queued_at"] for row in record.calls()), 10, "one who waits")
    await asyncio.sleep(0.5)

    frozen = controller.freeze()
    network_asterisk.call(Caller(person="new", ddi=DDI, cli="+31612345672", talk=10, patience=60))
    for who in ("waits", "new"):
        await network_asterisk.step(who, "connected", 25)
    controller.thaw()
    await asyncio.sleep(2)
    network_asterisk.call(Caller(person="later", ddi=DDI, cli="+31612345673", press="0", talk=2, patience=60))
    for who in ("later", "waits", "new"):
        await network_asterisk.step(who, "satisfied", 25)
    await controller.go_home()

    greeting = prompt(dealer_asterisk, "fallback-greeting")
    greeted = [leg.heard.since(frozen).hears(greeting) for leg in wire.lines()[:2]]
    assert all(at is not None and at - frozen < 6.5 * SECOND for at in greeted), greeted
    outcomes = {row["cli"]: (row["outcome"], row["phase"]) for row in record.calls()}
    assert outcomes["+31612345671"] == ("diverted", "queue")
    assert outcomes["+31612345673"] == ("connected", "talking")
    # Whoever came while nobody was there is the fallback's, whether we heard of it afterwards or not.
    assert outcomes.get("+31612345672", ("diverted", ""))[0] == "diverted"


async def test_every_customer_hears_somebody_or_the_message_within_two_seconds_when_the_controller_dies_as_they_answer(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    wire: Wire,
    tmp_path: Path,
    stand_by: StandBy,
) -> None:
    lines = ("agent1", "agent2", "agent3", "agent4", "agent5", "agent6")
    for number, delay in zip(NUMBERS, (3.0, 3.1, 3.2, 3.3, 3.4, 3.5), strict=False):
        await network_asterisk.customer_does(number, f"answer:{delay}:8")
    await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:6])
    record = Record(tmp_path)
    first, second = [await stand_by(on_lines=lines) for _ in range(2)]
    await first.go()
    await record.until(lambda record: len(record.attempts()) == 6, 15, "everybody is dialled")
    for agent in lines[:4]:
        await first.say(agent)
    await record.until(
        lambda record: sum(bool(row["answered_at"]) for row in record.attempts()) >= 4, 15, "answers"
    )
    first.kill()
    await asyncio.sleep(3)
    await second.go()
    await record.all_over(6, 60)
    await second.go_home()

    assert len(wire.lines()) == 6
    waits = [
        (leg.heard.first_loud() or datetime.max.replace(tzinfo=UTC)) - leg.answered_at for leg in wire.lines()
    ]
    assert max(waits) < 2 * SECOND, waits
    attempts = record.attempts()
    assert {row["outcome"] for row in attempts} <= {"connected", "abandoned"}
    alone = [row for row in attempts if row["outcome"] == "abandoned"]
    assert alone
    for row in alone:
        message = moment(row["message_at"]) - moment(row["answered_at"])
        assert timedelta(0) <= message < 2 * SECOND
    assert set(record.ends().values()) == {1}


async def test_people_whom_asterisk_alone_served_while_no_controller_lived_are_counted_once_when_one_is_back(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    wire: Wire,
    tmp_path: Path,
    stand_by: StandBy,
) -> None:
    for number, plan in zip(NUMBERS, ("answer:3:90:4:9", "answer:3.2:3"), strict=False):
        await network_asterisk.customer_does(number, plan)
    await store_campaign(dealer_asterisk, tmp_path, NUMBERS[:2])
    record = Record(tmp_path)
    first, second, third = [await stand_by(on_lines=("agent3", "agent4")) for _ in range(3)]
    await first.go()
    # An attempt is stored before it is dialled: killed between the two, nobody is rung.
    for number in NUMBERS[:2]:
        await network_asterisk.step(number, "ringing")
    first.kill()
    await asyncio.sleep(6)
    for who, talk, patience in (("served", 2, 60), ("leaves", 1, 7)):
        network_asterisk.call(
            Caller(person=who, ddi=DDI, cli=f"+3161234567{talk}", talk=talk, patience=patience)
        )
        await network_asterisk.step(who, "ended", 40)
        await network_asterisk.phone_does("agent1", "noanswer")
        await network_asterisk.phone_does("agent2", "noanswer")

    await second.go()
    await record.all_over(4, 30)
    await until_no_marks(dealer_asterisk)
    second.kill()
    await third.go()
    await asyncio.sleep(6)
    await third.go_home()

    objector, other = sorted(record.attempts(), key=lambda row: row["number"])
    assert [row["outcome"] for row in (objector, other)] == ["abandoned"] * 2
    for row in (objector, other):
        line = next(leg for leg in wire.lines() if abs(leg.answered_at - moment(row["answered_at"])) < SECOND)
        heard = line.heard.first_loud()
        assert heard is not None
        assert abs(heard - moment(row["message_at"])) < 0.5 * SECOND
    assert record.objections() == {objector["call_id"]}
    calls = {row["cli"]: (row["dealer"], row["outcome"], row["phase"]) for row in record.calls()}
    assert calls == {
        "+31612345672": ("demo", "connected", "talking"),
        "+31612345671": ("demo", "lost", "queue"),
    }
    assert set(record.ends().values()) == {1}


async def test_a_second_controller_takes_over_from_the_first_which_stops_acting_at_once(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    wire: Wire,
    tmp_path: Path,
    stand_by: StandBy,
) -> None:
    record = Record(tmp_path)
    first, second = [await stand_by("agent1") for _ in range(2)]
    await first.go()
    for number, key in enumerate("12"):
        network_asterisk.call(
            Caller(
                person=f"both{number}", ddi=DDI, cli=f"+3161234567{number}", press=key, talk=10, patience=12
            )
        )
    await record.until(
        lambda record: any(row["connected_at"] for row in record.calls()), 15, "a conversation"
    )
    await record.until(lambda record: all(row["queued_at"] for row in record.calls()), 5, "one who waits")
    await asyncio.sleep(DTMF_SECONDS)

    started = datetime.now(UTC)
    await second.go()
    code = await first.gone()
    await record.all_over(2, 30)
    await second.go_home()

    assert code != 0
    epochs = {fact["epoch"] for fact in record.facts("ControllerStarted")}
    assert epochs == {1, 2}
    assert {row["cli"]: row["outcome"] for row in record.calls()} == {
        "+31612345670": "connected",
        "+31612345671": "lost",
    }
    talk = next(leg for leg in wire.lines() if leg.heard.tone_seconds(AGENT_HERTZ) > 5)
    _flowed_on([talk, *wire.phones()], started - SECOND, started + 4 * SECOND)
    assert set(record.ends().values()) == {1}


async def until_no_marks(dealer: DealerAsterisk) -> None:
    """Return once everything that was marked is stored and removed."""
    async with asyncio.timeout(20):
        while await dealer.marks():
            await asyncio.sleep(0.2)


def _twenty_live_calls(record: Record) -> bool:
    calls, attempts = record.calls(), record.attempts()
    connected = sum(row["connected_at"] is not None for row in calls)
    queued = sum(row["queued_at"] is not None for row in calls)
    answered = sum(row["connected_at"] is not None for row in attempts)
    return (len(calls), connected, queued, len(attempts), answered) == (16, 2, 12, 4, 2)


def _flowed_on(legs: list[Leg], since: datetime, until: datetime) -> None:
    """The dealer passed on all sound as it came; a gap that a person's side has on a busy machine is no fault of its own."""
    came = [leg.said.since(since).until(until) for leg in legs]
    went = [leg.heard.since(since).until(until) for leg in legs]
    seconds = (until - since).total_seconds()
    assert min(len(stream) for stream in went) > 0.95 * min(50 * seconds, *(len(stream) for stream in came))
    gap = max(stream.longest_gap() for stream in came)
    assert max(stream.longest_gap() for stream in went) < max(0.2, gap + 0.1)
