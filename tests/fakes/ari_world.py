"""What the fake ARI server pretends: it behaves as the contract tests found Asterisk to.

Only what the controller uses is imitated. Everything happens in the server's event loop; times are short and real.
"""

import asyncio
from collections.abc import Callable, Iterable
from itertools import count
from typing import Any

from tests.fakes.ari_nouns import Application, Bridge, Channel, Json, Person, Playback, Refused, now

DIALPLAN = {
    "from-trunk": "in",
    "answered": "answered",
    "campaign-answered": "answered",
    "agent-offered": "offered",
    "agent-line": "line",
}
"""Contexts that lead to Stasis, and the first argument they give; elsewhere a channel just waits."""

TECHNOLOGIES = ("Local", "PJSIP")
RING_SECONDS = 30


class World:
    """All state of the pretended Asterisk, and everything that can happen to it."""

    def __init__(self, people: dict[str, Person] | None = None) -> None:
        self.people = people if people is not None else {}
        self.channels: dict[str, Channel] = {}
        self.bridges: dict[str, Bridge] = {}
        self.playbacks: dict[str, Playback] = {}
        self.live: dict[str, Json] = {}
        self.stored: dict[str, Json] = {}
        self.applications: dict[str, Application] = {}
        self.globals: dict[str, str] = {}
        self._numbers = count(1)
        self._timers: list[asyncio.TimerHandle] = []

    def close(self) -> None:
        """Nothing happens by itself any more."""
        for timer in self._timers:
            timer.cancel()

    def later(self, seconds: float, action: Callable[..., None], *arguments: Any) -> asyncio.TimerHandle:
        """Let `action` happen after `seconds`."""
        timer = asyncio.get_running_loop().call_later(seconds, action, *arguments)
        self._timers.append(timer)
        return timer

    # Events

    def emit(self, kind: str, about: Iterable[str], **content: Any) -> None:
        """Send an event to every application that follows one of the sources in `about`, such as `channel:x`."""
        sources = set(about)
        for application in list(self.applications.values()):
            if sources & self.followed(application):
                self.tell(application, kind, **content)

    def tell(self, application: Application, kind: str, **content: Any) -> None:
        """Send an event to one application, unless it filters the kind."""
        if kind not in application.disallowed:
            head = {"type": kind, "application": application.name, "timestamp": now(), "asterisk_id": "fake"}
            application.send(head | content)

    def followed(self, application: Application) -> set[str]:
        """Return the sources that an application follows: asked for, or because its channels are there."""
        own = [channel for channel in self.channels.values() if channel.application == application.name]
        implied = {f"channel:{channel.id}" for channel in own}
        implied |= {f"bridge:{channel.bridge}" for channel in own if channel.bridge}
        return implied | application.explicit

    def emit_for(self, channel: Channel, kind: str, **content: Any) -> None:
        """Send an event about a channel."""
        self.emit(kind, [f"channel:{channel.id}"], channel=channel.json(), **content)

    # Looking up

    def channel(self, channel_id: str, message: str = "Channel not found") -> Channel:
        """Return a channel or refuse."""
        if (found := self.channels.get(channel_id)) is None:
            raise Refused(404, message)
        return found

    def own_channel(self, channel_id: str) -> Channel:
        """Return a channel that is in Stasis or refuse."""
        channel = self.channel(channel_id)
        if not channel.application:
            raise Refused(409, "Channel not in Stasis application")
        return channel

    def bridge(self, bridge_id: str) -> Bridge:
        """Return a bridge or refuse."""
        if (found := self.bridges.get(bridge_id)) is None:
            raise Refused(404, "Bridge not found")
        return found

    def application(self, name: str) -> Application:
        """Return a connected application or refuse."""
        if (found := self.applications.get(name)) is None:
            raise Refused(404, "Application not found")
        return found

    # Calls

    def add_channel(self, channel_id: str, name: str, state: str) -> Channel:
        """Make a channel; refuse an id that any living one begins with, as Asterisk 22.10 does."""
        if any(living.lower().startswith(channel_id.lower()) for living in self.channels):
            raise Refused(409, "Channel with given unique ID already exists")
        channel = Channel(channel_id, f"{name}-{next(self._numbers):08x};1", state)
        self.channels[channel_id] = channel
        return channel

    def call_in(self, channel_id: str, number: str, caller: str = "") -> None:
        """A call from the trunk arrives for `number`."""
        channel = self.add_channel(channel_id, "PJSIP/trunk", "Ring")
        channel.caller = caller
        self.enter_dialplan(channel, "from-trunk", number)

    def originate(self, channel_id: str, endpoint: str, query: Json) -> Channel:
        """Call an endpoint; its person decides what comes of it."""
        technology, slash, _ = endpoint.partition("/")
        if not slash:
            raise Refused(400, "Invalid endpoint specified")
        if technology not in TECHNOLOGIES:
            raise Refused(500, "Allocation failed")
        channel = self.add_channel(channel_id, endpoint.removesuffix("/n"), "Down")
        channel.variables |= query.get("variables", {})
        person = self.people.get(endpoint.removesuffix("/n"), Person())
        if person.does == "busy":
            self.later(person.after, self._turned_down, channel)
        elif person.does == "answer":
            self.later(person.after, self._answered, channel, query)
        self.later(float(query.get("timeout", RING_SECONDS)), self._rang_out, channel)
        return channel

    def _turned_down(self, channel: Channel) -> None:
        if channel.id in self.channels:
            self.dialled(channel, "BUSY")
            self.end(channel, 17)

    def _rang_out(self, channel: Channel) -> None:
        if self.channels.get(channel.id) is channel and channel.state != "Up":
            self.end(channel, 19)

    def _answered(self, channel: Channel, query: Json) -> None:
        if self.channels.get(channel.id) is not channel:
            return
        channel.state = "Up"
        self.emit_for(channel, "ChannelStateChange")
        self.dialled(channel, "ANSWER")
        if application := query.get("app"):
            arguments = query.get("appArgs", "")
            self.enter_stasis(channel, application, arguments.split(",") if arguments else [])
        else:
            self.enter_dialplan(channel, query.get("context", "default"), query.get("extension", "s"))

    def dialled(self, channel: Channel, status: str) -> None:
        """Tell what came of dialling."""
        source = [f"channel:{channel.id}"]
        self.emit("Dial", source, peer=channel.json(), dialstatus=status, dialstring="", forward="")

    def enter_dialplan(self, channel: Channel, context: str, exten: str) -> None:
        """Let a channel run in a context; some lead to the application named by `DL_APP`."""
        channel.context, channel.exten = context, exten
        application = self.globals.get("DL_APP", "")
        if context in DIALPLAN and application in self.applications:
            self.enter_stasis(channel, application, [DIALPLAN[context], exten])

    def enter_stasis(self, channel: Channel, application: str, arguments: list[str]) -> None:
        """Hand a channel to an application; it ends when there is none."""
        if application not in self.applications:
            self.end(channel, 16)
            return
        channel.application = application
        self.emit_for(channel, "StasisStart", args=arguments)

    def leave_stasis(self, channel: Channel) -> None:
        """Take a channel from its application, with what it was doing there."""
        for prompt in list(channel.prompts):
            self.finish(prompt, "done")
        if channel.bridge:
            self.leave_bridge(channel)
        self.emit_for(channel, "StasisEnd")
        channel.application = ""

    def end(self, channel: Channel, cause: int, requested: bool = False) -> None:
        """End a channel, whoever wanted it."""
        if requested:
            self.emit_for(channel, "ChannelHangupRequest", cause=cause)
        if channel.application:
            self.leave_stasis(channel)
        self.emit_for(channel, "ChannelDestroyed", cause=cause, cause_txt="")
        del self.channels[channel.id]
        for application in self.applications.values():
            application.explicit.discard(f"channel:{channel.id}")

    # Prompts

    def play(self, target: str, playback_id: str, media: str, seconds: float) -> Playback:
        """Queue a prompt on `channel:ID` or `bridge:ID`."""
        prompt = Playback(playback_id, media, target, seconds)
        self.playbacks[playback_id] = prompt
        channel = self._played_on(prompt)
        if channel is not None:
            channel.prompts.append(prompt)
            channel.quiet.clear()
        if channel is None or len(channel.prompts) == 1:
            self.later(0, self._start, prompt)
        return prompt

    def _played_on(self, prompt: Playback) -> Channel | None:
        return self.channels.get(prompt.target.removeprefix("channel:"))

    def _start(self, prompt: Playback) -> None:
        if prompt.id not in self.playbacks:
            return
        prompt.state = "playing"
        self.emit("PlaybackStarted", [prompt.target], playback=prompt.json())
        state = "failed" if prompt.seconds < 0 else "done"
        prompt.timer = self.later(max(prompt.seconds, 0), self.finish, prompt, state)

    def finish(self, prompt: Playback, state: str) -> None:
        """End a prompt and begin the next."""
        if self.playbacks.pop(prompt.id, None) is None:
            return
        if prompt.timer is not None:
            prompt.timer.cancel()
        prompt.state = state
        self.emit("PlaybackFinished", [prompt.target], playback=prompt.json())
        channel = self._played_on(prompt)
        if channel is None:
            return
        channel.prompts.remove(prompt)
        if channel.prompts:
            self._start(channel.prompts[0])
        else:
            channel.quiet.set()

    # Bridges

    def add_bridge(self, bridge_id: str, kind: str) -> Bridge:
        """Make a bridge; ids are compared exactly."""
        if bridge_id in self.bridges:
            raise Refused(409, f"Bridge with id '{bridge_id}' already exists")
        self.bridges[bridge_id] = Bridge(bridge_id, kind)
        return self.bridges[bridge_id]

    async def enter_bridge(self, bridge: Bridge, channel_ids: list[str]) -> None:
        """Move channels into a bridge, each when its prompts are over."""
        for channel_id in channel_ids:
            if channel_id not in self.channels:
                raise Refused(400, "Channel not found")
            if not self.channels[channel_id].application:
                raise Refused(422, "Channel not in Stasis application")
        for channel_id in channel_ids:
            await self.channels[channel_id].quiet.wait()
            if (channel := self.channels.get(channel_id)) is None:
                raise Refused(400, "Channel not found")
            if channel.bridge:
                self.leave_bridge(channel)
            channel.bridge = bridge.id
            bridge.channels.append(channel_id)
            self._bridge_event("ChannelEnteredBridge", bridge, channel)

    def leave_bridge(self, channel: Channel) -> None:
        """Take a channel out of its bridge."""
        bridge = self.bridges[channel.bridge]
        bridge.channels.remove(channel.id)
        self._bridge_event("ChannelLeftBridge", bridge, channel)
        channel.bridge = ""

    def _bridge_event(self, kind: str, bridge: Bridge, channel: Channel) -> None:
        sources = [f"bridge:{bridge.id}", f"channel:{channel.id}"]
        self.emit(kind, sources, bridge=bridge.json(), channel=channel.json())

    def destroy_bridge(self, bridge: Bridge) -> None:
        """End a bridge; whoever is in it leaves."""
        for channel_id in list(bridge.channels):
            self.leave_bridge(self.channels[channel_id])
        del self.bridges[bridge.id]

    # Recordings

    def record(self, target: str, name: str, form: str, if_exists: str) -> Json:
        """Begin a recording."""
        if name in self.live or (name in self.stored and if_exists == "fail"):
            raise Refused(409, f"Recording '{name}' already exists and can not be overwritten")
        recording = {"name": name, "format": form, "target_uri": target, "state": "recording"}
        self.live[name] = recording
        self.later(0, self._recording_event, "RecordingStarted", dict(recording))
        return recording | {"state": "queued"}

    def stop_recording(self, name: str) -> None:
        """End a recording and keep it."""
        if (recording := self.live.pop(name, None)) is None:
            raise Refused(404, "Recording not found")
        self.stored[name] = {"name": name, "format": recording["format"]}
        self._recording_event("RecordingFinished", recording | {"state": "done", "duration": 1})

    def _recording_event(self, kind: str, recording: Json) -> None:
        self.emit(kind, [recording["target_uri"]], recording=recording)
