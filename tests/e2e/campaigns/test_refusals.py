"""A network that refuses calls faster than we can follow them: every attempt has the outcome that the network gave."""

import asyncio
import shutil
from asyncio.subprocess import DEVNULL
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from calls.facts import AttemptAnswered, AttemptCommitted, AttemptEnded, CallArrived, PacingDecided
from calls.words import AttemptOutcome, HangupCause
from dialer.breaker import IN_A_ROW
from dialer.caps import TrunkCaps
from dialer.pacing import Reason
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk, until
from tests.e2e.calls.floor import ALWAYS_OPEN, controller, dealers, store_campaign

SCENARIO = Path(__file__).parent / "scenarios" / "refuses.xml"
REFUSING = "refusing"
HOST = "127.0.0.4"
ENDPOINT = """
[{name}]
type = endpoint
transport = udp
context = from-trunk
aors = {name}
disallow = all
allow = alaw
{variables}
[{name}]
type = aor
contact = sip:{host}:{port}
"""
EACH = 50
MEANING = {
    486: (AttemptOutcome.BUSY, HangupCause.BUSY),
    404: (AttemptOutcome.FAILED, HangupCause.INVALID_NUMBER),
    603: (AttemptOutcome.BUSY, HangupCause.REJECTED),
    503: (AttemptOutcome.FAILED, HangupCause.CONGESTION),
}
AT_WORK = ("agent1", "agent2", "agent3", "agent4", "agent5", "agent6")
pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture
async def refusing_trunk(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, port_base: int, tmp_path: Path
) -> AsyncIterator[str]:
    """The name of an endpoint whose far end answers an INVITE for ...486 with 486 at once, and so on."""
    port = port_base + 71
    configuration = dealer_asterisk.node.state_dir / "etc" / "pjsip.conf"
    as_it_was = configuration.read_text()
    variables = next(line for line in as_it_was.splitlines() if line.startswith("set_var"))
    endpoint = ENDPOINT.format(name=REFUSING, host=HOST, port=port, variables=variables)
    configuration.write_text(as_it_was + endpoint)
    await dealer_asterisk.instance.command("module reload res_pjsip.so")
    scenario = shutil.copy(SCENARIO, tmp_path)  # SIPp writes its files beside it
    sipp = await asyncio.create_subprocess_exec(
        "sipp", "-sf", scenario, "-i", HOST, "-p", str(port), "-nostdin",
        cwd=tmp_path, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL,
    )  # fmt: skip
    try:
        yield REFUSING
    finally:
        sipp.kill()
        await sipp.wait()
        configuration.write_text(as_it_was)
        await dealer_asterisk.instance.command("module reload res_pjsip.so")


async def test_every_attempt_that_is_refused_at_once_ends_as_the_network_said(
    dealer_asterisk: DealerAsterisk, refusing_trunk: str, tmp_path: Path
) -> None:
    numbers = [f"+316{number:05d}{status}" for number in range(10_000, 10_000 + EACH) for status in MEANING]
    campaign = await store_campaign(dealer_asterisk, tmp_path, numbers)
    known = dealers(tmp_path, ALWAYS_OPEN)
    caps = TrunkCaps(per_second=30.0, at_once=100, per_day=1000)
    async with controller(
        dealer_asterisk, tmp_path, known, AT_WORK, campaign, caps, refusing_trunk
    ) as watched:
        await watched.fact(AttemptEnded, limit=40, count=len(numbers))

    ends = watched.of(AttemptEnded)
    assert Counter((end.outcome, end.cause) for end in ends) == dict.fromkeys(MEANING.values(), EACH)
    assert watched.of(AttemptAnswered) == []


async def test_a_network_that_refuses_everything_does_not_use_up_the_list(
    dealer_asterisk: DealerAsterisk, refusing_trunk: str, tmp_path: Path
) -> None:
    numbers = [f"+316{number:05d}503" for number in range(10_000, 10_000 + EACH)]
    campaign = await store_campaign(dealer_asterisk, tmp_path, numbers)
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(
        dealer_asterisk, tmp_path, known, AT_WORK, campaign, trunk=refusing_trunk
    ) as watched:

        def stopped() -> bool:
            return any(decided.reason == Reason.TRUNK_REFUSES for decided in watched.of(PacingDecided))

        await until(stopped, 20, "the dialling stops")
        dialled = len(watched.of(AttemptCommitted))
        await asyncio.sleep(3)

        assert watched.program.gate.refuses
    assert len(watched.of(AttemptCommitted)) == dialled <= IN_A_ROW + len(AT_WORK)
    assert {end.cause for end in watched.of(AttemptEnded)} == {HangupCause.CONGESTION}


async def test_a_call_that_the_network_sends_on_to_another_number_fails_and_reaches_nobody(
    dealer_asterisk: DealerAsterisk, refusing_trunk: str, tmp_path: Path
) -> None:
    numbers = [f"+316{number:05d}302" for number in range(10_000, 10_003)]
    campaign = await store_campaign(dealer_asterisk, tmp_path, numbers)
    known = dealers(tmp_path, ALWAYS_OPEN)
    async with controller(
        dealer_asterisk, tmp_path, known, ("agent1",), campaign, trunk=refusing_trunk
    ) as watched:
        await watched.fact(AttemptEnded, count=len(numbers))

    assert {end.outcome for end in watched.of(AttemptEnded)} == {AttemptOutcome.FAILED}
    assert watched.of(CallArrived) == []
