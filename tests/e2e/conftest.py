"""A dealer's Asterisk and the pretend network, started once for all tests on a real Asterisk."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.asterisk.instance import AsteriskInstance
from app.asterisk.nodes import DealerNode, Login, NetworkNode, Phone, PortRange, Trunk
from app.asterisk.program import AsteriskProgram, find_program
from app.asterisk.prompts import make_sounds, read_manifest
from app.asterisk.render import install
from tests.e2e.bed import DealerAsterisk, NetworkAsterisk
from tests.e2e.wire import Wire, tapped
from tests.ports import FIRST_PORT

PHONES = tuple(Phone(f"agent{number}", f"agent{number}-has-this-password") for number in range(1, 9))

NO_LIMIT = 0.0  # of the machine's load: whoever else works there makes no call fail


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """pyst2, which the whole program brings along, uses names of `threading` that are deprecated."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore::DeprecationWarning:asterisk.manager"))


@pytest.fixture(scope="session")
def port_base() -> int:
    """The first of a thousand ports that these tests may use."""
    return FIRST_PORT


@pytest.fixture(scope="session")
def asterisk_program() -> AsteriskProgram:
    """The Asterisk that set-up provided."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return find_program(cache / "dealerlijn" / "asterisk-root")


@pytest.fixture(scope="session")
def sounds_dir() -> Iterator[Path]:
    """All prompts, spoken twice as fast so that nobody has to listen for long, and the music."""
    folder = Path(tempfile.mkdtemp(prefix="dealerlijn-sounds-"))
    manifest = read_manifest()
    voice = replace(manifest.voice, words_per_minute=2 * manifest.voice.words_per_minute)
    make_sounds(folder, replace(manifest, voice=voice))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def state_dirs() -> Iterator[Path]:
    """Where the instances keep their files; short, because a control socket's path has at most 107 characters."""
    folder = Path(tempfile.mkdtemp(prefix="dealerlijn-e2e-"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def dealer_asterisk(
    asterisk_program: AsteriskProgram, sounds_dir: Path, state_dirs: Path, port_base: int
) -> Iterator[DealerAsterisk]:
    """The dealer's node, fully booted; agents 1 and 2 are its fallback."""
    node = DealerNode(
        name="dealer",
        state_dir=state_dirs / "dealer",
        sounds_dir=sounds_dir,
        sip_port=port_base + 60,
        ari_port=port_base + 88,
        ari=Login("dealerlijn", "the-controller-has-this-password"),
        ami_port=port_base + 38,
        ami=Login("dealerlijn", "the-controller-has-this-password"),
        rtp=PortRange(port_base + 200, port_base + 499),
        phones=PHONES,
        app="dealerlijn",
        trunk=Trunk("127.0.0.2", port_base + 70),
        fallback=("agent1", "agent2"),
        max_load=NO_LIMIT,
    )
    install(node)
    instance = AsteriskInstance(asterisk_program, node.state_dir, [sounds_dir])
    asyncio.run(instance.start())
    try:
        yield DealerAsterisk(node, instance)
    finally:
        asyncio.run(instance.stop())


@pytest.fixture(scope="session")
def network_asterisk(
    asterisk_program: AsteriskProgram,
    dealer_asterisk: DealerAsterisk,
    sounds_dir: Path,
    state_dirs: Path,
    port_base: int,
) -> Iterator[NetworkAsterisk]:
    """The pretend network, fully booted and its phones registered at the dealer's node."""
    node = NetworkNode(
        name="network",
        state_dir=state_dirs / "network",
        sounds_dir=sounds_dir,
        sip_host="127.0.0.2",
        sip_port=port_base + 70,
        ari_port=port_base + 89,
        ari=Login("people", "the-network-has-this-password"),
        rtp=PortRange(port_base + 500, port_base + 999),
        phones=PHONES,
        dealer_host="127.0.0.1",
        dealer_port=port_base + 60,
        max_load=NO_LIMIT,
    )
    install(node)
    instance = AsteriskInstance(asterisk_program, node.state_dir, [sounds_dir])
    try:
        asyncio.run(_start_and_register(instance, dealer_asterisk))
        yield NetworkAsterisk(node, instance)
    finally:
        asyncio.run(instance.stop())


@pytest.fixture
async def quiet(dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk) -> AsyncIterator[None]:
    """People behave as by default and nothing is marked before the test, and no channel is left of it afterwards.

    An Asterisk that has crashed fails the test that it did so in, and only that one.
    """
    await network_asterisk.forget()
    await dealer_asterisk.forget_marks()
    yield
    for asterisk in (dealer_asterisk, network_asterisk):
        if (code := asterisk.instance.ended) is not None:
            await asterisk.instance.start()
            pytest.fail(f"the {asterisk.node.name}'s Asterisk ended by itself: exit code {code}")
        async with asyncio.timeout(10):
            while await asterisk.channels():
                await asyncio.sleep(0.1)


@pytest.fixture
async def wire(
    dealer_asterisk: DealerAsterisk, network_asterisk: NetworkAsterisk, quiet: None
) -> AsyncIterator[Wire]:
    """All audio between the dealer and people from the beginning of the test on."""
    async with tapped(dealer_asterisk.node.rtp, network_asterisk.node.sip_host) as wire:
        yield wire


async def _start_and_register(network: AsteriskInstance, dealer: DealerAsterisk) -> None:
    await network.start()
    for _ in range(150):
        if await dealer.trunk_reachable() and len(await dealer.reachable_phones()) == len(PHONES):
            return
        await asyncio.sleep(0.1)
    pytest.fail(
        f"not all phones registered, or the trunk not reached, within 15 s: {await network.command('pjsip show registrations')}"
    )
