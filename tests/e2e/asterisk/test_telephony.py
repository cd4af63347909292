"""What the manager interface of the dealer's node tells of its phones, and what it reads again."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest

from app.ami.link import AmiLink
from app.clock import SystemClock
from app.floor_desk import FloorDesk
from app.journal import Journal
from app.phones import PHONE_GONE, PhoneWatch
from app.telephony import Telephony
from calls.ids import AgentId, NodeId
from calls.words import AgentState, ReloadModule
from routing.agent import AgentProfile
from routing.floor import Floor
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk
from tests.e2e.conftest import PHONES
from tests.fakes.fact_store import FactStore
from tests.integration.ami.recorder import running
from tests.unit.app.people import SALES

AGENT = AgentId("agent1")
ALL_REACHABLE = {phone.name: "reachable" for phone in PHONES}


@dataclass(frozen=True, slots=True)
class Watched:
    """The node's telephony with an agent at work, and the network that has the phones."""

    telephony: Telephony
    floor: Floor
    network: NetworkAsterisk

    def agent(self) -> tuple[AgentState, str]:
        agent = self.floor.agent(AGENT)
        return agent.state, agent.reason


@pytest.fixture
async def watched(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk
) -> AsyncIterator[Watched]:
    node, clock, floor = dealer_asterisk.node, SystemClock(), Floor()
    floor.know(AgentProfile(AGENT, "Agent", f"PJSIP/{AGENT}", {"sales": 5}), clock.now())
    journal = Journal(FactStore())
    desk = FloorDesk(floor, journal, clock, lambda _dealer, _department: SALES, lambda _campaign: 20)
    phones = PhoneWatch(desk, "trunk")
    journal.observe("phones", phones.on_fact)
    desk.login(AGENT)
    manager = AmiLink("127.0.0.1", node.ami_port, node.ami.user, node.ami.password, phones)
    telephony = Telephony(NodeId("n1"), phones, manager, lambda: None, lambda: False)
    async with running(manager):
        await until(lambda: telephony.state().phones == ALL_REACHABLE)
        yield Watched(telephony, floor, network_asterisk)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.05)


async def test_everything_on_the_list_is_read_again_and_the_phones_stay(watched: Watched) -> None:
    for module in ReloadModule:
        await watched.telephony.reload(module)

    assert watched.telephony.state().phones == ALL_REACHABLE
    assert watched.agent()[0] is AgentState.AVAILABLE


async def test_an_agent_is_paused_while_the_phone_is_not_registered(watched: Watched) -> None:
    await watched.network.instance.command(f"pjsip send unregister {AGENT}")
    await until(lambda: watched.agent() == (AgentState.PAUSED, PHONE_GONE))
    gone = watched.telephony.state().phones[AGENT]

    await watched.network.instance.command(f"pjsip send register {AGENT}")

    await until(lambda: watched.agent()[0] is AgentState.AVAILABLE)
    assert gone == "removed"
