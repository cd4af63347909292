"""The test bed: a dealer's Asterisk and the pretend network beside it, and what tests ask of the two."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from app.asterisk.call_files import Caller, place_call
from app.asterisk.instance import AsteriskInstance
from app.asterisk.nodes import TRUNK, DealerNode, NetworkNode
from tests.e2e.people_log import Step, read_steps

LOOK_SECONDS = 0.05
DETACH_SECONDS = 0.1  # a channel keeps its translators until the frame after its last recording has ended
DDI = "+31401234567"


async def until(condition: Callable[[], bool], limit: float, what: str) -> None:
    """Return as soon as the condition holds; fail the test, saying what was awaited, after `limit` seconds."""
    deadline = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < deadline, f"not within {limit:g} s: {what}"
        await asyncio.sleep(LOOK_SECONDS)


@dataclass(frozen=True, slots=True)
class DealerAsterisk:
    """The running dealer node."""

    node: DealerNode
    instance: AsteriskInstance

    async def channels(self) -> int:
        """How many channels live."""
        return await _channels(self.instance)

    async def reachable_phones(self) -> set[str]:
        """The phones whose contact answers."""
        return await self._reachable() - {TRUNK}

    async def trunk_reachable(self) -> bool:
        """Whether the network answers: asked now, since Asterisk by itself asks again only after a minute."""
        await self.instance.command(f"pjsip qualify {TRUNK}")
        return TRUNK in await self._reachable()

    async def _reachable(self) -> set[str]:
        lines = (await self.instance.command("pjsip show contacts")).splitlines()
        return {line.split()[1].partition("/")[0] for line in lines if " Avail " in line}

    async def marks(self) -> dict[str, dict[str, str]]:
        """What the dialplan marked, by channel and event."""
        marks: dict[str, dict[str, str]] = {}
        for line in (await self.instance.command("database show dealerlijn")).splitlines():
            key, _, value = line.partition(":")
            if key.startswith("/dealerlijn/"):
                _, _, channel, event = key.strip().split("/")
                marks.setdefault(channel, {})[event] = value.strip()
        return marks

    async def forget_marks(self) -> None:
        """Nothing is marked from now on."""
        await self.instance.command("database deltree dealerlijn")

    async def set_global(self, name: str, value: str) -> None:
        """Set a global variable of the dialplan, as the controller does over ARI."""
        await self.instance.command(f"dialplan set global {name} {value}")


@dataclass(frozen=True, slots=True)
class NetworkAsterisk:
    """The running pretend telephone network."""

    node: NetworkNode
    instance: AsteriskInstance
    _forgot: list[datetime] = field(default_factory=list)

    async def channels(self) -> int:
        """How many channels live."""
        return await _channels(self.instance)

    def call(self, caller: Caller) -> None:
        """Make the caller ring now."""
        place_call(self.node, caller)

    async def phone_does(self, name: str, mode: str, delay: float = 1.0) -> None:
        """What an agent's phone does from now on: answer (after `delay` seconds), noanswer or busy."""
        await self._put("phones", name, mode)
        await self._put("phones", f"{name}-delay", f"{delay:g}")

    async def phone_sounds(self, name: str, hertz: float) -> None:
        """What an agent's phone says from its next call on, at once: a tone of its own."""
        await self._put("phones", f"{name}-tone", f"{hertz:g}")

    async def register(self) -> None:
        """Every phone registers now. A registration of the last second before a registrar dies is lost with it."""
        for phone in self.node.phones:
            await self.instance.command(f"pjsip send register {phone.name}")

    async def customer_does(self, number: str, plan: str) -> None:
        """What a customer does when called: answer:DELAY:TALK, busy, fail or noanswer."""
        await self._put("people", number, plan)

    async def rings_after(self, number: str, seconds: float) -> None:
        """How long the network needs from now on before a customer's phone rings: nothing otherwise, which is sooner than any real one."""
        await self._put("people", f"{number}-rings-after", f"{seconds:g}")

    async def hang_up(self, who: str) -> None:
        """Let a person of a living call hang up; nothing happens when they are in none."""
        lines = (await self.instance.command("core show channels concise")).splitlines()
        for channel in (line.split("!")[0] for line in lines if line.split("!")[8:9] == [who]):
            await self.instance.command(f"channel request hangup {channel}")

    async def hang_up_all(self) -> None:
        """Everybody of a living call hangs up."""
        await self.instance.command("channel request hangup all")

    async def record(self, who: str) -> None:
        """Record what this person, phone or number hears and speaks in calls from now on."""
        await self._put("record", who, "yes")

    async def record_now(self, who: str, label: str) -> None:
        """From this moment record what this person of a living call hears and speaks, as `heard(label)`.

        Ends the recording so far. Needed after the source of what they hear has changed, such as from music to an agent: Asterisk's translators
        may go deaf at a new RTP source, so an older recording may be silent from there on although the person is not.
        """
        lines = (await self.instance.command("core show channels concise")).splitlines()
        channel = next(line.split("!")[0] for line in lines if line.split("!")[8] == who)
        files = f"{label}-both.wav,r({label}-heard.wav)t({label}-spoken.wav)"
        await self.instance.command(f"mixmonitor stop {channel}")
        await self.instance.command(f"mixmonitor stop {channel}")
        await asyncio.sleep(DETACH_SECONDS)
        await self.instance.command(f"mixmonitor start {channel} {files}")

    def heard(self, who: str) -> Path:
        """The recording of what they heard in their latest call."""
        return self.node.state_dir / "spool" / "monitor" / f"{who}-heard.wav"

    def spoken(self, who: str) -> Path:
        """The recording of what they said in their latest call."""
        return self.node.state_dir / "spool" / "monitor" / f"{who}-spoken.wav"

    def steps(self, who: str) -> list[Step]:
        """What this person, phone or number did since `forget`."""
        log = self.node.state_dir / "log" / "people.log"
        since = self._forgot[-1] if self._forgot else datetime.min.replace(tzinfo=UTC)
        return [step for step in read_steps(log) if step.who == who and step.at >= since]

    async def step(self, who: str, event: str, limit: float = 15.0) -> Step:
        """Their latest step of that name, awaited for at most `limit` seconds."""
        await until(lambda: any(s.event == event for s in self.steps(who)), limit, f"{who} {event}")
        return [s for s in self.steps(who) if s.event == event][-1]

    async def forget(self) -> None:
        """Every phone and customer behaves as by default, nothing is recorded, and steps count, from now on."""
        self._forgot.append(datetime.now(UTC))
        for family in ("phones", "people", "record"):
            await self.instance.command(f"database deltree {family}")

    async def _put(self, family: str, key: str, value: str) -> None:
        await self.instance.command(f"database put {family} {key} {value}")


async def _channels(instance: AsteriskInstance) -> int:
    lines = (await instance.command("core show channels count")).splitlines()
    return int(next(line.split()[0] for line in lines if "active channel" in line))
