"""The demo's two Asterisks: the dealer's node, and a second one that plays the telephone network and everybody on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from app.asterisk.call_files import Caller, place_call
from app.asterisk.credentials import Credentials, load_credentials
from app.asterisk.errors import AsteriskStartFailed
from app.asterisk.instance import AsteriskInstance
from app.asterisk.nodes import DealerNode, Login, NetworkNode, Phone, PortRange, Trunk
from app.asterisk.program import find_program
from app.asterisk.prompts import make_sounds, read_manifest
from app.asterisk.render import install
from app.main import say
from app.settings import AmiAddress, AriAddress, Settings, cache_dir
from dialer.caps import TrunkCaps

NETWORK_HOST = "127.0.0.2"
REGISTER_SECONDS = 20.0
KEPT_UP_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class DemoBed:
    """The running pair. `settings` are the controller's."""

    settings: Settings
    dealer: AsteriskInstance
    network: AsteriskInstance
    network_node: NetworkNode

    def ring(self, caller: Caller) -> None:
        """Make a caller ring the dealer now."""
        place_call(self.network_node, caller)

    async def keep_up(self) -> None:
        """Start whichever of them ends by itself again, as a service manager does for an installed one, until cancelled."""
        while True:
            await asyncio.sleep(KEPT_UP_SECONDS)
            for instance in (self.dealer, self.network):
                if instance.ended is None:
                    continue
                name = instance.state_dir.name
                say(f"the {name}'s Asterisk ended by itself (exit code {instance.ended}): starting it again")
                try:
                    await instance.start()
                except AsteriskStartFailed as error:
                    say(f"{error}\n   trying again")


class PhonesMissing(Exception):
    """Not every simulated phone registered at the dealer's Asterisk in time."""


@asynccontextmanager
async def demo_bed(folder: Path, phones: tuple[str, ...], ports: int) -> AsyncIterator[DemoBed]:
    """Start both below `folder`, on `ports` and the 999 after it; stop exactly these two at the end.

    Raises the errors of `app.asterisk.errors`, each with its remedy, and PhonesMissing.
    """
    program = find_program(cache_dir() / "asterisk-root")
    sounds = folder / "sounds"
    await asyncio.to_thread(make_sounds, sounds, read_manifest())
    secrets = load_credentials(folder / "credentials.toml", phones)
    dealer_node, network_node = _nodes(folder, sounds, secrets, phones, ports)
    install(dealer_node)
    install(network_node)
    dealer = AsteriskInstance(program, dealer_node.state_dir, [sounds])
    network = AsteriskInstance(program, network_node.state_dir, [sounds])
    async with dealer, network:
        await _registered(dealer, len(phones))
        yield DemoBed(_settings(folder, dealer_node, secrets, ports + 1000), dealer, network, network_node)


def _nodes(
    folder: Path, sounds: Path, secrets: Credentials, phones: tuple[str, ...], ports: int
) -> tuple[DealerNode, NetworkNode]:
    handsets = tuple(Phone(name, secrets.phones[name]) for name in phones)
    dealer = DealerNode(
        name="dealer",
        state_dir=folder / "dealer",
        sounds_dir=sounds,
        sip_port=ports + 60,
        ari_port=ports + 88,
        ari=Login("dealerlijn", secrets.ari),
        ami_port=ports + 38,
        ami=Login("dealerlijn", secrets.ami),
        rtp=PortRange(ports + 200, ports + 599),
        phones=handsets,
        app="dealerlijn",
        trunk=Trunk(NETWORK_HOST, ports + 70),
        fallback=phones[:2],
    )
    network = NetworkNode(
        name="network",
        state_dir=folder / "network",
        sounds_dir=sounds,
        sip_host=NETWORK_HOST,
        sip_port=ports + 70,
        ari_port=ports + 89,
        ari=Login("people", secrets.network),
        rtp=PortRange(ports + 600, ports + 999),
        phones=handsets,
        dealer_host="127.0.0.1",
        dealer_port=ports + 60,
    )
    return dealer, network


def _settings(folder: Path, node: DealerNode, secrets: Credentials, http_port: int) -> Settings:
    return Settings(
        node="n1",
        database_url=f"sqlite:///{folder}/demo.db",
        ari=AriAddress(f"http://127.0.0.1:{node.ari_port}/ari", node.ari.user, node.ari.password, node.app),
        ami=AmiAddress("127.0.0.1", node.ami_port, node.ami.user, node.ami.password),
        dealers_file=Path("dealers.toml"),
        recordings_dir=node.state_dir / "spool" / "recording",
        sounds_dir=node.sounds_dir,
        http_host="127.0.0.1",
        http_port=http_port,
        api_token=secrets.api,
        trunk_endpoint="trunk",
        caps=TrunkCaps(per_second=5.0, at_once=50, per_day=100_000),
        demo=True,
    )


async def _registered(dealer: AsteriskInstance, wanted: int) -> None:
    reachable, available = 0, list[str]()
    try:
        async with asyncio.timeout(REGISTER_SECONDS):
            while reachable < wanted or not any("trunk" in line for line in available):
                # By itself Asterisk asks a trunk that was not there at its start again only after a while.
                await dealer.command("pjsip qualify trunk")
                contacts = (await dealer.command("pjsip show contacts")).splitlines()
                available = [line for line in contacts if " Avail " in line]
                reachable = sum("trunk" not in line for line in available)
                await asyncio.sleep(0.1)
    except TimeoutError as error:
        raise PhonesMissing(
            f"{reachable} of {wanted} simulated phones registered within {REGISTER_SECONDS:g} s: "
            "look at var/demo/network/log/messages"
        ) from error
