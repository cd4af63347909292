"""A real HTTP and WebSocket server that imitates the part of ARI the controller uses; tests steer it.

Test-only paths below `/_control` make things happen: calls, keys, hang-ups and faults. The same can be done from the
test's own code through `FakeAri.world` and `FakeAri.faults`.
"""

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from aiohttp import WSMsgType, web

from tests.fakes.ari_faults import EventsSocket, Faults
from tests.fakes.ari_nouns import Application, Json, Person, Refused
from tests.fakes.ari_world import World

USER = "fake"
PASSWORD = "no-secret-in-a-test"  # pragma: allowlist secret

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeAri:
    """The server; use as an async context manager, then `url` is where it listens."""

    def __init__(self, people: dict[str, Person] | None = None, port: int = 0) -> None:
        self.world = World(people)
        self.faults = Faults()
        self.sounds = {"short": 0.3, "long": 20.0}
        """How long a sound plays, by the last part of its name; other sounds do not exist."""
        self.version = "22.10.1"
        self.url = ""
        self._port = port
        self._runner = web.AppRunner(self._routes(), access_log=None, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/ari"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.world.close()
        await self.faults.close()
        await self._runner.cleanup()

    def _routes(self) -> web.Application:
        application = web.Application(middlewares=[self._guard])
        application.add_routes(
            [
                web.get("/ari/events", self._events),
                web.post("/ari/events/user/{name}", self._user_event),
                web.get("/ari/asterisk/ping", self._ping),
                web.get("/ari/asterisk/info", self._info),
                web.get("/ari/asterisk/variable", self._get_global),
                web.post("/ari/asterisk/variable", self._set_global),
                web.get("/ari/applications/{name}", self._application),
                web.post("/ari/applications/{name}/subscription", self._subscribe),
                web.put("/ari/applications/{name}/eventFilter", self._filter),
                web.get("/ari/channels", self._channels),
                web.get("/ari/channels/{id}", self._channel),
                web.post("/ari/channels/{id}", self._originate),
                web.delete("/ari/channels/{id}", self._hang_up),
                web.post("/ari/channels/{id}/answer", self._answer),
                web.post("/ari/channels/{id}/continue", self._continue),
                web.post("/ari/channels/{id}/move", self._move),
                web.get("/ari/channels/{id}/variable", self._get_variable),
                web.post("/ari/channels/{id}/variable", self._set_variable),
                web.post("/ari/channels/{id}/play/{playback}", self._play),
                web.post("/ari/channels/{id}/play", self._play),
                web.post("/ari/channels/{id}/record", self._record),
                web.route("*", "/ari/channels/{id}/{action:ring|moh|mute|hold|silence|dtmf}", self._accept),
                web.get("/ari/bridges", self._bridges),
                web.get("/ari/bridges/{id}", self._bridge),
                web.post("/ari/bridges/{id}", self._make_bridge),
                web.delete("/ari/bridges/{id}", self._destroy_bridge),
                web.post("/ari/bridges/{id}/addChannel", self._add_to_bridge),
                web.post("/ari/bridges/{id}/removeChannel", self._remove_from_bridge),
                web.route("*", "/ari/bridges/{id}/moh", self._bridge_music),
                web.post("/ari/bridges/{id}/play/{playback}", self._play),
                web.post("/ari/bridges/{id}/record", self._record),
                web.delete("/ari/playbacks/{id}", self._stop_playback),
                web.get("/ari/recordings/live/{name}", self._live_recording),
                web.post("/ari/recordings/live/{name}/stop", self._stop_recording),
                web.get("/ari/recordings/stored/{name}", self._stored_recording),
                web.post("/_control/{action}", self._control),
            ]
        )
        return application

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/ari"):
            wanted = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
            if request.headers.get("Authorization") != wanted:
                return web.json_response({"error": "Unauthorized"}, status=401)
            fault = await self.faults.before(request)
            if fault is not None:
                return fault
        try:
            return await handler(request)
        except Refused as refused:
            return web.json_response({"message": str(refused)}, status=refused.status)

    # Events

    async def _events(self, request: web.Request) -> web.StreamResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        name = request.query["app"]
        assert request.query.get("subscribeAll", "false") == "false"
        events = EventsSocket(socket, request, self.faults)
        application = Application(name, events.put)
        if (earlier := self.world.applications.get(name)) is not None:
            application.explicit, application.disallowed = earlier.explicit, earlier.disallowed
            self.world.tell(earlier, "ApplicationReplaced")
        self.world.applications[name] = application
        async with asyncio.TaskGroup() as tasks:
            writer = tasks.create_task(events.write())
            while (await socket.receive()).type is WSMsgType.TEXT:
                pass
            writer.cancel()
        if self.world.applications.get(name) is application:
            del self.world.applications[name]
        return socket

    async def _user_event(self, request: web.Request) -> web.StreamResponse:
        application = self.world.application(request.query["application"])
        variables = (await _body(request)).get("variables", {})
        name = request.match_info["name"]
        event = {"eventname": name} | variables
        self.world.tell(application, "ChannelUserevent", eventname=name, userevent=event)
        return _done()

    # Asterisk and applications

    async def _ping(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"ping": "pong", "asterisk_id": "fake", "timestamp": ""})

    async def _info(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"system": {"version": self.version, "entity_id": "fake"}})

    async def _get_global(self, request: web.Request) -> web.StreamResponse:
        return web.json_response({"value": self.world.globals.get(request.query["variable"], "")})

    async def _set_global(self, request: web.Request) -> web.StreamResponse:
        self.world.globals[request.query["variable"]] = request.query.get("value", "")
        return _done()

    async def _application(self, request: web.Request) -> web.StreamResponse:
        return self._shown(self.world.application(request.match_info["name"]))

    async def _subscribe(self, request: web.Request) -> web.StreamResponse:
        application = self.world.application(request.match_info["name"])
        for source in request.query["eventSource"].split(","):
            kind, _, object_id = source.partition(":")
            known = self.world.channels if kind == "channel" else self.world.bridges
            if object_id not in known:
                raise Refused(422, "Event source does not exist")
            application.explicit.add(source)
        return self._shown(application)

    async def _filter(self, request: web.Request) -> web.StreamResponse:
        application = self.world.application(request.match_info["name"])
        disallowed = (await _body(request)).get("disallowed", [])
        application.disallowed = {kind["type"] for kind in disallowed}
        return self._shown(application)

    def _shown(self, application: Application) -> web.StreamResponse:
        sources = sorted(self.world.followed(application))
        named = {
            kind: [source.partition(":")[2] for source in sources if source.startswith(kind)]
            for kind in ("channel", "bridge")
        }
        disallowed = [{"type": kind} for kind in sorted(application.disallowed)]
        shown: Json = {"name": application.name, "endpoint_ids": [], "device_names": [], "events_allowed": []}
        shown |= {
            "channel_ids": named["channel"],
            "bridge_ids": named["bridge"],
            "events_disallowed": disallowed,
        }
        return web.json_response(shown)

    # Channels

    async def _channels(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([channel.json() for channel in self.world.channels.values()])

    async def _channel(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.world.channel(request.match_info["id"]).json())

    async def _originate(self, request: web.Request) -> web.StreamResponse:
        wanted = dict(request.query) | await _body(request)
        return web.json_response(
            self.world.originate(request.match_info["id"], request.query["endpoint"], wanted).json()
        )

    async def _hang_up(self, request: web.Request) -> web.StreamResponse:
        channel = self.world.channel(request.match_info["id"])
        self.world.end(channel, int(request.query.get("reason_code", "16")), requested=True)
        return _done()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        channel = self.world.own_channel(request.match_info["id"])
        await channel.quiet.wait()
        if channel.state != "Up":
            channel.state = "Up"
            self.world.emit_for(channel, "ChannelStateChange")
        return _done()

    async def _continue(self, request: web.Request) -> web.StreamResponse:
        channel = self.world.own_channel(request.match_info["id"])
        self.world.leave_stasis(channel)
        self.world.enter_dialplan(
            channel, request.query.get("context", "default"), request.query.get("extension", "s")
        )
        return _done()

    async def _move(self, request: web.Request) -> web.StreamResponse:
        channel = self.world.own_channel(request.match_info["id"])
        arguments = request.query.get("appArgs", "")
        self.world.leave_stasis(channel)
        self.world.enter_stasis(channel, request.query["app"], arguments.split(",") if arguments else [])
        return _done()

    async def _get_variable(self, request: web.Request) -> web.StreamResponse:
        channel = self.world.channel(request.match_info["id"], "Provided channel was not found")
        if (value := channel.variables.get(request.query["variable"])) is None:
            raise Refused(404, "Provided variable was not found")
        return web.json_response({"value": value})

    async def _set_variable(self, request: web.Request) -> web.StreamResponse:
        channel = self.world.own_channel(request.match_info["id"])
        await channel.quiet.wait()
        name, value = request.query["variable"], request.query.get("value", "")
        channel.variables[name] = value
        self.world.emit_for(channel, "ChannelVarset", variable=name, value=value)
        return _done()

    async def _accept(self, request: web.Request) -> web.StreamResponse:
        self.world.own_channel(request.match_info["id"])
        return _done()

    # Prompts and recordings, on channels and bridges

    def _target(self, request: web.Request) -> str:
        object_id = request.match_info["id"]
        if request.path.startswith("/ari/bridges"):
            return f"bridge:{self.world.bridge(object_id).id}"
        return f"channel:{self.world.own_channel(object_id).id}"

    async def _play(self, request: web.Request) -> web.StreamResponse:
        media = request.query["media"]
        playback_id = request.match_info.get("playback") or request.query.get("playbackId") or media
        seconds = self.sounds.get(media.rpartition("/")[2].removeprefix("sound:"), -1.0)
        prompt = self.world.play(self._target(request), playback_id, media, seconds)
        return web.json_response(prompt.json(), status=201)

    async def _stop_playback(self, request: web.Request) -> web.StreamResponse:
        if (prompt := self.world.playbacks.get(request.match_info["id"])) is None:
            raise Refused(404, "Playback not found")
        self.world.finish(prompt, "done")
        return _done()

    async def _record(self, request: web.Request) -> web.StreamResponse:
        query = request.query
        exists = query.get("ifExists", "fail")
        begun = self.world.record(self._target(request), query["name"], query["format"], exists)
        return web.json_response(begun, status=201)

    async def _live_recording(self, request: web.Request) -> web.StreamResponse:
        return _found(self.world.live, request)

    async def _stored_recording(self, request: web.Request) -> web.StreamResponse:
        return _found(self.world.stored, request)

    async def _stop_recording(self, request: web.Request) -> web.StreamResponse:
        self.world.stop_recording(request.match_info["name"])
        return _done()

    # Bridges

    async def _bridges(self, request: web.Request) -> web.StreamResponse:
        return web.json_response([bridge.json() for bridge in self.world.bridges.values()])

    async def _bridge(self, request: web.Request) -> web.StreamResponse:
        return web.json_response(self.world.bridge(request.match_info["id"]).json())

    async def _make_bridge(self, request: web.Request) -> web.StreamResponse:
        made = self.world.add_bridge(request.match_info["id"], request.query.get("type", "mixing"))
        return web.json_response(made.json())

    async def _destroy_bridge(self, request: web.Request) -> web.StreamResponse:
        self.world.destroy_bridge(self.world.bridge(request.match_info["id"]))
        return _done()

    async def _add_to_bridge(self, request: web.Request) -> web.StreamResponse:
        bridge = self.world.bridge(request.match_info["id"])
        await self.world.enter_bridge(bridge, request.query["channel"].split(","))
        return _done()

    async def _remove_from_bridge(self, request: web.Request) -> web.StreamResponse:
        bridge = self.world.bridge(request.match_info["id"])
        for channel_id in request.query["channel"].split(","):
            if channel_id not in bridge.channels:
                raise Refused(422, "Channel not in this bridge")
            self.world.leave_bridge(self.world.channels[channel_id])
        return _done()

    async def _bridge_music(self, request: web.Request) -> web.StreamResponse:
        self.world.bridge(request.match_info["id"])
        return _done()

    # Control

    async def _control(self, request: web.Request) -> web.StreamResponse:
        asked = await _body(request)
        world = self.world
        match request.match_info["action"]:
            case "call":
                world.call_in(asked["channel"], asked["number"], asked.get("caller", ""))
            case "press":
                channel = world.channel(asked["channel"])
                world.emit_for(channel, "ChannelDtmfReceived", digit=asked["digit"], duration_ms=100)
            case "hang-up":
                world.end(world.channel(asked["channel"]), int(asked.get("cause", 16)), requested=True)
            case "person":
                world.people[asked["endpoint"]] = Person(asked["does"], asked.get("after", 0.05))
            case "fault":
                await self.faults.inject(asked)
            case unknown:
                raise Refused(404, f"no control {unknown}")
        return _done()


def _done() -> web.StreamResponse:
    return web.Response(status=204)


def _found(kept: dict[str, Json], request: web.Request) -> web.StreamResponse:
    if (found := kept.get(request.match_info["name"])) is None:
        raise Refused(404, "Recording not found")
    return web.json_response(found)


async def _body(request: web.Request) -> Json:
    content: Json = json.loads(await request.read() or b"{}")
    return content
