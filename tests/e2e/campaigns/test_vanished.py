"""Whoever vanishes without a word, a phone or a caller, is not taken for a person for ever, nor is a phone on hold for an agent."""

import shutil
from asyncio import create_subprocess_exec
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from app.lines import ON_HOLD
from calls.facts import AgentStateChanged, AttemptConnected, AttemptEnded
from calls.ids import AgentId
from calls.words import AgentState, AttemptOutcome, HangupCause, InboundOutcome
from dialer.campaign import Campaign
from tests.e2e.bed import DDI, DealerAsterisk, NetworkAsterisk, until
from tests.e2e.calls.floor import ALWAYS_OPEN, Watched, controller, dealers, lines_up, store_campaign
from tests.e2e.wire import Wire

SCENARIOS = Path(__file__).parent / "scenarios"
LOST_AFTER_SECONDS = 4
PHONE_HOST, CALLER_HOST = "127.0.0.5", "127.0.0.2"
GONE, THERE = AgentId("agent8"), AgentId("agent1")
CUSTOMER = "+31610000021"
AGENT_HERTZ = 1000.0
pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
async def impatient(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> AsyncIterator[None]:
    """The dealer's Asterisk takes whoever is silent for gone sooner than it does as a rule."""
    node = dealer_asterisk.node
    configuration = node.state_dir / "etc" / "pjsip.conf"
    as_it_was = configuration.read_text()
    sooner = as_it_was
    for seconds in (node.lost_after_seconds, node.trunk.lost_after_seconds):
        assert f"\nrtp_timeout = {seconds}\n" in as_it_was
        sooner = sooner.replace(f"\nrtp_timeout = {seconds}\n", f"\nrtp_timeout = {LOST_AFTER_SECONDS}\n")
    configuration.write_text(sooner)
    await dealer_asterisk.instance.command("module reload res_pjsip.so")
    yield
    configuration.write_text(as_it_was)
    await dealer_asterisk.instance.command("module reload res_pjsip.so")


@asynccontextmanager
async def sipp(folder: Path, scenario: str, host: str, port: int, *more: str) -> AsyncIterator[Process]:
    """SIPp, which is killed at the latest at the end: a BYE is neither sent nor answered by it."""
    script = shutil.copy(SCENARIOS / f"{scenario}.xml", folder)  # SIPp writes its files beside it
    process = await create_subprocess_exec(
        "sipp", *more, "-sf", script, "-i", host, "-mi", host, "-p", str(port), "-mp", str(port + 2), "-nostdin",
        cwd=folder, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def log_in_elsewhere(watched: Watched, campaign: Campaign, port: int) -> None:
    """An agent whose phone is SIPp's begins to work on the campaign."""
    desk = watched.program.desk
    endpoint = f"PJSIP/{GONE}/sip:{GONE}@{PHONE_HOST}:{port}"
    desk.know(replace(desk.floor.agent(GONE).profile, endpoint=endpoint))
    desk.login(GONE, campaign.campaign_id)


async def test_a_line_whose_phone_vanishes_without_a_word_is_given_no_customer(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
    impatient: None,
    wire: Wire,
    port_base: int,
    tmp_path: Path,
) -> None:
    port = port_base + 75
    await network_asterisk.customer_does(CUSTOMER, "answer:1:3")
    campaign = await store_campaign(dealer_asterisk, tmp_path, [CUSTOMER])
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with (
        sipp(tmp_path, "vanishes", PHONE_HOST, port) as phone,
        controller(dealer_asterisk, tmp_path, known, (), campaign) as watched,
    ):
        desk = watched.program.desk
        log_in_elsewhere(watched, campaign, port)
        # Nobody is dialled for an agent who is paused; the line stays up.
        desk.pause(GONE, "coffee")
        await lines_up(watched, 1)
        phone.kill()
        await until(lambda: not desk.floor.agent(GONE).line_open, 20, "the line is gone")
        desk.resume(GONE)
        desk.login(THERE, campaign.campaign_id)
        connected = await watched.fact(AttemptConnected)
        ended = await watched.fact(AttemptEnded)
        left = desk.floor.agent(GONE)

    assert connected.agent_id == THERE
    assert ended.outcome is AttemptOutcome.CONNECTED
    assert (left.state, left.line_open) == (AgentState.AVAILABLE, False)
    assert wire.lines()[0].heard.tone_seconds(AGENT_HERTZ) > 1


async def test_a_line_whose_phone_goes_on_hold_pauses_its_agent_until_it_is_back(
    dealer_asterisk: DealerAsterisk, port_base: int, tmp_path: Path
) -> None:
    campaign = await store_campaign(dealer_asterisk, tmp_path, [])
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with (
        sipp(tmp_path, "holds", PHONE_HOST, port_base + 75),
        controller(dealer_asterisk, tmp_path, known, (), campaign) as watched,
    ):
        log_in_elsewhere(watched, campaign, port_base + 75)
        await until(lambda: len(watched.of(AgentStateChanged)) == 3, 20, "back from hold")

    before, held, back = watched.of(AgentStateChanged)[:3]
    assert [fact.after for fact in (before, held, back)] == [
        AgentState.AVAILABLE,
        AgentState.PAUSED,
        AgentState.AVAILABLE,
    ]
    assert held.reason == ON_HOLD
    assert (back.at - held.at).total_seconds() > 2.5


async def test_a_caller_who_vanishes_without_a_word_waits_no_longer(
    dealer_asterisk: DealerAsterisk, impatient: None, wire: Wire, port_base: int, tmp_path: Path
) -> None:
    known, server = dealers(tmp_path, ALWAYS_OPEN), f"127.0.0.1:{dealer_asterisk.node.sip_port}"
    call = (server, "-s", DDI, "-m", "1")
    async with (
        controller(dealer_asterisk, tmp_path, known) as watched,
        sipp(tmp_path, "calls_and_vanishes", CALLER_HOST, port_base + 75, *call) as caller,
    ):
        await until(lambda: sum(len(leg.heard) for leg in wire.lines()) > 50, 10, "hears the greeting")
        caller.kill()
        ended = await watched.ended()

    assert ended.outcome in (InboundOutcome.LOST, InboundOutcome.SHORT_ABANDONED)
    assert ended.cause is HangupCause.FAILURE
