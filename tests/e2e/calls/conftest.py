"""What every test of calls uses: the wire."""

from collections.abc import AsyncIterator

import pytest

from tests.e2e.bed import DealerAsterisk, NetworkAsterisk
from tests.e2e.wire import Wire, tapped


@pytest.fixture
async def wire(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, quiet: None
) -> AsyncIterator[Wire]:
    """All audio between the dealer and people from the beginning of the test on."""
    async with tapped(dealer_asterisk.node.rtp, network_asterisk.node.sip_host) as wire:
        yield wire
