"""A dealer's Asterisk with SIPp around it: callers and customers on the trunk's address, agents' phones on the other.

The product's own configuration is used, with four changes: phones register for long, without a password and from another port, nothing is
qualified, nobody is told by a re-INVITE whom they are connected to (SIPp's scenarios cannot answer at any moment), and the
dialplan has entrances for the programs that ours is compared with. Prompts are short tones.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from app.asterisk.instance import AsteriskInstance
from app.asterisk.nodes import DealerNode, Login, Phone, PortRange, Trunk
from app.asterisk.program import find_program
from app.asterisk.prompts import Manifest, Tone, make_sounds, read_manifest
from app.asterisk.render import install
from app.settings import cache_dir

DDI = "+31401234567"
BARE = "bare"
QUEUE = "queue"
CALLERS_HOST, PHONES_HOST = "127.0.0.2", "127.0.0.1"
PROMPT_SECONDS = 0.4
LOOK_SECONDS = 0.1
_PASSWORD = "only-for-measurements"  # pragma: allowlist secret

_DIALPLAN = f"""
[from-trunk](+)
exten => {BARE},1,Stasis(bare,in)
 same => n,Hangup()
exten => {QUEUE},1,Goto(benchmark-queue,s,1)

[benchmark-queue]
exten => s,1,Answer()
 same => n,Background(dealerlijn/welcome&dealerlijn/menu)
 same => n,WaitExten(5)
exten => 1,1,Queue(benchmark,,,,30)
 same => n,Hangup()

[benchmark-answered]
exten => _[0-9a-z].,1,Stasis(bare,answered)
 same => n,Hangup()
"""
_QUEUE_CONF = """
[benchmark]
strategy = rrmemory
musicclass = default
timeout = 15
retry = 1
ringinuse = no
wrapuptime = 0
"""


@dataclass(frozen=True, slots=True)
class Rig:
    """The running Asterisk. `agents` are its phones' names; SIPp's own ports follow from `ports`."""

    folder: Path
    ports: int
    node: DealerNode
    instance: AsteriskInstance

    @property
    def agents(self) -> list[str]:
        return [phone.name for phone in self.node.phones]

    @property
    def ari_url(self) -> str:
        return f"http://127.0.0.1:{self.node.ari_port}/ari"

    @property
    def pid(self) -> int:
        pid = self.instance.pid
        assert pid is not None
        return pid

    async def channels(self) -> int:
        """How many channels live."""
        lines = (await self.instance.command("core show channels count")).splitlines()
        return int(next(line.split()[0] for line in lines if "active channel" in line))

    async def quiet(self, patience: float = 5.0, limit: float = 60.0) -> None:
        """Return when no channel is left; whoever is left after some seconds, as after an overload, is hung up."""
        async with asyncio.timeout(limit):
            for look in count():
                if not await self.channels():
                    return
                if look == patience / LOOK_SECONDS:
                    await self.instance.command("channel request hangup all")
                await asyncio.sleep(LOOK_SECONDS)

    def environment(self, database: Path, **more: str) -> Mapping[str, str]:
        """The settings of a controller for this Asterisk."""
        node = self.node
        return {
            "DEALERLIJN_DATABASE_URL": f"sqlite:///{database}",
            "DEALERLIJN_ARI_URL": self.ari_url,
            "DEALERLIJN_ARI_PASSWORD": node.ari.password,
            "DEALERLIJN_AMI_PORT": str(node.ami_port),
            "DEALERLIJN_AMI_PASSWORD": node.ami.password,
            "DEALERLIJN_SOUNDS_DIR": str(node.sounds_dir),
            "DEALERLIJN_RECORDINGS_DIR": str(node.state_dir / "spool" / "recording"),
            "DEALERLIJN_API_TOKEN": f"{_PASSWORD}-too",
            **more,
        }


@asynccontextmanager
async def rig(agents: int, ports: int) -> AsyncIterator[Rig]:
    """Start an Asterisk with so many agents' phones on `ports` and the 1999 after it; everything is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="dealerlijn-bench-") as name:
        folder = Path(name)
        sounds = folder / "sounds"
        texts = read_manifest()
        short = {prompt: Tone(440, PROMPT_SECONDS) for prompt in (*texts.texts, *texts.tones)}
        await asyncio.to_thread(make_sounds, sounds, Manifest(texts.voice, {}, short), folder)
        node = DealerNode(
            name="bench",
            state_dir=folder / "asterisk",
            sounds_dir=sounds,
            sip_port=ports + 60,
            ari_port=ports + 88,
            ari=Login("dealerlijn", _PASSWORD),
            ami_port=ports + 38,
            ami=Login("dealerlijn", _PASSWORD),
            rtp=PortRange(ports + 200, ports + 1999),
            phones=tuple(Phone(f"agent{number:03}", _PASSWORD) for number in range(agents)),
            app="dealerlijn",
            # SIPp's people send no audio.
            trunk=Trunk(CALLERS_HOST, ports + 70, lost_after_seconds=0),
            lost_after_seconds=0,
            fallback=(),
            max_load=1000.0,
        )
        install(node)
        _add(node)
        async with AsteriskInstance(
            find_program(cache_dir() / "asterisk-root"), node.state_dir, [sounds]
        ) as instance:
            yield Rig(folder, ports, node, instance)


def _add(node: DealerNode) -> None:
    etc = node.state_dir / "etc"
    pjsip = (etc / "pjsip.conf").read_text().replace("qualify_frequency = 20", "qualify_frequency = 0")
    # SIPp offers no RFC 4733, as every provider does: nothing is to be listened for in the sound.
    pjsip = pjsip.replace("dtmf_mode = auto", "dtmf_mode = rfc4733")
    pjsip = pjsip.replace("maximum_expiration = 600", "maximum_expiration = 7200")
    pjsip = pjsip.replace("rewrite_contact = yes", "rewrite_contact = no")
    members = []
    for phone in node.phones:
        pjsip = pjsip.replace(f"auth = {phone.name}\n", "")
        members.append(f"member => PJSIP/{phone.name}")
    (etc / "pjsip.conf").write_text(pjsip)
    with (etc / "extensions.conf").open("a") as file:
        file.write(_DIALPLAN)
    with (etc / "queues.conf").open("a") as file:
        file.write("\n".join([_QUEUE_CONF, *members, ""]))
