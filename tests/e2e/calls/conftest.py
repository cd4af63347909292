"""What every test of calls uses: the wire."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.bed import DealerAsterisk, NetworkAsterisk
from tests.e2e.wire import Wire, tapped


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The whole program runs in these tests, and pyst2 with it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager"))


@pytest.fixture
async def wire(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, quiet: None
) -> AsyncIterator[Wire]:
    """All audio between the dealer and people from the beginning of the test on."""
    async with tapped(dealer_asterisk.node.rtp, network_asterisk.node.sip_host) as wire:
        yield wire
