"""What people may have Asterisk read again, on the node as it is configured, and what it tells of its phones."""

import asyncio

import pytest

from app.ami.link import AmiLink
from app.clock import SystemClock
from app.control_ports import ReloadModule
from app.floor_desk import FloorDesk
from app.journal import Journal
from app.phones import PhoneWatch
from app.telephony import Telephony
from calls.ids import NodeId
from routing.floor import Floor
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk
from tests.e2e.conftest import PHONES
from tests.fakes.fact_store import FactStore
from tests.integration.ami.recorder import running
from tests.unit.app.people import SALES

# pyst2 uses names of `threading` that are deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager")


async def test_everything_on_the_list_is_read_again_and_the_phones_stay(
    dealer_asterisk: DealerAsterisk,
    network_asterisk: NetworkAsterisk,
) -> None:
    node = dealer_asterisk.node
    desk = FloorDesk(
        Floor(), Journal(FactStore()), SystemClock(), lambda _dealer, _name: SALES, lambda _id: 20
    )
    phones = PhoneWatch(desk, "trunk")
    manager = AmiLink("127.0.0.1", node.ami_port, node.ami.user, node.ami.password, phones)
    telephony = Telephony(NodeId("n1"), phones, manager, lambda: None)
    async with running(manager):
        async with asyncio.timeout(10):
            while not phones.knows:
                await asyncio.sleep(0.05)

        for module in ReloadModule:
            await telephony.reload(module)

        state = telephony.state()
    assert (state.ami_live, state.ari_live, state.echo_seconds) == (True, False, None)
    assert state.phones == {phone.name: "reachable" for phone in PHONES}
